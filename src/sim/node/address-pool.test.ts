import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPool, formatAddress, parseAddress } from './address-pool.ts';

const BASE = parseAddress('10.1.0.0');

describe('the addresses of a node', () => {
  it('are handed out in turn, and a freed one rests until the others are used', () => {
    const pool = new AddressPool(BASE, 8);
    expect([pool.take(), pool.take()]).toEqual(['10.1.0.2', '10.1.0.3']);
    pool.give('10.1.0.2');
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
      '10.1.0.4',
      '10.1.0.5',
      '10.1.0.6',
      '10.1.0.2',
    ]);
    expect(pool.take()).toBeUndefined();
  });

  it('are never two pods at once, whatever is taken, claimed and given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('take', 'give', 'claim'), fc.nat(20))), (steps) => {
        const pool = new AddressPool(BASE, 16);
        const taken = new Set<string>();
        for (const [step, n] of steps) {
          const address = formatAddress(BASE + n);
          if (step === 'give') {
            if (!taken.has(address)) continue;
            pool.give(address);
            taken.delete(address);
          } else if (step === 'claim') {
            pool.claim(address);
            if (n >= 2 && n < 15) taken.add(address);
          } else {
            const got = pool.take();
            expect(got === undefined).toBe(taken.size === 13);
            if (got === undefined) continue;
            expect(taken.has(got)).toBe(false);
            taken.add(got);
          }
        }
      }),
    );
  });
});

it('reads what it prints, and nothing else', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (address) => {
      expect(parseAddress(formatAddress(address))).toBe(address);
    }),
  );
  for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '1.2.3.x', '1.2.3.']) {
    expect(parseAddress(text)).toBeNaN();
  }
});

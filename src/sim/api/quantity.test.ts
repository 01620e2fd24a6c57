import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_AMOUNT,
  bytesOf,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliCpuOf,
  milliOfNano,
  parseQuantity,
  quantityOf,
  roundUpToMilli,
  unitsOfNano,
} from './quantity.ts';

/**
 * What apimachinery v0.36.3 answered: text, canonical text, Value(), MilliValue(), text after RoundUp(Milli). Numbers
 * are left out where they are beyond 2^53.
 */
const recorded = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/api/quantities.json', import.meta.url), 'utf8'),
) as [string, string | null, (number | null)?, (number | null)?, string?][];

const suffixes = ['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'e3', 'E-6'];
const texts = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.bigInt({ min: 0n, max: 10n ** 13n }),
    fc.option(fc.stringMatching(/^[0-9]{1,12}$/), { nil: undefined }),
    fc.constantFrom(...suffixes),
  )
  .map(([sign, whole, fraction, suffix]) => sign + whole + (fraction === undefined ? '' : '.' + fraction) + suffix);

describe('quantities', () => {
  it('are read, rounded and printed as apimachinery does', () => {
    expect(recorded.length).toBeGreaterThan(800);
    for (const [text, canonical, units, milli, rounded] of recorded) {
      const quantity = parseQuantity(text);
      if (canonical === null) {
        expect(quantity, `"${text}" is no quantity`).toBeUndefined();
        continue;
      }
      if (quantity === undefined) throw new Error(`"${text}" should be a quantity`);
      expect(formatQuantity(quantity), text).toBe(canonical);
      if (units !== null) expect(unitsOfNano(quantity.nano), text).toBe(units);
      if (milli !== null) expect(milliOfNano(quantity.nano), text).toBe(milli);
      expect(formatQuantity(roundUpToMilli(quantity)), text).toBe(rounded);
    }
  });

  it('keep their exact value through text and back', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const quantity = quantityOf(text);
        const again = quantityOf(formatQuantity(quantity));
        expect(compareQuantities(again, quantity)).toBe(0);
        expect(formatQuantity(again)).toBe(formatQuantity(quantity));
      }),
    );
  });

  it('are never written longer than they need to be', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const canonical = canonicalQuantity(text) ?? '';
        expect(canonical).toMatch(/^(0|-?[1-9][0-9]*([numkMGTPE]|[KMGTPE]i|e-?[0-9]+)?)$/);
        // A larger suffix would need a fraction.
        const digits = /^-?([0-9]+)/.exec(canonical)?.[1] ?? '';
        if (/i$/.test(canonical)) expect(BigInt(digits) % 1024n === 0n && !canonical.endsWith('Ei')).toBe(false);
        else if (!canonical.endsWith('E') && canonical !== '0') expect(digits.endsWith('000')).toBe(false);
      }),
    );
  });

  it('round away from zero, to the nearest number that is not closer to it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (nano) => {
        const units = BigInt(unitsOfNano(nano));
        const magnitude = nano < 0n ? -nano : nano;
        const rounded = units < 0n ? -units : units;
        expect(rounded * 10n ** 9n >= magnitude && (rounded - 1n) * 10n ** 9n < magnitude).toBe(true);
      }),
    );
  });

  it('are the nearest double where numbers stop being exact, and end where int64 ends', () => {
    expect(bytesOf('50Pi')).toBe(50 * 1024 ** 5);
    expect(bytesOf('90071992547409930')).toBe(90071992547409936);
    expect(bytesOf('16Ei')).toBe(MAX_AMOUNT);
    expect(bytesOf('-1e30')).toBe(-MAX_AMOUNT);
    expect(milliCpuOf('1e100')).toBe(MAX_AMOUNT);
  });

  it('refuse what would cost more than it says', () => {
    for (const text of ['1e101', '1e999999999', '9'.repeat(129), '1' + ' '.repeat(1e6), '.', '+', 'NaN', 'Infinity']) {
      expect(parseQuantity(text), text.slice(0, 20)).toBeUndefined();
    }
    expect(formatQuantity(quantityOf('1e-999999999'))).toBe('1e-9');
    expect(() => quantityOf('fast')).toThrow(RangeError);
  });
});

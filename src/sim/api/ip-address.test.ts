import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFamily, isAddressRange } from './ip-address.ts';

describe('addresses', () => {
  it('are those that the operating system takes', () => {
    const nearly = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), nearly), (text) => {
        const version = isIP(text);
        expect(addressFamily(text)).toBe(version === 4 ? 'IPv4' : version === 6 ? 'IPv6' : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it('make ranges with the length of a prefix', () => {
    for (const range of ['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/64', '::/128']) {
      expect(isAddressRange(range), range).toBe(true);
    }
    for (const range of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', 'fd00::/129', '/8', '10.0.0.0/08', '']) {
      expect(isAddressRange(range), range).toBe(false);
    }
  });
});

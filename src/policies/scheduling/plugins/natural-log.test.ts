import fc from 'fast-check';
import { expect, test } from 'vitest';
import { naturalLog } from './natural-log.ts';

function bits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

// From Go 1.26 on amd64: the weights of topologies have these bits in kube-scheduler.
const OF_GO: readonly [number, bigint][] = [
  [1, 0x0000000000000000n],
  [2, 0x3fe62e42fefa39efn],
  [3, 0x3ff193ea7aad030an],
  [4, 0x3ff62e42fefa39efn],
  [5, 0x3ff9c041f7ed8d33n],
  [7, 0x3fff2272ae325a57n],
  [10, 0x40026bb1bbb55516n],
  [14, 0x40051cca16d7bba8n],
  [16, 0x40062e42fefa39efn],
  [100, 0x40126bb1bbb55516n],
  [176, 0x4014ae935b3cb89en],
  [185, 0x4014e1a4f518c72bn],
  [1000, 0x401ba18a998fffa0n],
  [1002, 0x401ba3965d405f5fn],
  [5002, 0x40210901f6dc84b9n],
  [15002, 0x40233b5c54bb9573n],
  [65536, 0x40262e42fefa39efn],
  [1000003, 0x402ba18afe39c37fn],
  [0.5, 0xbfe62e42fefa39efn],
  [0.1, 0xc0026bb1bbb55515n],
  [0.7071067811865476, 0xbfd62e42fefa39een],
  [1e-300, 0xc085963447f87fb5n],
  [1e300, 0x4085963447f87fb5n],
  [2.5, 0x3fed5240f0e0e078n],
];

test.each(OF_GO)('naturalLog(%d) has the bits of Go', (value, expected) => {
  expect(bits(naturalLog(value))).toBe(expected);
});

test('naturalLog is within one unit in the last place of the engine', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (value) => {
      const distance = bits(naturalLog(value)) - bits(Math.log(value));
      expect(distance * distance <= 1n).toBe(true);
    }),
  );
});

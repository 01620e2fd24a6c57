import { expect, it } from 'vitest';
import { goDuration } from './go-duration.ts';

it.each([
  [0, '0s'],
  [7, '7µs'],
  [1_000, '1ms'],
  [345_600, '345.6ms'],
  [10_000_000, '10s'],
  [1_500_000, '1.5s'],
  [80_000_000, '1m20s'],
  [160_000_000, '2m40s'],
  [300_000_000, '5m0s'],
  [3_600_000_000, '1h0m0s'],
])('prints %d µs as %s', (micros, text) => {
  expect(goDuration(micros)).toBe(text);
});

import { Fingerprint } from '../../src/sim/engine/fingerprint.ts';
import { sampler } from '../../src/sim/engine/samplers.ts';
import { Stream } from '../../src/sim/engine/streams.ts';

/** How many numbers a table has: a power of two. */
export const TABLE = 65_536;

/** Exponential times in microseconds, drawn beforehand. */
export function exponentialTable(name: string, mean: number): Float64Array {
  const stream = new Stream('bench', name, 0, new Fingerprint());
  const sample = sampler({ kind: 'exponential', mean });
  return Float64Array.from({ length: TABLE }, () => sample(stream));
}

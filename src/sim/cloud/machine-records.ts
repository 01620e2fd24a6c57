import type { MachineRecord } from '../recorder/records.ts';
import type { MachineLife } from './machine-life.ts';

const MICROS_PER_HOUR = 3_600_000_000;

/** What became of each machine until `endedAt`. It costs from when it runs until it is gone. */
export function machineRecords(lives: readonly MachineLife[], endedAt: number): readonly MachineRecord[] {
  return lives.map(({ name, pool, instanceType, zone, askedAt, runningAt = -1, goneAt = -1, error, pricePerHour }) => {
    const micros = runningAt < 0 ? 0 : (goneAt < 0 ? endedAt : goneAt) - runningAt;
    const cost = pricePerHour === undefined ? undefined : (pricePerHour * micros) / MICROS_PER_HOUR;
    return { name, nodeGroup: pool, instanceType, zone, askedAt, runningAt, goneAt, error: error?.message ?? '', cost };
  });
}

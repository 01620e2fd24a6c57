import { LARGEST_SAMPLE } from '../engine/samplers.ts';
import type { LifecycleHandler } from '../api/pod.ts';

const MICROS_PER_SECOND = 1_000_000;
/** `sleep 5`, `sleep 0.5s`, `sleep 1m`, as a command of its own or as a part of a shell's line. */
const SLEEP = /(?:^|[\s;&|])(?:\/bin\/|\/usr\/bin\/)?sleep\s+(\d+(?:\.\d+)?)([smh]?)(?=$|[\s;&|])/g;
const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600 };

/**
 * How long a lifecycle hook takes, in microseconds. A `sleep` handler takes its seconds. Of a command only its sleeps are
 * known, the idiom by which preStop hooks wait for load balancers; whatever else it does takes no time, and HTTP hooks
 * take none either.
 */
export function hookDuration(handler: LifecycleHandler | undefined): number {
  if (handler?.sleep !== undefined) return micros(handler.sleep.seconds);
  const command = handler?.exec?.command;
  if (command === undefined) return 0;
  let seconds = 0;
  for (const [, amount, unit] of command.join(' ').matchAll(SLEEP)) seconds += Number(amount) * (UNITS[unit!] ?? 1);
  return micros(seconds);
}

function micros(seconds: number): number {
  return Math.min(Math.round(seconds * MICROS_PER_SECOND), LARGEST_SAMPLE);
}

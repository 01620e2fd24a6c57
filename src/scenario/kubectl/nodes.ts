import { DurationError, parseDuration } from '../../sim/engine/time.ts';
import { isOn, valueOf, type Flags } from './flags.ts';
import type { KubectlReading } from './line.ts';
import { readGrace } from './objects.ts';
import { refuse } from './refusal.ts';
import { readNodes } from './targets.ts';

export function readCordon(rest: readonly string[], on: boolean): KubectlReading {
  const targets = readNodes(rest);
  return targets.ok ? { ok: true, line: { verb: 'cordon', keys: targets.keys, on } } : targets;
}

export function readDrain(rest: readonly string[], flags: Flags): KubectlReading {
  const targets = readNodes(rest);
  if (!targets.ok) return targets;
  const gracePeriodSeconds = readGrace(flags);
  if (typeof gracePeriodSeconds === 'string') return refuse(gracePeriodSeconds);
  const written = valueOf(flags, 'timeout') ?? '0s';
  const timeoutMicros = durationIn(written);
  if (timeoutMicros === undefined)
    return refuse(`\`--timeout=${written.slice(0, 40)}\` is not a duration, such as 60s or 5m`);
  return {
    ok: true,
    line: {
      verb: 'drain',
      keys: targets.keys,
      ignoreDaemonSets: isOn(flags, 'ignore-daemonsets'),
      deleteEmptyDirData: isOn(flags, 'delete-emptydir-data'),
      force: isOn(flags, 'force'),
      gracePeriodSeconds,
      timeoutMicros,
      podSelector: valueOf(flags, 'pod-selector'),
    },
  };
}

function durationIn(text: string): number | undefined {
  if (text === '0') return 0;
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

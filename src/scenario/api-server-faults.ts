import { z } from 'zod';
import type { ApiServerFault } from '../sim/scenario/faults.ts';
import { addIssue, positiveDuration, slowdownFactor } from './fields.ts';

const API_SERVER_KINDS = [
  'ApiServerCrash',
  'ApiServerPause',
  'ApiServerRestart',
  'ApiServerRollingRestart',
  'ApiServerSlowdown',
] as const;

/** A fault of API servers as written. One shape for all its kinds, so that what does not belong to one can be named. */
export const apiServerFaultSchema = z
  .strictObject({
    kind: z
      .enum(API_SERVER_KINDS)
      .describe(
        'ApiServerCrash is a SIGKILL, and the process starts again after `duration`; ApiServerRestart is a SIGTERM, after which watches stay open for a minute; ApiServerPause is a SIGSTOP, with a SIGCONT after `duration`; ApiServerSlowdown makes its work take `factor` times as long; ApiServerRollingRestart restarts all of them, one after the other.',
      ),
    instance: z.int().min(0).max(6).optional().describe('Which one, by its number from 0; the first unless said.'),
    duration: positiveDuration.optional().describe('How long it lasts; until the end unless said.'),
    factor: slowdownFactor.optional().describe('Of ApiServerSlowdown: how many times as long.'),
  })
  .superRefine((fault, context) => {
    const refuse = (message: string, help: string): void => addIssue(context, { code: 'bad-fault', message, help });
    if (fault.kind === 'ApiServerSlowdown' && fault.factor === undefined)
      refuse('ApiServerSlowdown needs `factor`: how many times as long its work takes', 'for instance `factor: 10`');
    if (fault.kind !== 'ApiServerSlowdown' && fault.factor !== undefined)
      refuse(`\`factor\` goes with ApiServerSlowdown, not with ${fault.kind}`, 'leave it out');
    if (fault.kind === 'ApiServerRollingRestart' && fault.instance !== undefined)
      refuse('ApiServerRollingRestart has no `instance`: it strikes all of them', 'leave it out');
    if (fault.kind === 'ApiServerRollingRestart' && fault.duration !== undefined)
      refuse('ApiServerRollingRestart has no `duration`: it is done when all serve again', 'leave it out');
  })
  .describe('A process of the API server that ends, stands still or is slow.');

export type WrittenApiServerFault = z.output<typeof apiServerFaultSchema>;

/** Why a fault cannot strike so many API servers; undefined where it can. */
export function problemOfApiServerFault(
  { instance = 0 }: WrittenApiServerFault,
  { apiServers }: { readonly apiServers: number },
): string | undefined {
  if (instance < apiServers) return undefined;
  const there = apiServers === 1 ? 'is one API server' : `are ${apiServers} API servers`;
  return `there ${there}, numbered from 0: there is no number ${instance}`;
}

export function apiServerFaultOf({ kind, instance = 0, duration, factor }: WrittenApiServerFault): ApiServerFault {
  if (kind === 'ApiServerRollingRestart') return { kind, durationMicros: undefined };
  const base = { instance, durationMicros: duration };
  return kind === 'ApiServerSlowdown' ? { kind, ...base, factor: factor! } : { kind, ...base };
}

export function textOfApiServerFault({ kind, instance = 0 }: WrittenApiServerFault): string {
  return kind === 'ApiServerRollingRestart' ? kind : `${kind} ${instance}`;
}

import { z } from 'zod';
import type { Kind } from '../sim/api/kinds.ts';
import type { RunawayClientFault } from '../sim/scenario/faults.ts';
import { duration, positiveDuration } from './fields.ts';

const LISTED = {
  configmaps: 'ConfigMap',
  deployments: 'Deployment',
  nodes: 'Node',
  pods: 'Pod',
  replicasets: 'ReplicaSet',
  services: 'Service',
} as const satisfies Readonly<Record<string, Kind>>;

/** A client that has lost its bounds, as written. */
export const runawayClientSchema = z
  .strictObject({
    kind: z.literal('RunawayClient'),
    user: z
      .string()
      .min(1)
      .default('system:serviceaccount:default:runaway')
      .describe(
        'As whom it is known to priority and fairness; any other name than a service account is an ordinary user.',
      ),
    parallel: z.int().min(1).max(10_000).default(100).describe('How many requests it has in flight at a time.'),
    lists: z
      .enum(Object.keys(LISTED) as (keyof typeof LISTED)[])
      .default('pods')
      .describe('What it lists, in all namespaces and without a limit.'),
    pause: duration.prefault('0s').describe('From an answer to the next request.'),
    duration: positiveDuration.optional().describe('How long it goes on; until the end unless said.'),
  })
  .describe('A client that lists everything, again and again, as fast as it is answered.');

export type WrittenRunawayClient = z.output<typeof runawayClientSchema>;

export function runawayClientOf(written: WrittenRunawayClient): RunawayClientFault {
  const { kind, user, parallel, lists, pause: pauseMicros, duration: durationMicros } = written;
  return { kind, user, parallel, lists: LISTED[lists], pauseMicros, durationMicros };
}

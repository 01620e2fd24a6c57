import { z } from 'zod';
import type { EtcdSpec } from '../sim/scenario/cluster.ts';
import { addIssue, bytes, duration, positiveDuration } from './fields.ts';

export const etcdSchema = z
  .strictObject({
    members: z.literal([1, 3, 5, 7]).default(1).describe('How many members: 1, 3, 5 or 7.'),
    heartbeatInterval: positiveDuration.prefault('100ms').describe("A leader's word to its followers comes so often."),
    electionTimeout: positiveDuration
      .prefault('1s')
      .describe('Without one for so long, up to twice as long, a follower stands for election.'),
    preVote: z.boolean().default(true),
    quotaBackendBytes: bytes
      .refine((value) => value > 0, { error: 'must be more than zero', params: { code: 'out-of-range' } })
      .optional()
      .describe('How large the database may become: 2Gi unless said. Beyond it etcd raises its NOSPACE alarm.'),
    compactionInterval: duration
      .optional()
      .describe('How often the API servers compact the history away: 5m unless said; 0s: never.'),
  })
  .superRefine(({ heartbeatInterval, electionTimeout }, context) => {
    if (electionTimeout >= 5 * heartbeatInterval && electionTimeout <= 50_000_000) return;
    addIssue(context, {
      code: 'bad-etcd-timers',
      message: 'the election timeout must be at least 5 heartbeat intervals, and at most 50s',
      help: "etcd's own are 100ms and 1s; etcd refuses others than these, too",
    });
  })
  .describe('The members of etcd.');

type Written = z.output<typeof etcdSchema>;

/** The members of etcd in the words of the simulation. */
export function etcdOf({ quotaBackendBytes, compactionInterval, ...timers }: Written): EtcdSpec {
  return { ...timers, quotaBytes: quotaBackendBytes, compactionIntervalMicros: compactionInterval };
}

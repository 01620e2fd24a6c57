import { z } from 'zod';
import type { EtcdFault, EtcdMemberName } from '../sim/scenario/faults.ts';
import { addIssue, durationDistribution, positiveDuration, slowdownFactor } from './fields.ts';

const ETCD_KINDS = [
  'EtcdMemberCrash',
  'EtcdMemberPause',
  'EtcdMemberRestart',
  'EtcdMemberSlowdown',
  'EtcdMoveLeader',
  'EtcdPartition',
  'EtcdSlowDisk',
] as const;

/** A fault of etcd as written. One shape for all its kinds, so that what does not belong to one can be named. */
export const etcdFaultSchema = z
  .strictObject({
    kind: z
      .enum(ETCD_KINDS)
      .describe(
        'EtcdMemberCrash kills a member and starts it again after `duration`; EtcdMemberRestart stops it in order first; EtcdMemberPause freezes it; EtcdMemberSlowdown makes its work take `factor` times as long; EtcdMoveLeader asks the leader to hand over to it; EtcdPartition cuts it from the others; EtcdSlowDisk slows its disk down.',
      ),
    member: z
      .union([z.enum(['leader', 'follower']), z.int().min(0).max(6)])
      .default('leader')
      .describe('Which member of etcd: who leads when it begins, the first who does not, or a number from 0.'),
    duration: positiveDuration.optional().describe('How long it lasts; until the end unless said.'),
    direction: z
      .enum(['both', 'receive', 'send'])
      .optional()
      .describe('Of EtcdPartition: which packets vanish, those it should receive, those it sends, or both.'),
    sync: durationDistribution.optional().describe('Of EtcdSlowDisk: how long a sync takes.'),
    factor: slowdownFactor.optional().describe('Of EtcdMemberSlowdown: how many times as long.'),
  })
  .superRefine((fault, context) => {
    const refuse = (message: string, help: string): void => addIssue(context, { code: 'bad-fault', message, help });
    if (fault.kind === 'EtcdSlowDisk' && fault.sync === undefined)
      refuse('EtcdSlowDisk needs `sync`: how long a sync takes', 'for instance `sync: 500ms`');
    if (fault.kind !== 'EtcdSlowDisk' && fault.sync !== undefined)
      refuse(`\`sync\` goes with EtcdSlowDisk, not with ${fault.kind}`, 'leave it out');
    if (fault.kind === 'EtcdMemberSlowdown' && fault.factor === undefined)
      refuse('EtcdMemberSlowdown needs `factor`: how many times as long its work takes', 'for instance `factor: 10`');
    if (fault.kind !== 'EtcdMemberSlowdown' && fault.factor !== undefined)
      refuse(`\`factor\` goes with EtcdMemberSlowdown, not with ${fault.kind}`, 'leave it out');
    if (fault.kind !== 'EtcdPartition' && fault.direction !== undefined)
      refuse(`\`direction\` goes with EtcdPartition, not with ${fault.kind}`, 'leave it out');
    if (fault.kind === 'EtcdMoveLeader' && fault.duration !== undefined)
      refuse('EtcdMoveLeader has no `duration`: it is done when it is done', 'leave it out');
    if (fault.kind === 'EtcdMoveLeader' && fault.member === 'leader')
      refuse('EtcdMoveLeader names the member that shall lead', 'for instance `member: follower`');
  })
  .describe('Something that breaks, and mends when its duration is over.');

export type WrittenEtcdFault = z.output<typeof etcdFaultSchema>;

/** Why a fault cannot strike a cluster of so many members; undefined where it can. */
export function problemOfEtcdFault({ kind, member }: WrittenEtcdFault, members: number): string | undefined {
  const count = members === 1 ? 'one member' : `${members} members`;
  if (typeof member === 'number' && member >= members) {
    return `etcd has ${count}, numbered from 0: there is no member ${member}`;
  }
  const alone = member === 'follower' || kind === 'EtcdPartition' || kind === 'EtcdMoveLeader';
  return alone && members === 1 ? `etcd has one member: ${kind} needs another one` : undefined;
}

export function etcdFaultOf({ kind, member, duration, direction, sync, factor }: WrittenEtcdFault): EtcdFault {
  const base: { readonly member: EtcdMemberName; readonly durationMicros: number | undefined } = {
    member,
    durationMicros: duration,
  };
  if (kind === 'EtcdPartition') return { kind, ...base, direction: direction ?? 'both' };
  if (kind === 'EtcdMemberSlowdown') return { kind, ...base, factor: factor! };
  if (kind === 'EtcdSlowDisk') return { kind, ...base, sync: sync! };
  return { kind, ...base };
}

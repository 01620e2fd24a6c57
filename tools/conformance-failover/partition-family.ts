import { NOBODY } from '../../src/sim/control-plane/etcd/raft/message.ts';
import { Harness } from './harness.ts';
import { ClosedLoop } from './load.ts';
import { MACHINE, machineOptions } from './machine.ts';
import type { Recording } from './recording.ts';
import { clusterOf, secondsAfter, type RecordedCluster } from './timers.ts';

const MILLISECOND = 1_000;
/** How the recordings write that something did not happen. */
const NEVER = -0.9;

/** Who is cut from whom, one way each. */
interface Cut {
  readonly cutMember: number;
  readonly ways: readonly (readonly [from: number, to: number])[];
}

/** Members are cut from each other, one way or both, for a while. */
export function runPartitionFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  const cluster = clusterOf(recording);
  const lasts =
    secondsAfter(recording.words, ', for') ??
    secondsAfter(recording.words, 'after') ??
    (cluster.preVote ? 10_000_000 : 6_000_000);
  return Array.from({ length: repeats }, (_, rep) => repeat(recording.name, cluster, lasts, rep, `${seed}/${rep}`));
}

function repeat(
  name: string,
  cluster: RecordedCluster,
  lastsMicros: number,
  rep: number,
  seed: string,
): Record<string, unknown> {
  const harness = new Harness(machineOptions(cluster), seed, 2 + rep);
  const { members } = harness.cluster;
  const leader = harness.cluster.leader;
  const { cutMember, ways } = cutOf(name, leader, cluster.members);
  const others = members.map(({ id }) => id).filter((id) => id !== cutMember);
  const third = others.find((id) => id !== leader && !ways.some(([from, to]) => from === id || to === id));
  const majorityMember = cutMember === leader ? others[0]! : leader;
  const witness = third ?? majorityMember;
  const isolated = new ClosedLoop(harness, [cutMember], 40 * MILLISECOND, 15_000 * MILLISECOND);
  const majority = new ClosedLoop(harness, [majorityMember], 40 * MILLISECOND, 15_000 * MILLISECOND);
  harness.wait(1_500 * MILLISECOND + harness.noise.below(cluster.electionTimeout));
  harness.wait(500 * MILLISECOND + harness.noise.below(2 * cluster.heartbeatInterval));

  const termOf = (id: number): number => members[id]!.process!.raft.log.termAt(members[id]!.process!.appliedIndex)!;
  const termBefore = termOf(witness);
  const faultAt = harness.now;
  for (const [from, to] of ways) harness.cluster.mesh.cut(from, to, true);
  harness.wait(lastsMicros);
  const termMajority = termOf(witness);
  const termIsolated = termOf(cutMember);
  harness.wait(harness.draw(MACHINE.heal));
  const healedAt = harness.now;
  for (const [from, to] of ways) harness.cluster.mesh.cut(from, to, false);

  const follows = (): boolean => {
    const now = harness.cluster.leader;
    const { raft } = members[cutMember]!.process!;
    return now !== NOBODY &&
      raft.term === members[now]!.process!.raft.term &&
      raft.lead === now &&
      raft.role !== 'leader'
      ? true
      : now === cutMember && members.every(({ process }) => process!.raft.lead === now);
  };
  harness.waitUntil(follows, 5 * MILLISECOND, 60_000 * MILLISECOND);
  const followsAt = harness.now;
  const caughtUp = (): boolean =>
    follows() && members[cutMember]!.process!.appliedIndex >= members[witness]!.process!.appliedIndex - 2;
  harness.waitUntil(caughtUp, 5 * MILLISECOND, 60_000 * MILLISECOND);
  const caughtUpAt = harness.now;
  // The harness ends a client after the write that hung.
  harness.waitUntil(() => (isolated.acks.at(-1) ?? 0) > healedAt, 5 * MILLISECOND, 5_000 * MILLISECOND);
  harness.wait(50 * MILLISECOND);
  isolated.stop();
  majority.stop();
  const loops = [isolated, majority];
  harness.wait(3_000 * MILLISECOND);

  const events = harness.log.filter(({ at }) => at >= faultAt && at <= followsAt);
  const own = events.filter(({ member }) => member === cutMember);
  const became = (role: string) => events.filter(({ change }) => 'became' in change && change.became === role);
  const leaders = became('leader');
  const since = (from: number, at: number | undefined): number =>
    at === undefined ? NEVER : Math.round((at - from) / 100) / 10;
  const writes = loops.flatMap((loop) => loop.writes);
  const acked = writes.filter((write) => write.error === undefined);
  const failed = writes.filter((write) => write.error !== undefined);
  return {
    rep,
    term_before: termBefore,
    term_majority_during: termMajority,
    term_isolated_during: termIsolated,
    term_after: termOf(witness),
    stepdown_ms: since(faultAt, own.find(({ change }) => 'steppedDown' in change)?.at),
    lost_leader_ms: since(faultAt, own.find(({ change }) => 'leader' in change && change.leader === NOBODY)?.at),
    new_leader_ms: since(faultAt, leaders.find(({ at }) => at <= healedAt)?.at),
    leader_changes_during: leaders.filter(({ at }) => at <= healedAt).length,
    leader_changes_after_heal: leaders.filter(({ at }) => at > healedAt).length,
    precandidacies_isolated: became('pre-candidate').filter(({ member }) => member === cutMember).length,
    candidacies_isolated: became('candidate').filter(({ member }) => member === cutMember).length,
    stall_majority_ms: Math.round(majority.stall(faultAt) / 100) / 10,
    errors_majority: majority.errors(),
    stall_isolated_ms: Math.round(isolated.stall(faultAt) / 100) / 10,
    errors_isolated: isolated.errors(),
    heal_to_isolated_follows_ms: since(healedAt, followsAt),
    heal_to_caught_up_ms: since(healedAt, caughtUpAt),
    acked: acked.length,
    acked_lost: acked.filter((write) => !write.present).length,
    failed: failed.length,
    failed_but_present: failed.filter((write) => write.present).length,
  };
}

/** What a folder's name says: who (`leader`, `follower`), and `alone`, `cannot-send`, `cannot-receive`, or a pair. */
function cutOf(name: string, leader: number, members: number): Cut {
  const ids = Array.from({ length: members }, (_, id) => id);
  const followers = ids.filter((id) => id !== leader);
  if (name.includes('leader-and-one-follower-cut')) {
    const follower = followers[0]!;
    return {
      cutMember: follower,
      ways: [
        [leader, follower],
        [follower, leader],
      ],
    };
  }
  const cutMember = name.includes('-leader-') ? leader : followers[0]!;
  const others = ids.filter((id) => id !== cutMember);
  const out = others.map((id) => [cutMember, id] as const);
  const back = others.map((id) => [id, cutMember] as const);
  if (name.includes('cannot-send')) return { cutMember, ways: out };
  if (name.includes('cannot-receive')) return { cutMember, ways: back };
  return { cutMember, ways: [...out, ...back] };
}

import { NOBODY } from '../../src/sim/control-plane/etcd/raft/message.ts';
import { Harness } from './harness.ts';
import { ClosedLoop, ReadLoop } from './load.ts';
import { machineOptions } from './machine.ts';
import type { Recording } from './recording.ts';
import { clusterOf, secondsAfter, type RecordedCluster } from './timers.ts';

const MILLISECOND = 1_000;
const DEADLINE = 30_000 * MILLISECOND;

/** Some members are killed at once and started again after a while. */
export function runQuorumFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  const cluster = clusterOf(recording);
  const leaderDies = /leader/.test(recording.name);
  const besides = Number(/(\d+)-(?:follower|down)/.exec(recording.name.replace(/^quorum-\dm-/, ''))?.[1] ?? 0);
  const down = (leaderDies ? 1 : 0) + besides;
  const lasts = secondsAfter(recording.words, 'for') ?? (down <= (cluster.members - 1) / 2 ? 4_000_000 : 12_000_000);
  return Array.from({ length: repeats }, (_, rep) => repeat(cluster, leaderDies, down, lasts, rep, `${seed}/${rep}`));
}

function repeat(
  cluster: RecordedCluster,
  leaderDies: boolean,
  downCount: number,
  lastsMicros: number,
  rep: number,
  seed: string,
): Record<string, unknown> {
  const harness = new Harness(machineOptions(cluster), seed, 2 + rep);
  const { members } = harness.cluster;
  const ids = members.map(({ id }) => id);
  const { leader } = harness.cluster;
  const followers = ids.filter((id) => id !== leader);
  const down = leaderDies ? [leader, ...followers.slice(0, downCount - 1)] : followers.slice(0, downCount);
  const survivor = ids.find((id) => !down.includes(id))!;
  const write = new ClosedLoop(harness, [survivor], 25 * MILLISECOND, DEADLINE);
  const writeAll = new ClosedLoop(harness, ids, 25 * MILLISECOND, DEADLINE);
  const linearizable = new ReadLoop(harness, [survivor], 'read', 25 * MILLISECOND, DEADLINE);
  const serializable = new ReadLoop(harness, [survivor], 'serializable-read', 25 * MILLISECOND, DEADLINE);
  harness.wait(1_300 * MILLISECOND + harness.noise.below(cluster.electionTimeout));

  const faultAt = harness.now;
  for (const id of down) harness.cluster.kill(id);
  harness.wait(lastsMicros);
  const restartAt = harness.now;
  for (const id of down) harness.cluster.start(id);
  harness.waitUntil(() => harness.agreed(), 5 * MILLISECOND, 60_000 * MILLISECOND);
  harness.wait(300 * MILLISECOND);
  for (const loop of [write, writeAll, linearizable, serializable]) loop.stop();
  harness.wait(1_000 * MILLISECOND);

  const since = (from: number, at: number | undefined): number =>
    at === undefined ? -1 : Math.round((at - from) / 100) / 10;
  const between = (times: readonly number[]) => times.filter((at) => at > faultAt && at <= restartAt);
  const stepdown = harness.log.find(({ at, change }) => at >= faultAt && 'steppedDown' in change)?.at;
  const elected = harness.log.find(
    ({ at, change }) => at >= restartAt && 'leader' in change && change.leader !== NOBODY && change.term > 2 + rep,
  )?.at;
  const writes = [write, writeAll].flatMap((loop) => loop.writes);
  const acked = writes.filter(({ error }) => error === undefined);
  const failed = writes.filter(({ error }) => error !== undefined);
  return {
    rep,
    members_down: down.length,
    leader_among_them: leaderDies,
    stepdown_ms: since(faultAt, stepdown),
    last_ack_ms: since(faultAt, between(write.acks).pop()),
    write_errors: failed.length,
    linearizable_read_errors: linearizable.errors,
    serializable_reads_during: between(serializable.answers).length,
    serializable_errors: serializable.errors,
    restart_to_leader_ms: since(restartAt, elected),
    restart_to_first_write_ms: since(
      restartAt,
      write.acks.find((at) => at > restartAt),
    ),
    restart_to_first_linearizable_read_ms: since(
      restartAt,
      linearizable.answers.find((at) => at > restartAt),
    ),
    stall_writer_ms: Math.round(write.stall(faultAt) / 100) / 10,
    acked: acked.length,
    acked_lost: acked.filter(({ present }) => !present).length,
    failed: failed.length,
    failed_but_present: failed.filter(({ present }) => present).length,
  };
}

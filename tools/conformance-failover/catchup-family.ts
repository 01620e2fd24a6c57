import type { Distribution } from '../../src/sim/engine/samplers.ts';
import { Harness } from './harness.ts';
import { MACHINE, machineOptions } from './machine.ts';
import type { Recording } from './recording.ts';
import { clusterOf, type RecordedCluster } from './timers.ts';

const MILLISECOND = 1_000;
const WRITERS = 64;

/** A follower is down while entries are written, and starts again. */
export function runCatchupFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  const cluster = clusterOf(recording);
  const missed = [...new Set(recording.rows.map((row) => Number(row['missed'])))];
  return missed.flatMap((entries) =>
    Array.from({ length: repeats }, (_, rep) => repeat(cluster, entries, rep, `${seed}/${entries}/${rep}`)),
  );
}

function repeat(cluster: RecordedCluster, missed: number, rep: number, seed: string): Record<string, unknown> {
  const harness = new Harness({ ...machineOptions(cluster), snapshot: snapshotOf(missed) }, seed, 2);
  const { leader, members } = harness.cluster;
  const follower = members.find(({ id }) => id !== leader)!.id;
  writeEntries(harness, leader, 200);
  harness.cluster.kill(follower);
  const lastSeen = harness.cluster.history.lastIndex;
  writeEntries(harness, leader, missed);

  const startedAt = harness.now;
  const goal = members[leader]!.process!.appliedIndex;
  harness.cluster.start(follower);
  const caughtUp = (): boolean => {
    const { serving, process } = members[follower]!;
    return serving && process!.raft.lead === leader && process!.appliedIndex >= goal;
  };
  harness.waitUntil(caughtUp, 3 * MILLISECOND, 60_000 * MILLISECOND);
  const took = Math.round((harness.now - startedAt + harness.draw(MACHINE.probe)) / 100) / 10;
  const bySnapshot = members[follower]!.process!.raft.log.base.index > lastSeen;
  // The status that says that it is ready already names the leader and the index.
  return {
    missed,
    rep,
    to_ready_ms: took,
    to_leader_known_ms: took,
    to_caught_up_ms: took,
    by_snapshot: bySnapshot,
    db_bytes: '',
  };
}

/** Sending, saving and opening a database: what a small one takes, and more for each entry of 100 bytes. */
function snapshotOf(entries: number): Distribution {
  return { kind: 'lognormal', mean: 60 * MILLISECOND + 2 * entries, cv: 0.4 };
}

function writeEntries(harness: Harness, leader: number, count: number): void {
  let left = count;
  let under = 0;
  while (left > 0 || under > 0) {
    for (; under < WRITERS && left > 0; left--) {
      under++;
      const respond = (): void => void under--;
      harness.cluster.request(leader, { kind: 'write', proposal: { effect: () => true }, respond });
    }
    harness.wait(500);
  }
  harness.wait(300 * MILLISECOND);
}

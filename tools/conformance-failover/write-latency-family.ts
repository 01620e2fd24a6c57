import type { Distribution } from '../../src/sim/engine/samplers.ts';
import type { EtcdClient } from '../../src/sim/control-plane/etcd/etcd-client.ts';
import { Harness } from './harness.ts';
import { machineOptions, QUIET_MACHINE } from './machine.ts';
import type { Recording, Row } from './recording.ts';
import { clusterOf, type RecordedCluster } from './timers.ts';

const MILLISECOND = 1_000;
const WRITES = 60;
/** A client stops after this time, however many writes it has made. */
const LONGEST_MICROS = 3_000 * MILLISECOND;
const PAUSE_MICROS = 3 * MILLISECOND;

/** Writes one after another while the disks of some members are slow. */
export function runWriteLatencyFamily(recording: Recording, _repeats: number, seed: string): Record<string, unknown>[] {
  const cluster = clusterOf(recording);
  const conditions = new Map<string, Row>();
  for (const row of recording.rows) {
    const key = `${row['sync_ms']}/${row['slow_members']}`;
    if (!conditions.has(key)) conditions.set(key, row);
  }
  return [...conditions].flatMap(([key, row]) => series(cluster, recording, row, `${seed}/${key}`));
}

function series(cluster: RecordedCluster, recording: Recording, row: Row, seed: string): Record<string, unknown>[] {
  const syncMs = Number(row['sync_ms']);
  const slowMembers = row['slow_members']!;
  const harness = new Harness({ ...machineOptions(cluster), ...QUIET_MACHINE.etcd }, seed, 2);
  const { leader, members } = harness.cluster;
  const followers = members.map(({ id }) => id).filter((id) => id !== leader);
  for (const id of slowOnes(slowMembers, leader, followers)) {
    // Go's sleep wakes up to a millisecond and a half late.
    const sync: Distribution = { kind: 'uniform', min: syncMs * MILLISECOND + 300, max: syncMs * MILLISECOND + 1_700 };
    harness.cluster.setDisk(id, sync, sync);
  }
  harness.wait(1_000 * MILLISECOND + harness.noise.below(100 * MILLISECOND));
  const same = recording.rows.filter((one) => one['sync_ms'] === row['sync_ms'] && one['slow_members'] === slowMembers);
  return [...new Set(same.map((one) => one['client_at']!))].flatMap((clientAt) => {
    const at = clientAt === 'leader' ? leader : clientAt.startsWith('last') ? followers.at(-1)! : followers[0]!;
    const latencies = writeInTurn(harness, harness.client([at], QUIET_MACHINE.client));
    return latencies.map((latency, i) => ({
      sync_ms: row['sync_ms'],
      slow_members: slowMembers,
      client_at: clientAt,
      write_no: i,
      latency_ms: Math.round(latency / 100) / 10,
    }));
  });
}

function slowOnes(words: string, leader: number, followers: readonly number[]): readonly number[] {
  if (words === 'none') return [];
  if (words === 'all') return [leader, ...followers];
  if (words === 'leader') return [leader];
  if (words === 'one follower') return followers.slice(0, 1);
  if (/^leader and/.test(words)) return [leader, followers[0]!];
  return words.startsWith('two') ? followers.slice(0, 2) : followers;
}

function writeInTurn(harness: Harness, client: EtcdClient): number[] {
  const latencies: number[] = [];
  const end = harness.now + LONGEST_MICROS;
  let over = false;
  const next = (): void => {
    const begun = harness.now;
    harness.write(client, 15_000 * MILLISECOND, () => {
      latencies.push(harness.now - begun);
      over = latencies.length === WRITES || harness.now >= end;
      if (!over) harness.later(PAUSE_MICROS, next);
    });
  };
  next();
  harness.waitUntil(() => over, MILLISECOND, 60_000 * MILLISECOND);
  harness.wait(200 * MILLISECOND);
  return latencies;
}

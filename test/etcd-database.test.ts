import { describe, expect, it } from 'vitest';
import { ONE_MEMBER } from '../src/sim/control-plane/etcd/etcd-service.ts';
import type { ControlPlaneReport } from '../src/sim/recorder/control-plane-metrics.ts';
import type { EtcdctlEntry } from '../src/sim/scenario/timeline.ts';
import { runFaulty, SECOND } from './doubles/faulty-cluster.ts';
import { makeDeployment } from './doubles/objects.ts';

/** What a full database of etcd does to a whole cluster. */

const MINUTE = 60 * SECOND;

function web(replicas: number) {
  return makeDeployment('web', replicas, { app: 'web' });
}

function fill(quotaBytes: number, etcdctl: readonly EtcdctlEntry[], minutes = 30) {
  const { simulation, commits } = runFaulty({
    nodes: 6,
    manifests: [web(60)],
    seconds: minutes * 60,
    controlPlane: { etcd: { ...ONE_MEMBER, quotaBytes } },
    etcdctl,
  });
  const run = simulation.finish();
  const ready = [...simulation.api.store.values('Pod')].filter(({ status }) => status.phase === 'Running').length;
  return { ready, commits, codes: codesOf(run.controlPlane), database: simulation.api.store.figures(run.endedAt) };
}

/** How often the API server answered with each code. */
function codesOf({ records }: ControlPlaneReport): Map<number, number> {
  const codes = new Map<number, number>();
  for (const { code, micros } of records) {
    if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + (micros?.count ?? 0));
  }
  return codes;
}

const QUOTA = 300_000;

describe('the NOSPACE alarm', () => {
  it('is not raised by a small cluster under the quota that etcd has by itself', () => {
    const { ready, codes, database } = fill(2 * 1024 ** 3, []);
    expect([ready, database.isFull, codes.get(500)]).toEqual([60, false, undefined]);
    expect(database.fileBytes).toBeGreaterThan(QUOTA);
  });

  it('stops all writes but deletions for good, whatever is compacted meanwhile', () => {
    const { ready, commits, codes, database } = fill(QUOTA, []);
    expect(database.isFull).toBe(true);
    expect(ready).toBeLessThan(60);
    expect(codes.get(500)).toBeGreaterThan(20);
    expect(commits[commits.length - 1]!.committedAt).toBeLessThan(2 * MINUTE);
    expect(database.compactedRevision).toBeGreaterThan(0);
  });

  it('comes back at once where only it was taken back', () => {
    const { ready, database } = fill(QUOTA, [{ atMicros: 12 * MINUTE, command: 'alarm disarm' }]);
    expect(database.isFull).toBe(true);
    expect(ready).toBeLessThan(60);
  });

  it('lets everybody go on when the database was defragmented first', () => {
    const { ready, codes, database } = fill(770_000, [
      { atMicros: 5 * MINUTE, command: 'compact' },
      { atMicros: 5 * MINUTE, command: 'defrag' },
      { atMicros: 6 * MINUTE, command: 'alarm disarm' },
    ]);
    expect(codes.get(500)).toBeGreaterThan(0);
    expect([ready, database.isFull]).toEqual([60, false]);
  });
});

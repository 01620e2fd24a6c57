import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { Simulation } from '../src/sim/simulation.ts';

/**
 * The bounds that client limits set to a whole cluster (kubernetes-behaviour.md 8), through kubectl, API server, watches,
 * controllers and scheduler as they are.
 */

const SECOND = 1_000_000;
const scratch = mkdtempSync(join(tmpdir(), 'orrery-throttling-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function replicaSet(name: string, replicas: number): string {
  return `
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: c, image: "a:1" }] }
`;
}

function job(completions: number): string {
  return `
---
apiVersion: batch/v1
kind: Job
metadata: { name: work }
spec:
  completions: ${completions}
  parallelism: ${completions}
  template:
    metadata: { labels: { app: work } }
    spec: { restartPolicy: Never, containers: [{ name: c, image: "a:1" }] }
`;
}

interface Told {
  /** When pods were created, bound, and written off the node they were bound to, in order. Seconds. */
  readonly created: readonly number[];
  readonly bound: readonly number[];
  /** Of each owner, when its pods were created. */
  readonly createdOf: ReadonlyMap<string, readonly number[]>;
  /** When ReplicaSets' statuses were written. */
  readonly statuses: readonly number[];
}

async function run(manifests: string, limits = '{}', nodes = 100): Promise<Told> {
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(
    path,
    `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: throttled }
spec:
  duration: 3m
  cluster:
    nodes: [{ count: ${nodes}, capacity: { cpu: 64, memory: 256Gi } }]
    clientLimits: ${limits}
${manifests}`,
  );
  const { scenario, policies } = await prepareRun(path);
  const simulation = new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
  const created: number[] = [];
  const bound: number[] = [];
  const statuses: number[] = [];
  const createdOf = new Map<string, number[]>();
  simulation.api.observe(({ change, committedAt }) => {
    const at = committedAt / SECOND;
    const { object } = change;
    if (object.kind === 'ReplicaSet' && change.type === 'MODIFIED') statuses.push(at);
    if (object.kind !== 'Pod') return;
    if (change.type === 'ADDED') {
      created.push(at);
      const owner = object.metadata.ownerReferences[0]?.name ?? '';
      createdOf.set(owner, [...(createdOf.get(owner) ?? []), at]);
    } else if (object.spec.nodeName !== undefined && change.previous?.kind === 'Pod') {
      if (change.previous.spec.nodeName === undefined) bound.push(at);
    }
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { created, bound, createdOf, statuses };
}

/** What a request's way can move a commit by, against the moment its client let it go. Seconds. */
const WAY = 0.1;

/** Whether a client of this rate and burst can have sent them all: in no window more than burst + rate x window. */
function isWithin(moments: readonly number[], qps: number, burst: number): boolean {
  return moments.every((to, j) => {
    // Windows begin with a request; it is enough to look at those that are full.
    for (let i = 0; i + burst < j; i++) if (j - i + 1 > burst + qps * (to - moments[i]! + WAY)) return false;
    return true;
  });
}

const UNLIMITED = '{ controllerManager: { qps: 100000, burst: 100000 } }';

describe('what client limits do to a whole cluster', () => {
  it('takes 500 pods of one ReplicaSet 23.5 s and hardly longer: 30 at once, then 20 a second', async () => {
    const { created, statuses } = await run(replicaSet('web', 500));
    expect(created).toHaveLength(500);
    const took = created.at(-1)! - created[0]!;
    expect(took).toBeGreaterThanOrEqual(23.5 - WAY);
    expect(took).toBeLessThan(25);
    expect(isWithin(created, 20, 30)).toBe(true);
    expect(isWithin(created, 10, 30)).toBe(false);
    // Slow start's first batches are the burst; then it is even.
    expect(created.filter((at) => at < created[0]! + 1).length).toBeLessThanOrEqual(50);
    // Its own status waits in the same line: nothing is said of the pods until the last of them is asked for.
    expect(statuses.filter((at) => at > created[30]! && at < created[460]!).length).toBeLessThanOrEqual(1);
  });

  it('shares one line among the ReplicaSets of a controller, the first five first', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `web-${i}`);
    const { created, createdOf } = await run(names.map((name) => replicaSet(name, 50)).join(''));
    expect(created).toHaveLength(500);
    const took = created.at(-1)! - created[0]!;
    expect(took).toBeGreaterThanOrEqual(23.5 - WAY);
    // Recorded: 24.5 s.
    expect(took).toBeLessThan(26);
    const ends = names.map((name) => createdOf.get(name)!.at(-1)!).sort((a, b) => a - b);
    const begins = names.map((name) => createdOf.get(name)![0]!).sort((a, b) => a - b);
    // Five workers: who is sixth begins when one of the first has ended.
    expect(begins[5]!).toBeGreaterThan(ends[0]! - 1);
  });

  it('gives each controller a line of its own', async () => {
    const { created, createdOf } = await run(replicaSet('web', 200) + job(200));
    expect(created).toHaveLength(400);
    for (const owner of ['web', 'work']) {
      const moments = createdOf.get(owner)!;
      expect(moments.at(-1)! - moments[0]!).toBeGreaterThanOrEqual(170 / 20 - WAY);
      expect(isWithin(moments, 20, 30)).toBe(true);
    }
    expect(created.at(-1)! - created[0]!).toBeLessThan(370 / 20);
  });

  it('lets one sync make 500 pods, and the next only when all of them have been seen', async () => {
    const { created } = await run(replicaSet('web', 1_000), UNLIMITED);
    expect(created).toHaveLength(1_000);
    const gaps = created.slice(1).map((at, i) => at - created[i]!);
    const widest = gaps.indexOf(Math.max(...gaps.slice(400, 600)));
    expect(widest).toBe(499);
  });

  it('binds 50 pods a second after the first hundred', async () => {
    const { created, bound } = await run(replicaSet('web', 1_000), UNLIMITED);
    expect(bound).toHaveLength(1_000);
    const took = bound.at(-1)! - bound[0]!;
    expect(took).toBeGreaterThanOrEqual((1_000 - 100) / 50 - WAY);
    expect(took).toBeLessThan((1_000 - 100) / 50 + 3);
    expect(isWithin(bound, 50, 100)).toBe(true);
    expect(created.at(-1)! - created[0]!).toBeLessThan(10);
  });

  it('takes no limit where none is set: then the scheduler’s own cycles are what counts', async () => {
    const limits = '{ controllerManager: { qps: 100000, burst: 100000 }, scheduler: { qps: 100000, burst: 100000 } }';
    const { bound } = await run(replicaSet('web', 1_000), limits);
    expect(bound).toHaveLength(1_000);
    expect(bound.at(-1)! - bound[0]!).toBeLessThan(10);
    expect(isWithin(bound, 50, 100)).toBe(false);
  });
});

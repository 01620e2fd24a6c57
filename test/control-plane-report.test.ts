import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import type { ControlPlaneRecord } from '../src/sim/recorder/control-plane-metrics.ts';
import type { RunRecord } from '../src/sim/recorder/run-record.ts';
import { Simulation } from '../src/sim/simulation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-control-plane-report-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function scenario(controlPlane: string, timeline: string, parameters = ''): string {
  return `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: told }
spec:
  duration: 6m
  cluster:
    nodes: [{ count: 20, capacity: { cpu: 16, memory: 64Gi } }]
    ${parameters}
    ${controlPlane}
  timeline: [${timeline}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 60
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: "a:1" }] }
`;
}

async function runOf(text: string): Promise<{ record: RunRecord; events: number }> {
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(path, text);
  const { scenario: loaded, policies } = await prepareRun(path);
  let events = 0;
  const simulation = new Simulation(loaded, policies, { pod: () => undefined, event: () => events++ });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { record: simulation.finish(), events };
}

function records(run: RunRecord, metric: string, labels: Partial<ControlPlaneRecord> = {}): ControlPlaneRecord[] {
  const wanted = Object.entries(labels);
  return run.controlPlane.records.filter(
    (one) => one.metric === metric && wanted.every(([name, value]) => one[name as keyof ControlPlaneRecord] === value),
  );
}

function count(of: readonly ControlPlaneRecord[]): number {
  return of.reduce((sum, { micros }) => sum + micros!.count, 0);
}

const REQUESTS = 'apiserver_request_duration_seconds';

describe('what is told of the control plane', () => {
  it('counts every request once, as what it was', async () => {
    const { record, events } = await runOf(scenario('', ''));
    expect(count(records(record, REQUESTS))).toBe(record.requests);
    const pods = { resource: 'pods', subresource: '', verb: 'POST', code: 201 };
    expect(count(records(record, REQUESTS, pods))).toBe(60);
    expect(count(records(record, REQUESTS, { ...pods, subresource: 'binding' }))).toBe(60);
    expect(count(records(record, REQUESTS, { resource: 'events' }))).toBe(events);
    expect(record.controlPlane.objectives.map(({ windowsBroken }) => windowsBroken)).toEqual([0, 0, 0]);
  });

  it('gives durations that are a server part and a commit, and lags that are those of the watches', async () => {
    const { record } = await runOf(
      scenario(
        '',
        '',
        'parameters: { apiServer: { write: 4ms, read: 2ms }, etcd: { commit: 3ms }, watch: { delivery: 5ms } }',
      ),
    );
    for (const { micros, verb } of records(record, REQUESTS)) {
      expect(micros!.max).toBe(verb === 'GET' || verb === 'LIST' ? 2_000 : 7_000);
    }
    const [commits] = records(record, 'etcd_request_duration_seconds');
    expect(commits!.micros!.max).toBe(3_000);
    for (const { micros } of records(record, 'watch_delivery_lag_seconds')) {
      expect(micros!.max).toBeGreaterThanOrEqual(5_000);
      expect(micros!.max).toBeLessThan(10_000);
    }
  });

  it('says where the time of requests goes; webhooks slow writes down, and no objective is about them', async () => {
    const parameters =
      'parameters: { network: { clientToApiServer: 1ms }, apiServer: { write: 4ms, webhooks: 2s }, etcd: { commit: 3ms } }';
    const { record } = await runOf(scenario('', '', parameters));
    const pods = { verb: 'POST', resource: 'pods', subresource: '' };
    const parts = records(record, 'request_part_seconds', pods);
    const each = parts
      .filter(({ name }) => name !== 'rate limiter')
      .map(({ name, totalMicros }) => [name, totalMicros]);
    expect(each).toEqual([
      ['network', 60 * 2_000],
      ['work', 60 * 2_997],
      ['admission', 60 * 999],
      ['webhooks', 60 * 2_000_000],
      ['etcd', 60 * 3_000],
      ['encode', 60 * 4],
    ]);
    expect(parts.map((one) => one.count)).toEqual(parts.map(() => 60));
    const [took] = records(record, REQUESTS, pods);
    expect(took!.micros!.max).toBe(2_007_000);
    const bindings = records(record, 'request_part_seconds', { ...pods, subresource: 'binding' });
    expect(bindings.map(({ name }) => name)).not.toContain('webhooks');
    const mutating = record.controlPlane.objectives.find(({ name }) => name === 'mutating')!;
    expect(mutating.windowsBroken).toBe(0);
    expect(mutating.p99Micros).toBeLessThanOrEqual(7_000);
  });

  it('lets no key of a queue get lost', async () => {
    const { record } = await runOf(scenario('', ''));
    const names = records(record, 'workqueue_adds_total').map(({ name }) => name!);
    expect(names).toContain('replicaset');
    for (const name of names) {
      const [adds] = records(record, 'workqueue_adds_total', { name });
      const [depth] = records(record, 'workqueue_depth', { name });
      const [waited] = records(record, 'workqueue_queue_duration_seconds', { name });
      const [worked] = records(record, 'workqueue_work_duration_seconds', { name });
      expect(waited!.micros!.count + depth!.value!).toBe(adds!.value);
      expect(worked!.micros!.count).toBe(waited!.micros!.count);
      expect(depth!.peak).toBeGreaterThan(0);
    }
  });

  it('says that an objective is broken when etcd has lost its leader', async () => {
    const fault =
      '{ at: 3s, fault: { kind: EtcdMemberCrash, member: leader, duration: 30s } }, { at: 3500ms, kubectl: scale deployment/web --replicas 80 }';
    const { record } = await runOf(scenario('controlPlane: { etcd: { members: 3 } }', fault));
    const mutating = record.controlPlane.objectives.find(({ name }) => name === 'mutating')!;
    expect(mutating.windowsBroken).toBeGreaterThan(0);
    expect(mutating.brokenAt).toBe(0);
    expect(mutating.brokenBy).not.toBe('');
    expect(count(records(record, REQUESTS, { code: 500 }))).toBeGreaterThan(0);
  });
});

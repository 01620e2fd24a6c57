import { describe, expect, it } from 'vitest';
import type { Node } from '../src/sim/api/node.ts';
import { runText, type CloudRun } from './doubles/cloud-run.ts';

/** Machines that come and go, without anybody who decides about it but the timeline. */

const SECOND = 1_000_000;
const TIMES = `
    parameters: { cloud: { provisioning: 60s, nodeReady: 10s, deletion: 30s } }`;

function scenario(groups: string, timeline: string, more = ''): string {
  return `# What comes of machines that come and go?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: cloud }
spec:
  duration: 20m
  cluster:${TIMES}${more}
    cloud:
      nodeGroups:
${groups}
  timeline:
${timeline}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: s, image: web:v1, resources: { requests: { cpu: 1 } } }]
`;
}

const GENERAL = '        - { name: general, min: 1, max: 3, zone: a, price: 0.36, capacity: { cpu: 2, memory: 8Gi } }';
const RESIZE = '    - { at: 1m, resize: { nodeGroup: general, size: 2 } }';

function eventsOf({ events }: CloudRun, reason: string): string[] {
  return events.filter((one) => one.reason === reason).map(({ object }) => object);
}

describe('machines of a cloud', { timeout: 60_000 }, () => {
  it('register their Nodes when they have booted, become ready later, and take the pods that wait', async () => {
    const { record, commits, pods } = await runText(scenario(GENERAL, RESIZE));
    const [, grown] = record.machines;
    expect(grown).toMatchObject({ name: 'general-1', askedAt: 60 * SECOND, runningAt: 120 * SECOND, goneAt: -1 });
    const versions = commits.filter(({ change }) => change.object.metadata.name === 'general-1');
    const ready = versions.filter(({ change: { object } }) => isReady(object as Node));
    const first = versions.find(({ change }) => change.object.kind === 'Node')!;
    expect(first.committedAt).toBeGreaterThan(120 * SECOND);
    expect(first.committedAt).toBeLessThan(121 * SECOND);
    expect((first.change.object as Node).spec.taints?.map(({ key }) => key)).toContain('node.kubernetes.io/not-ready');
    expect(ready[0]!.committedAt).toBeGreaterThan(130 * SECOND);
    const late = pods.filter(({ node }) => node === 'general-1');
    expect(late).toHaveLength(2);
    for (const pod of late) expect(pod.scheduledAt).toBeGreaterThan(130 * SECOND);
    // Both machines cost from when they run: one all the time, one from 2m.
    expect(record.machines[0]!.cost).toBeCloseTo((0.36 * 20) / 60, 9);
    expect(grown!.cost).toBeCloseTo((0.36 * 18) / 60, 9);
  });

  it('go in their time; the cloud controller manager deletes the Node, and the pods are made anew elsewhere', async () => {
    const shrink = `${RESIZE}\n    - { at: 5m, resize: { nodeGroup: general, size: 1 } }`;
    const run = await runText(scenario(GENERAL, shrink));
    const gone = run.record.machines[1]!;
    expect(gone.goneAt).toBe(330 * SECOND);
    expect(eventsOf(run, 'DeletingNode')).toEqual(['Node/general-1']);
    const node = run.record.nodes.find(({ name }) => name === 'general-1')!;
    // The grace period of the node lifecycle, and a pass of each of the two controllers.
    expect(node.removedAt).toBeGreaterThan(370 * SECOND);
    expect(node.removedAt).toBeLessThan(400 * SECOND);
    expect(run.record.podsCreated).toBe(6);
    expect(run.record.last.podsUnbound).toBe(2);
  });

  it('are refused while the cloud has none', async () => {
    const out = '    - { at: 30s, fault: { kind: CloudStockOut, zone: a, duration: 2m } }';
    const later = '    - { at: 4m, resize: { nodeGroup: general, size: 3 } }';
    const { record } = await runText(scenario(GENERAL, `${out}\n${RESIZE}\n${later}`));
    expect(record.machines.map(({ error }) => error !== '')).toEqual([false, true, false]);
    expect(record.machines[1]!.runningAt).toBe(-1);
    expect(record.nodes).toHaveLength(2);
  });

  it('may never find their way to the cluster', async () => {
    const { record } = await runText(scenario(GENERAL, RESIZE), {
      set: ['cluster.parameters.cloud.registrationFailureRatio=1'],
    });
    expect(record.machines[1]!.runningAt).toBe(120 * SECOND);
    expect(record.nodes).toHaveLength(1);
  });

  it('may be deleted while a fault holds that was to end later', async () => {
    const fault = '    - { at: 3m, fault: { kind: ZoneOutage, zone: a, duration: 10m } }';
    const shrink = '    - { at: 5m, resize: { nodeGroup: general, size: 1 } }';
    const { record } = await runText(scenario(GENERAL, `${RESIZE}\n${fault}\n${shrink}`));
    expect(record.nodes.map(({ name, removedAt }) => [name, removedAt >= 0])).toEqual([
      ['general-0', false],
      ['general-1', true],
    ]);
  });

  it('stand beside a pool that stays', async () => {
    const pool = '\n    nodes: [{ name: fixed, count: 1, capacity: { cpu: 4 } }]';
    const { record } = await runText(scenario(GENERAL, RESIZE, pool));
    expect(record.nodes.map(({ name }) => name).sort()).toEqual(['fixed-0', 'general-0', 'general-1']);
  });
});

function isReady(node: Node): boolean {
  if (node.kind !== 'Node') return false;
  return node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterAutoscalerSchema } from '../src/scenario/autoscaler.ts';
import { CLUSTER_AUTOSCALER_DEFAULTS } from '../src/policies/autoscaling/cluster-autoscaler/settings.ts';
import { runFile, runText, type CloudRun } from './doubles/cloud-run.ts';
import './property-seed.ts';

/** cluster-autoscaler in whole clusters: machines, nodes, scheduler, kubelets and controllers with it. */

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

interface Story {
  readonly groups: string;
  readonly flags?: string;
  readonly nodes?: string;
  readonly replicas?: number;
  readonly cpu?: string;
  readonly annotations?: string;
  readonly timeline?: readonly string[];
  readonly more?: string;
  readonly duration?: string;
  readonly parameters?: string;
  readonly simulateEverything?: boolean;
}

function text(story: Story): string {
  const { groups, flags = '', nodes, replicas = 3, cpu = '1', timeline = [], more = '', duration = '1h' } = story;
  const { parameters = 'provisioning: 60s, nodeReady: 10s, deletion: 30s', annotations = '' } = story;
  const lines = [
    '# Do nodes come and go?',
    'apiVersion: orrery.dev/v1',
    'kind: Scenario',
    'metadata: { name: story }',
    'spec:',
    `  duration: ${duration}`,
    `  simulateEverything: ${story.simulateEverything === true}`,
    '  cluster:',
    `    parameters: { cloud: { ${parameters} } }`,
    `    autoscaler: { cluster-autoscaler: { ${flags} } }`,
    ...(nodes === undefined ? [] : [`    nodes: [${nodes}]`]),
    `    cloud: { nodeGroups: [${groups}] }`,
    ...(timeline.length === 0 ? [] : ['  timeline:', ...timeline.map((entry) => `    - ${entry}`)]),
    '---',
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: { name: web }',
    'spec:',
    `  replicas: ${replicas}`,
    '  selector: { matchLabels: { app: web } }',
    '  template:',
    `    metadata: { labels: { app: web }, annotations: { ${annotations} } }`,
    `    spec: { containers: [{ name: s, image: web:v1, resources: { requests: { cpu: ${cpu}, memory: 1Gi } } }] }`,
    more,
  ];
  return lines.join('\n') + '\n';
}

const group = (name: string, more = 'min: 1, max: 6', cpu = 4): string =>
  `{ name: ${name}, ${more}, capacity: { cpu: ${cpu}, memory: 32Gi } }`;

function reasonsOf({ events }: CloudRun): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason, source } of events) {
    if (source === 'cluster-autoscaler') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

const scale = (at: string, replicas: number): string =>
  `{ at: ${at}, kubectl: scale deployment/web --replicas=${replicas} }`;

describe('cluster-autoscaler', { timeout: 60_000 }, () => {
  it('knows the flags that a scenario can set', () => {
    const known = Object.keys(CLUSTER_AUTOSCALER_DEFAULTS).filter((name) => name !== 'everyPass');
    expect(Object.keys(clusterAutoscalerSchema.shape).sort()).toEqual(known.sort());
  });

  it('brings nodes within a scan and the time a machine takes, and takes them away ten minutes after they are idle', async () => {
    const run = await runText(text({ groups: group('g'), timeline: [scale('2m', 15), scale('20m', 3)] }));
    const { machines, last } = run.record;
    const grown = machines.filter(({ askedAt }) => askedAt > 0);
    expect(grown).toHaveLength(3);
    for (const { askedAt } of grown) {
      expect(askedAt).toBeGreaterThan(122 * SECOND);
      expect(askedAt).toBeLessThan(133 * SECOND);
    }
    const late = run.pods.filter(({ createdAt }) => createdAt > MINUTE && createdAt < 3 * MINUTE);
    expect(late).toHaveLength(12);
    // A scan of 10 s, 60 s of booting, 10 s until it is ready, and back-off of the scheduler.
    for (const pod of late) expect(pod.readyAt - pod.createdAt).toBeLessThan(100 * SECOND);
    const gone = machines.filter(({ goneAt }) => goneAt >= 0);
    expect(gone).toHaveLength(3);
    for (const { goneAt } of gone) {
      expect(goneAt).toBeGreaterThan(30 * MINUTE + 35 * SECOND);
      expect(goneAt).toBeLessThan(31 * MINUTE);
    }
    expect(last.podsRunning).toBe(3);
    expect([...reasonsOf(run).keys()].sort()).toEqual([
      'ScaleDown',
      'ScaleDownEmpty',
      'ScaledUpGroup',
      'TriggeredScaleUp',
    ]);
  });

  it('drains nodes one at a time, through the eviction API, and never below a budget', async () => {
    const budget = `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 3, selector: { matchLabels: { app: web } } }`;
    let fewest = Infinity;
    const run = await runText(
      text({ groups: group('g', 'min: 1, max: 6, size: 4'), replicas: 4, cpu: '900m', more: budget }),
      {
        watch: (_, { recorder, now }) => {
          if (now > 5 * MINUTE) fewest = Math.min(fewest, recorder.pods.ready);
        },
      },
    );
    expect(fewest).toBe(3);
    expect(run.record.machines.filter(({ goneAt }) => goneAt >= 0)).toHaveLength(3);
    expect(run.record.last.podsReady).toBe(4);
    const evictions = run.events.filter(({ message }) => message === 'deleting pod for node scale down');
    expect(evictions.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['with pods that say they may not go', 'cluster-autoscaler.kubernetes.io/safe-to-evict: "false"', 4],
    ['with others', 'example.com/x: y', 1],
  ])('keeps nodes %s', async (_, annotations, left) => {
    const groups = group('g', 'min: 1, max: 6, size: 4');
    const { record } = await runText(text({ groups, replicas: 4, cpu: '900m', annotations }));
    expect(record.machines.filter(({ goneAt }) => goneAt < 0)).toHaveLength(left);
  });

  it('goes elsewhere when the cloud has no machines, and comes back after five minutes', async () => {
    const flags =
      'expander: [priority], priorities: [{ priority: 9, groups: [first] }, { priority: 1, groups: [second] }]';
    const groups = [group('first', 'min: 0, max: 6, zone: a'), group('second', 'min: 0, max: 1, zone: b')].join();
    const stockOut = '{ at: 1s, fault: { kind: CloudStockOut, nodeGroup: first, duration: 3m } }';
    const nodes = '{ name: fixed, count: 1, capacity: { cpu: 2 } }';
    const run = await runText(text({ groups, flags, nodes, replicas: 8, timeline: [stockOut] }));
    const [refused] = run.record.machines;
    expect(refused).toMatchObject({ nodeGroup: 'first', runningAt: -1 });
    expect(reasonsOf(run).get('ScaleUpFailed')).toBe(1);
    const second = run.record.machines.find(({ nodeGroup }) => nodeGroup === 'second')!;
    expect(second.askedAt - refused!.askedAt).toBeLessThan(20 * SECOND);
    // The rest waits for the end of the back-off.
    const again = run.record.machines.filter(({ nodeGroup, runningAt }) => nodeGroup === 'first' && runningAt >= 0);
    expect(again).not.toHaveLength(0);
    for (const { askedAt } of again) {
      expect(askedAt - refused!.askedAt).toBeGreaterThanOrEqual(5 * MINUTE);
      expect(askedAt - refused!.askedAt).toBeLessThan(5 * MINUTE + 25 * SECOND);
    }
    expect(run.record.last.podsRunning).toBe(8);
  });

  it('gives up machines that do not register within fifteen minutes, and leaves their group alone for a while', async () => {
    const parameters = 'provisioning: 60s, registrationFailureRatio: 1';
    const run = await runText(text({ groups: group('g'), replicas: 8, parameters, duration: '30m' }));
    const [, lost] = run.record.machines;
    expect(lost!.runningAt).toBeGreaterThan(0);
    expect(lost!.goneAt - lost!.askedAt).toBeGreaterThan(15 * MINUTE);
    expect(lost!.goneAt - lost!.askedAt).toBeLessThan(17 * MINUTE);
    expect(reasonsOf(run).get('ScaleUpTimedOut')).toBe(1);
    expect(reasonsOf(run).get('DeleteUnregistered')).toBeGreaterThan(0);
    const retried = run.record.machines.filter(({ askedAt }) => askedAt > lost!.askedAt);
    expect(retried.length).toBeGreaterThan(0);
    for (const { askedAt } of retried) expect(askedAt - lost!.askedAt).toBeGreaterThan(20 * MINUTE);
  });

  it('says why it cannot help', async () => {
    const run = await runText(text({ groups: group('g'), cpu: '5', duration: '5m' }));
    const told = run.events.filter(({ reason }) => reason === 'NotTriggerScaleUp');
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]!.message).toBe("pod didn't trigger scale-up: 1 Insufficient cpu");
    expect(run.record.machines).toHaveLength(1);
  });

  it('counts daemon pods of new nodes', async () => {
    const daemons = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { priorityClassName: system-node-critical, containers: [{ name: s, image: agent:v1, resources: { requests: { cpu: 1500m } } }] }`;
    const run = await runText(text({ groups: group('g', 'min: 0, max: 9'), replicas: 6, more: daemons }));
    expect(run.record.machines).toHaveLength(3);
    expect(run.record.last.podsRunning).toBe(9);
  });

  it('makes the same decisions when every loop is made', async () => {
    const story: Story = { groups: group('g'), timeline: [scale('2m', 15), scale('20m', 3)], duration: '50m' };
    const [few, all] = [await runText(text(story)), await runText(text({ ...story, simulateEverything: true }))];
    // Which machine goes hangs on where pods are, and that on milliseconds: how many came and went when, does not.
    const lives = ({ record: { machines } }: CloudRun): number[][] =>
      [machines.map(({ askedAt }) => askedAt), machines.map(({ goneAt }) => goneAt)].map((moments) =>
        moments.map((at) => (at < 0 ? at : Math.round(at / (30 * SECOND)))).sort((x, y) => x - y),
      );
    expect(lives(all)).toEqual(lives(few));
    expect(reasonsOf(all)).toEqual(reasonsOf(few));
  });

  it('is the same twice', async () => {
    const story = text({ groups: group('g'), timeline: [scale('2m', 15)], duration: '30m' });
    const [one, other] = [await runText(story), await runText(story)];
    expect(one.record.fingerprint).toBe(other.record.fingerprint);
  });
});

interface Load {
  readonly cpu: number;
  readonly replicas: readonly number[];
}

const loads: fc.Arbitrary<Load> = fc.record({
  cpu: fc.constantFrom(300, 700, 1_100, 1_900, 3_100),
  replicas: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 3 }),
});

describe('under any load', { timeout: 240_000 }, () => {
  it('groups keep their bounds (C19), whatever fits a template is placed in the end (L8), and constant load changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(loads, fc.boolean(), fc.boolean(), async ({ cpu, replicas }, balanced, drains) => {
        const groups = [group('a', 'min: 1, max: 8, zone: a'), group('b', 'min: 0, max: 8, zone: b', 8)].join();
        const timeline = replicas.map((count, i) => scale(`${2 + 25 * i}m`, count));
        const flags = `balanceSimilarNodeGroups: ${balanced}, maxDrainParallelism: ${drains ? 3 : 1}`;
        const story = { groups, flags, cpu: `${cpu}m`, timeline, duration: `${25 * (replicas.length + 2)}m` };
        const bounds = new Set<string>();
        const run = await runText(text(story), {
          watch: (_, simulation) => {
            for (const { id, targetSize, minSize, maxSize } of simulation.cloud!.nodeGroups()) {
              if (targetSize < minSize || targetSize > maxSize) bounds.add(`${id}: ${targetSize}`);
            }
          },
        });
        expect([...bounds]).toEqual([]);
        expect(run.record.last.podsRunning).toBe(replicas.at(-1));
        // The last quarter of an hour and more: nobody asks for anything, and nothing moves.
        const calm = run.record.endedAt - 20 * MINUTE;
        for (const { askedAt } of run.record.machines) expect(askedAt).toBeLessThan(calm);
      }),
      { numRuns: process.env['ORRERY_LONG'] === undefined ? 8 : 200 },
    );
  });

  it('the shipped scenario holds what it expects', async () => {
    const { record } = await runFile('scenarios/cluster-autoscaler.yaml');
    expect(record.expectations.filter(({ held }) => !held)).toEqual([]);
  });
});

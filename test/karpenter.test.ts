import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFile, runText, type CloudRun } from './doubles/cloud-run.ts';
import './property-seed.ts';

/** Karpenter in whole clusters. */

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

interface Story {
  readonly pool?: string;
  readonly pools?: string;
  readonly replicas?: number;
  readonly cpu?: string;
  readonly annotations?: string;
  readonly timeline?: readonly string[];
  readonly more?: string;
  readonly duration?: string;
  readonly parameters?: string;
}

function text(story: Story): string {
  const { pool = '', replicas = 3, cpu = '1', annotations = '', timeline = [], more = '', duration = '40m' } = story;
  const { pools = `{ name: default${pool === '' ? '' : `, ${pool}`} }` } = story;
  const { parameters = 'provisioning: 60s, nodeReady: 10s, deletion: 30s' } = story;
  return `# Do nodes come and go?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: story }
spec:
  duration: ${duration}
  cluster:
    parameters: { cloud: { ${parameters} } }
    autoscaler: { karpenter: { nodePools: [${pools}] } }
    cloud:
      instanceTypes:
        - { name: large, zones: [a, b], price: 0.41, capacity: { cpu: 8, memory: 32Gi } }
        - { name: small, zones: [a, b], price: 0.1, capacity: { cpu: 2, memory: 8Gi } }
        - { name: medium, zones: [a, b], price: 0.2, capacity: { cpu: 4, memory: 16Gi } }
${timeline.length === 0 ? '' : '  timeline:\n'}${timeline.map((entry) => `    - ${entry}\n`).join('')}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { ${annotations} } }
    spec: { containers: [{ name: s, image: 'web:v1', resources: { requests: { cpu: ${cpu}, memory: 1Gi } } }] }
${more}
`;
}

const scale = (at: string, replicas: number): string =>
  `{ at: ${at}, kubectl: scale deployment/web --replicas=${replicas} }`;
const typesOf = ({ record }: CloudRun): string[] => record.machines.map(({ instanceType }) => instanceType);
const leftOf = ({ record }: CloudRun): string[] =>
  record.machines.filter(({ goneAt }) => goneAt < 0).map(({ instanceType }) => instanceType);

describe('karpenter', { timeout: 60_000 }, () => {
  it('launches the cheapest machine that takes the pods of a batch, a second after the last of them', async () => {
    const run = await runText(text({ duration: '5m' }));
    expect(typesOf(run)).toEqual(['medium']);
    const [machine] = run.record.machines;
    expect(machine!.askedAt).toBeGreaterThan(1 * SECOND);
    expect(machine!.askedAt).toBeLessThan(3 * SECOND);
    expect(run.record.last.podsReady).toBe(3);
    expect(
      run.events.some(({ reason, message }) => reason === 'Nominated' && message.endsWith('nodeclaim/default-0')),
    ).toBe(true);
  });

  it('lets an empty node go after consolidateAfter and a look fifteen seconds later', async () => {
    const pool = 'disruption: { consolidateAfter: 2m, budgets: [{ nodes: 100% }] }';
    const run = await runText(text({ pool, timeline: [scale('10m', 0)] }));
    const [machine] = run.record.machines;
    expect(machine!.goneAt).toBeGreaterThan(12 * MINUTE + 45 * SECOND);
    expect(machine!.goneAt).toBeLessThan(14 * MINUTE);
    expect(run.record.nodes[0]!.removedAt).toBeGreaterThan(machine!.goneAt);
    expect(run.record.nodes[0]!.removedAt).toBeLessThan(machine!.goneAt + 10 * SECOND);
    expect(run.events.some(({ message }) => message === 'Disrupting Node: Empty')).toBe(true);
  });

  it('moves pods to something cheaper, which is ready before the old node goes', async () => {
    let fewest = Infinity;
    const run = await runText(text({ replicas: 7, timeline: [scale('10m', 2)] }), {
      watch: (_, { recorder, now }) => {
        if (now > 11 * MINUTE) fewest = Math.min(fewest, recorder.pods.ready);
      },
    });
    expect(typesOf(run)[0]).toBe('large');
    expect(leftOf(run)).toEqual(['small']);
    const [old, fresh] = run.record.machines;
    expect(fresh!.runningAt).toBeLessThan(old!.goneAt);
    expect(run.record.last.podsReady).toBe(2);
    expect(fewest).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['a budget of none', { pool: 'disruption: { budgets: [{ nodes: 0 }] }' }],
    ['the policy WhenEmpty', { pool: 'disruption: { consolidationPolicy: WhenEmpty }' }],
    ['consolidateAfter: Never', { pool: 'disruption: { consolidateAfter: Never }' }],
    ['a pod that must not be disrupted', { annotations: 'karpenter.sh/do-not-disrupt: "true"' }],
    [
      'a disruption budget of its pods',
      {
        more: `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 0, selector: { matchLabels: { app: web } } }`,
      },
    ],
  ])('leaves a node alone for %s', async (_, story: Story) => {
    const run = await runText(text({ ...story, replicas: 7, timeline: [scale('10m', 2)] }));
    expect(leftOf(run)).toEqual(['large']);
  });

  it('takes the next best when the cloud is out of a type, and the best again later', async () => {
    const out = '{ at: 1s, fault: { kind: CloudStockOut, nodeGroup: medium, duration: 2m } }';
    const pool = 'disruption: { consolidateAfter: Never }';
    const run = await runText(text({ pool, replicas: 3, timeline: [out, scale('5m', 13)], duration: '10m' }));
    expect(typesOf(run)[0]).toBe('large');
    expect(run.record.last.podsReady).toBe(13);
  });

  it('keeps within the limits of a pool', async () => {
    const run = await runText(text({ pool: 'limits: { cpu: 10 }', replicas: 20, duration: '5m' }));
    expect(typesOf(run).sort()).toEqual(['large', 'small']);
    expect(run.record.last.podsReady).toBe(10);
  });

  it('replaces nodes that are too old, and machines that never register', async () => {
    const old = await runText(text({ pool: 'expireAfter: 15m' }));
    expect(old.record.machines[0]!.goneAt).toBeGreaterThan(15 * MINUTE);
    expect(old.record.machines[0]!.goneAt).toBeLessThan(18 * MINUTE);
    expect(old.record.last.podsReady).toBe(3);
    const lost = await runText(text({ parameters: 'provisioning: 60s, registrationFailureRatio: 1' }));
    expect(lost.record.machines[0]!.goneAt).toBeGreaterThan(15 * MINUTE);
    expect(lost.record.machines[1]!.askedAt).toBeGreaterThan(15 * MINUTE);
  });

  it('is the same twice', async () => {
    const story = text({ replicas: 9, timeline: [scale('10m', 2)] });
    expect((await runText(story)).record.fingerprint).toBe((await runText(story)).record.fingerprint);
  });

  it('the shipped scenario holds what it expects', async () => {
    const { record } = await runFile('scenarios/karpenter.yaml');
    expect(record.expectations.filter(({ held }) => !held)).toEqual([]);
  });
});

const loads = fc.record({
  cpu: fc.constantFrom(300, 700, 1_100, 1_900, 3_100),
  replicas: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 3 }),
  share: fc.constantFrom('10%', '50%', '100%'),
});

describe('under any load', { timeout: 240_000 }, () => {
  it('all pods are placed in the end, budgets of pods hold, and constant load changes nothing', async () => {
    const budget = `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }`;
    await fc.assert(
      fc.asyncProperty(loads, async ({ cpu, replicas, share }) => {
        const timeline = replicas.map((count, i) => scale(`${2 + 30 * i}m`, count));
        const pool = `disruption: { budgets: [{ nodes: ${share} }] }`;
        const duration = `${30 * (replicas.length + 2)}m`;
        let evictedTogether = 0;
        const run = await runText(text({ pool, cpu: `${cpu}m`, timeline, duration, more: budget }), {
          watch: (_, { recorder, now }) => {
            // In the quiet before a change of replicas only Karpenter takes pods away.
            const calm = (now / MINUTE) % 30 > 25 || (now / MINUTE) % 30 < 1;
            if (calm && now > 31 * MINUTE) evictedTogether = Math.max(evictedTogether, recorder.pods.terminating);
          },
        });
        expect(run.record.last.podsReady).toBe(replicas.at(-1));
        expect(evictedTogether).toBeLessThanOrEqual(1);
        const calm = run.record.endedAt - 20 * MINUTE;
        for (const { askedAt } of run.record.machines) expect(askedAt).toBeLessThan(calm);
      }),
      { numRuns: process.env['ORRERY_LONG'] === undefined ? 8 : 200 },
    );
  });
});

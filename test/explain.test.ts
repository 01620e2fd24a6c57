import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { SCHEDULERS } from '../src/policies/registry.ts';
import type { DecisionRecord } from '../src/sim/recorder/records.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { orrery } from './doubles/orrery.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-explain-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SNAPSHOT = 'test/fixtures/cluster-as-it-is/three-nodes.yaml';

describe('why is my pod pending, and where would it go: a cluster as kubectl prints it', () => {
  const explained = (pod: string): string => {
    const { code, stdout, stderr } = orrery(['explain', SNAPSHOT, pod, '--until', '300ms']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  test('a pod that fits: every score, the winner, the runner-up', () => {
    expect(explained('pod/fits')).toMatchInlineSnapshot(`
      "pod/default/fits: 1 attempt
      attempt 1  at 3.333ms: placed on n3
        default-scheduler: 3 of 3 nodes looked at, 2 feasible
        Filter TaintToleration: node(s) had untolerated taint(s) (preemption cannot help): 1 node (n2)
        had nothing to say: DynamicResources, InterPodAffinity, NodeAffinity, NodeDeclaredFeatures, NodePorts, NodeVolumeLimits, PodTopologySpread, VolumeBinding, VolumeRestrictions, VolumeZone
        scores: raw, normalised, weighted
          node  total  TaintToleration  NodeResourcesFit  DynamicResources  NodeResourcesBalancedAllocation  ImageLocality
          n3    428    0 100 300        60 60 60          0 0 0             68 68 68                         0 0 0
          n1    425    0 100 300        53 53 53          0 0 0             72 72 72                         0 0 0
        winner n3; runner-up n1

      "
    `);
  });

  test('a pod that makes room: the victims, and where', () => {
    expect(explained('pod/important')).toMatchInlineSnapshot(`
      "pod/default/important: 1 attempt
      attempt 1  at 5.315ms: no node
        default-scheduler: 3 of 3 nodes looked at, 0 feasible
        Filter NodeResourcesFit: Insufficient cpu: 1 node (n1)
        Filter TaintToleration: node(s) had untolerated taint(s) (preemption cannot help): 1 node (n2)
        Filter NodeResourcesFit: Insufficient cpu (preemption cannot help): 1 node (n3)
        had nothing to say: DynamicResources, InterPodAffinity, NodeAffinity, NodeDeclaredFeatures, NodePorts, NodeVolumeLimits, PodTopologySpread, VolumeBinding, VolumeRestrictions, VolumeZone
        0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.
        victims on n1, most important first: default/low-1

      "
    `);
  });

  test('a pod that nothing helps: who refuses which nodes, in the words of the Event', () => {
    expect(explained('pod/hopeless')).toMatchInlineSnapshot(`
      "pod/default/hopeless: 1 attempt
      attempt 1  at 7.581ms: no node
        default-scheduler: 3 of 3 nodes looked at, 0 feasible
        Filter NodeAffinity: node(s) didn't match Pod's node affinity/selector (preemption cannot help): 2 nodes (n1, n3)
        Filter TaintToleration: node(s) had untolerated taint(s) (preemption cannot help): 1 node (n2)
        had nothing to say: DynamicResources, InterPodAffinity, NodeDeclaredFeatures, NodePorts, NodeVolumeLimits, PodTopologySpread, VolumeBinding, VolumeRestrictions, VolumeZone
        0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.

      "
    `);
  });

  test('a pod that has its node, one that nobody knows, and one whose name is none', () => {
    expect(explained('pod/low-1')).toBe(
      'pod/low-1 was on n1 from the beginning: the scheduler had nothing to decide\n',
    );
    const nobody = orrery(['explain', SNAPSHOT, 'pod/nobody']);
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toBe('');
    expect(nobody.stderr).toContain(
      'there was no pod/nobody (use -n for another namespace); there are default/low-2, default/fits, default/important, default/hopeless\n',
    );
    expect(orrery(['explain', SNAPSHOT, 'deployment/web']).code).toBe(2);
  });

  test('decisions.csv has a row for each attempt', () => {
    expect(orrery(['run', SNAPSHOT, '--decisions', '--no-html', '--until', '300ms', '--out', scratch]).code).toBe(0);
    const rows = readFileSync(join(scratch, 'decisions.csv'), 'utf8');
    expect(rows).toMatchInlineSnapshot(`
      "time_seconds,namespace,pod,attempt,result,node,nodes_evaluated,nodes_feasible,score,runner_up,runner_up_score,ties,nominated_node,victims,message
      0.003333,default,fits,1,scheduled,n3,3,2,428,n1,425,1,,,
      0.005315,default,important,1,unschedulable,,3,0,,,,0,n1,default/low-1,"0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu."
      0.007581,default,hopeless,1,unschedulable,,3,0,,,,0,,,"0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
      "
    `);
  });
});

const SCENARIO = `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: explained }
spec:
  cluster:
    scheduler: { policy: POLICY }
    nodes:
      - { name: small, count: 4, capacity: { cpu: 4, memory: 16Gi } }
      - { name: large, count: 2, capacity: { cpu: 16, memory: 64Gi } }
  workload:
    - name: batch
      count: 60
      interarrival: { exponential: { mean: 1s } }
      lifetime: { uniform: { min: 10s, max: 40s } }
      templates:
        - { spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 1500m } } }] } }
        - { spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 6 } } }] } }
`;

/** The history's fingerprint and, where asked for, every decision. */
async function play(policy: string, explains: boolean): Promise<{ fingerprint: string; decisions: DecisionRecord[] }> {
  const path = join(scratch, `${policy}.yaml`);
  writeFileSync(path, SCENARIO.replace('POLICY', policy));
  const { scenario, policies } = await prepareRun(path);
  const decisions: DecisionRecord[] = [];
  const sink = {
    pod: () => undefined,
    event: () => undefined,
    decision: (record: DecisionRecord) => decisions.push(record),
  };
  const simulation = new Simulation(scenario, policies, sink, {
    seed: '7',
    ...(explains ? { explains: () => true } : {}),
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { fingerprint: simulation.engine.fingerprint.toString(), decisions };
}

describe('a scheduler of one’s own', { timeout: 30_000 }, () => {
  const explainedUnder = (decide: string) => {
    const file = join(scratch, 'whole.mjs');
    writeFileSync(
      file,
      `const steps = { reserve() {}, unreserve() {}, permit: () => ({ status: undefined, waits: new Map() }), preBind() {}, bind() {}, postBind() {} };
export default {
  name: 'whole',
  scheduler: () => {
    const nodes = new Set();
    const assumed = new Set();
    return {
      schedulerNames: ['default-scheduler'],
      hints: [],
      backoff: { initialMicros: 1e6, maxMicros: 1e7 },
      get nodeCount() { return nodes.size; },
      compare: () => 0,
      preEnqueue: () => undefined,
      setNode: (node) => nodes.add(node.metadata.name),
      removeNode: (name) => nodes.delete(name),
      setPod() {},
      removePod: (uid) => assumed.delete(uid),
      assume: (pod) => assumed.add(pod.metadata.uid),
      isAssumed: (uid) => assumed.has(uid),
      nominate() {},
      denominate() {},
      nominatedPods: () => [],
      nominatedNode: () => undefined,
      decide: (pod) => { ${decide} },
    };
  },
};
`,
    );
    return orrery([
      'explain',
      SNAPSHOT,
      'pod/fits',
      '--until',
      '300ms',
      '--set',
      `cluster.scheduler.policy=${file}`,
      '--policy-timeout',
      '1',
    ]);
  };

  test('that is whole and explains nothing: what it decided, when, in its own words', () => {
    const placed = explainedUnder("return { kind: 'node', nodeName: 'n2', evaluated: 1, steps };");
    expect(placed.stderr).toBe('');
    expect(placed.stdout).toMatch(
      /^pod\/default\/fits: 1 attempt\nattempt 1 {2}at \S+: placed on n2\n {2}the policy does not explain itself\n/,
    );
    const refused = explainedUnder(
      "return { kind: 'unschedulable', message: 'not on a Thursday', evaluated: 3, unschedulablePlugins: [], pendingPlugins: [], victims: [] };",
    );
    expect(refused.stdout).toContain('not on a Thursday');
  });

  test('that never answers is ended and named', () => {
    const { code, stderr } = explainedUnder('for (;;);');
    expect(code).toBe(69);
    expect(stderr).toContain('gave no answer within 1 s');
  });
});

describe('asking why changes nothing, and the answer is about the decision that is taken', () => {
  test.each([...SCHEDULERS.keys()])('%s', async (policy) => {
    const [plain, explained] = [await play(policy, false), await play(policy, true)];
    expect(explained.fingerprint).toBe(plain.fingerprint);
    const placed = explained.decisions.filter(({ result }) => result === 'scheduled');
    expect(placed.length).toBeGreaterThan(50);
    for (const { node, explanation, pod } of placed) expect(`${pod} ${explanation?.winner}`).toBe(`${pod} ${node}`);
    for (const { result, explanation } of explained.decisions) {
      if (result === 'unschedulable') expect(explanation?.feasible).toEqual([]);
    }
  });
});

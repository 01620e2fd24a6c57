import { describe, expect, it } from 'vitest';
import { conditionStatus, isPodReady } from '../src/sim/api/pod.ts';
import type { ReplicaSet } from '../src/sim/api/workloads.ts';
import type { Commit } from '../src/sim/control-plane/etcd/store.ts';
import { runText, type CloudRun } from './doubles/cloud-run.ts';

/**
 * What the documentation of Kubernetes, and a study, say that controllers do (data/published/controller_doc_oracles.json),
 * each by its name there, in whole clusters; and the golden timelines 10.6 and 10.8 of the behaviour sheet.
 */

const SECOND = 1_000_000;

interface Story {
  readonly replicas: number;
  readonly strategy?: string;
  /** Seconds from the start of a container of the first, and of the second template until it is ready. */
  readonly ready?: readonly [first: string, second: string];
  readonly timeline?: readonly string[];
  readonly duration?: string;
  readonly more?: string;
}

/** A Deployment `web` whose second template has the label `version: v2`. */
function told({
  replicas,
  strategy = '{}',
  ready = ['1s', '1s'],
  timeline = [],
  duration = '3m',
  more = '',
}: Story): string {
  return `# What does the documentation say?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: story }
spec:
  duration: ${duration}
  cluster: { nodes: [{ count: 4, capacity: { cpu: 32, memory: 64Gi } }] }
  behaviour:
    - { selector: { version: v1 }, ready: { after: ${ready[0]} } }
    - { selector: { version: v2 }, ready: { after: ${ready[1]} } }
  timeline: [${timeline.join(', ')}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  strategy: ${strategy}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, version: v1 } }
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: c, image: 'i:1' }] }
${more}`;
}

const UPDATE = (at: string): string =>
  `{ at: ${at}, kubectl: "patch deployment/web -p '{\\"spec\\":{\\"template\\":{\\"metadata\\":{\\"labels\\":{\\"version\\":\\"v2\\"}}}}}'" }`;
const NEVER = '30m';

const versionOf = (set: ReplicaSet): string => set.spec.template.metadata.labels['version']!;

/** `new->1`, `old->2`: each change of what a ReplicaSet shall have, once there is a new one. */
function steps({ commits }: CloudRun): string[] {
  const sizes = new Map<string, number>();
  const found: string[] = [];
  for (const { change } of commits) {
    const set = change.object;
    if (set.kind !== 'ReplicaSet' || sizes.get(versionOf(set)) === set.spec.replicas) continue;
    sizes.set(versionOf(set), set.spec.replicas);
    if (sizes.has('v2')) found.push(`${versionOf(set) === 'v2' ? 'new' : 'old'}->${set.spec.replicas}`);
  }
  return found;
}

/** The ReplicaSets in the end. */
function sets({ simulation }: CloudRun): Record<string, { readonly desired: number; readonly ready: number }> {
  const all = [...simulation.api.store.values('ReplicaSet')];
  return Object.fromEntries(
    all.map((set) => [versionOf(set), { desired: set.spec.replicas, ready: set.status.readyReplicas }]),
  );
}

/** The least and the most pods that were there from a time on, terminating ones left out, and the fewest that were ready. */
function bounds(commits: readonly Commit[], fromSeconds: number) {
  const living = new Map<string, boolean>();
  let [least, most, available] = [Infinity, 0, Infinity];
  for (const { change, committedAt } of commits) {
    const pod = change.object;
    if (pod.kind !== 'Pod') continue;
    const isGoing = change.type === 'DELETED' || pod.metadata.deletionTimestamp !== undefined;
    if (isGoing) living.delete(pod.metadata.uid);
    else living.set(pod.metadata.uid, isPodReady(pod));
    if (committedAt < fromSeconds * SECOND) continue;
    least = Math.min(least, living.size);
    most = Math.max(most, living.size);
    available = Math.min(available, [...living.values()].filter((ready) => ready).length);
  }
  return { least, most, available };
}

describe('kubernetes.io, concepts: Deployments', () => {
  it('deploy-rolling-3: up by one, down by one, never fewer than three, never more than four', async () => {
    const run = await runText(told({ replicas: 3, timeline: [UPDATE('1m')] }));
    expect(steps(run)).toEqual(['new->1', 'old->2', 'new->2', 'old->1', 'new->3', 'old->0']);
    expect(bounds(run.commits, 60)).toMatchObject({ most: 4, available: 3 });
  });

  it('deploy-bounds-4: between three and five', async () => {
    const { commits } = await runText(told({ replicas: 4, timeline: [UPDATE('1m')] }));
    const { most, available } = bounds(commits, 60);
    expect(most).toBe(5);
    expect(available).toBeGreaterThanOrEqual(3);
  });

  const BOUNDED = '{ rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }';

  it('deploy-stuck-10: eight old ones and five new ones that never become ready', async () => {
    const story = { replicas: 10, strategy: BOUNDED, ready: ['1s', NEVER] as const, timeline: [UPDATE('1m')] };
    expect(sets(await runText(told(story)))).toEqual({
      v1: { desired: 8, ready: 8 },
      v2: { desired: 5, ready: 0 },
    });
  });

  it('deploy-proportional-15: and when it shall have fifteen, eleven and seven', async () => {
    const timeline = [UPDATE('1m'), '{ at: 2m, kubectl: "scale deployment/web --replicas=15" }'];
    const run = await runText(told({ replicas: 10, strategy: BOUNDED, ready: ['1s', NEVER], timeline }));
    expect(sets(run)).toEqual({ v1: { desired: 11, ready: 11 }, v2: { desired: 7, ready: 0 } });
    const [deployment] = [...run.simulation.api.store.values('Deployment')];
    expect(deployment!.status).toMatchObject({ replicas: 18, availableReplicas: 11 });
  });

  it('deploy-bad-image-3: one new one that never becomes ready, and all three old ones', async () => {
    const run = await runText(told({ replicas: 3, ready: ['1s', NEVER], timeline: [UPDATE('1m')] }));
    expect(sets(run)).toEqual({ v1: { desired: 3, ready: 3 }, v2: { desired: 1, ready: 0 } });
  });

  it('deploy-rollover-5: the old ones go at once, though there were never five of them', async () => {
    const more = `---
apiVersion: v1
kind: ResourceQuota
metadata: { name: three }
spec: { hard: { pods: '3' } }
`;
    // A quota holds the first rollout up; it is lifted when the second begins.
    const lifted = `{ at: 1m, kubectl: "delete resourcequota three" }`;
    const story = { replicas: 5, ready: [NEVER, '1s'] as const, timeline: [lifted, UPDATE('1m')], more };
    const run = await runText(told(story));
    expect(bounds(run.commits, 0).most).toBeLessThan(8);
    const down = run.commits.find(
      ({ change: { object }, committedAt }) =>
        committedAt > 60 * SECOND &&
        object.kind === 'ReplicaSet' &&
        versionOf(object) === 'v1' &&
        object.spec.replicas < 5,
    )!;
    expect(down.committedAt).toBeLessThan(60.2 * SECOND);
    expect(sets(run)['v2']).toEqual({ desired: 5, ready: 5 });
  });
});

/** An autoscaler of `web`, which shares what `cpu` says. */
function autoscaled(
  cpu: string,
  target: number,
  request: string,
  parameters: string,
  more: string,
  behaviour = '',
): string {
  return `# What does the documentation say?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: story }
spec:
  duration: 22m
  cluster:
    nodes: [{ count: 4, capacity: { cpu: 64, memory: 128Gi } }]
    parameters: { ${parameters} }
  behaviour: [{ selector: { app: web }, usage: { shared: { cpu: [${cpu}] } } }]
  timeline: [${more}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${more === '' ? 1 : 0}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: 'i:1', resources: { requests: { cpu: ${request} }, limits: { cpu: 1 } } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: ${more === '' ? 10 : 100}
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: ${target} } } }]
  behavior: { ${behaviour} }
`;
}

/** What the Deployment shall have so many seconds after the start. */
function sizeAt({ commits }: CloudRun, seconds: number): number {
  const found = commits.findLast(
    ({ change, committedAt }) => change.object.kind === 'Deployment' && committedAt <= seconds * SECOND,
  )!.change.object;
  return found.kind === 'Deployment' ? found.spec.replicas : NaN;
}

describe('kubernetes.io, tasks: a walk through horizontal pod autoscaling', () => {
  it('hpa-305, hpa-0: one pod at 305 % of 50 % becomes seven, and one again when its load has been gone for five minutes', async () => {
    const load = '{ at: 0s, is: 610m }, { at: 599s, is: 610m }, { at: 600s, is: 0 }';
    const run = await runText(autoscaled(load, 50, '200m', '', ''));
    expect(sizeAt(run, 590)).toBe(7);
    expect(sizeAt(run, 890)).toBe(7);
    expect(sizeAt(run, 960)).toBe(1);
  });
});

describe('kubernetriks, its own test of an autoscaler', () => {
  it('kubernetriks-hpa: 5, 9, 14, and with less load 4, and with more again 7 and 12', async () => {
    const at = (second: number, is: number): string => `{ at: ${second}s, is: ${is} }`;
    const load = [at(0, 8), at(559, 8), at(560, 2), at(759, 2), at(760, 8)].join(', ');
    const parameters =
      'controllerManager: { horizontalPodAutoscalerSyncPeriod: 60s, horizontalPodAutoscalerCpuInitializationPeriod: 0s, ' +
      'horizontalPodAutoscalerInitialReadinessDelay: 0s }, metricsServer: { scrapePeriod: 5s }';
    const free = (percent: number): string =>
      `{ stabilizationWindowSeconds: 0, policies: [{ type: Percent, value: ${percent}, periodSeconds: 15 }] }`;
    const behaviour = `scaleUp: ${free(900)}, scaleDown: ${free(100)}`;
    const begin = '{ at: 59500ms, kubectl: "scale deployment/web --replicas=5" }';
    const run = await runText(autoscaled(load, 60, '1', parameters, begin, behaviour));
    const seen = [61, 121, 181, 450, 600.5, 759.5, 781, 841].map((seconds) => sizeAt(run, seconds));
    expect(seen).toEqual([5, 9, 14, 14, 4, 4, 7, 12]);
    // There it goes on to 14. The real controller counts whole percents: 66 of 60 is no more than a tenth too much.
    expect(sizeAt(run, 1_200)).toBe(12);
  });
});

describe('the golden timeline of a node that an autoscaler asks for (10.6)', () => {
  it('no place, a look within ten seconds, a machine, a Node that is ready and open, and the pod', async () => {
    const { commits } = await runText(`# How long does a pod wait for a machine?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: story }
spec:
  duration: 10m
  cluster:
    parameters: { cloud: { provisioning: 60s, nodeReady: 10s } }
    autoscaler: { cluster-autoscaler: {} }
    cloud: { nodeGroups: [{ name: general, min: 0, max: 3, capacity: { cpu: 4, memory: 16Gi } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: c, image: 'i:1', resources: { requests: { cpu: 1 } } }] }
`);
    const first = (holds: (object: Commit['change']['object']) => boolean): number =>
      (commits.find(({ change }) => holds(change.object))?.committedAt ?? NaN) / SECOND;
    const unschedulable = first(
      (o) => o.kind === 'Pod' && conditionStatus(o.status.conditions, 'PodScheduled') === 'False',
    );
    const joined = first((o) => o.kind === 'Node');
    const ready = first((o) => o.kind === 'Node' && conditionStatus(o.status.conditions, 'Ready') === 'True');
    const open = first(
      (o) =>
        o.kind === 'Node' &&
        conditionStatus(o.status.conditions, 'Ready') === 'True' &&
        (o.spec.taints ?? []).length === 0,
    );
    const bound = first((o) => o.kind === 'Pod' && o.spec.nodeName !== undefined);
    const runs = first((o) => o.kind === 'Pod' && o.status.phase === 'Running');
    expect(unschedulable).toBeLessThan(1);
    // The pod is two seconds old at least when the loop sees it, which comes round every ten.
    expect(joined - unschedulable).toBeGreaterThanOrEqual(60);
    expect(joined - unschedulable).toBeLessThan(60 + 2 + 10 + 10);
    expect(ready - joined).toBeLessThan(11);
    expect(open - ready).toBeLessThan(5);
    // Behind it is the back-off of a pod that was tried once or twice.
    expect(bound - open).toBeLessThan(10);
    expect(runs).toBeGreaterThan(bound);
  });
});

describe('the golden timeline of leaders that die (10.8)', () => {
  const dying = (fault: string, more = ''): string => `# Who leads then?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: story }
spec:
  duration: 3m
  cluster:
    nodes: [{ count: 2, capacity: { cpu: 4, memory: 16Gi } }]
    controlPlane: { etcd: { members: 3 }, controllerManagers: 2 }
  timeline:
    - { at: 1m, fault: ${fault} }
    ${more}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: 'i:1' }] }
`;

  it('a controller manager: nobody acts for 15 to 23.8 s after its last renewal, and then another', async () => {
    const scale = '- { at: 61s, kubectl: "scale deployment/web --replicas=3" }';
    const { commits } = await runText(dying('{ kind: ControllerManagerCrash, replica: leader }', scale));
    const leases = commits.flatMap(({ change: { object }, committedAt }) =>
      object.kind === 'Lease' && object.metadata.name === 'kube-controller-manager'
        ? [{ holder: object.spec.holderIdentity, at: committedAt / SECOND }]
        : [],
    );
    const taken = leases.findIndex(({ holder, at }) => at > 60 && holder !== leases[0]!.holder);
    const silence = leases[taken]!.at - leases[taken - 1]!.at;
    expect(silence).toBeGreaterThanOrEqual(15);
    expect(silence).toBeLessThanOrEqual(23.8);
    const second = commits.find(
      ({ change, committedAt }) => change.object.kind === 'Pod' && change.type === 'ADDED' && committedAt > 60 * SECOND,
    )!;
    expect(second.committedAt / SECOND).toBeGreaterThan(leases[taken]!.at);
    expect(second.committedAt / SECOND).toBeLessThan(leases[taken]!.at + 3);
  });

  it('of etcd: writes stand still for a second or two, and what was under way for seven', async () => {
    const writes = Array.from(
      { length: 60 },
      (_, i) => `- { at: ${59_000 + i * 100}ms, kubectl: "annotate deployment/web n=${i} --overwrite" }`,
    ).join('\n    ');
    const { commits } = await runText(dying('{ kind: EtcdMemberCrash, member: leader, duration: 30s }', writes));
    const times = commits.map(({ committedAt }) => committedAt / SECOND).filter((at) => at > 59 && at < 64.9);
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    const longest = Math.max(...gaps);
    expect(longest).toBeGreaterThanOrEqual(0.9);
    expect(longest).toBeLessThanOrEqual(2.6);
    expect(times[gaps.indexOf(longest)]!).toBeLessThanOrEqual(60.1);
  });
});

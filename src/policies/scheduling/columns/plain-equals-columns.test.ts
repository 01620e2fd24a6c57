import { expect, test } from 'vitest';
import { NO_LABELS, type Labels, type ObjectMeta, type OwnerReference } from '../../../sim/api/meta.ts';
import type { Node, Taint } from '../../../sim/api/node.ts';
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import type { SchedulerHost } from '../../../sim/policy-api/scheduler.ts';
import type { Lister } from '../../../sim/policy-api/scheduling.ts';
import { defaultSchedulerConfiguration } from '../configuration/read-configuration.ts';
import { FrameworkPolicy } from '../framework/scheduling-policy.ts';
import { kubeScheduler } from '../kube-scheduler.ts';

/** A small generator of its own: a failing seed is repeated by running that seed alone. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
  }
  below(n: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const APPS = ['web', 'db', 'cache', 'api'];

function meta(name: string, namespace: string, labels: Labels, owners: readonly OwnerReference[] = []): ObjectMeta {
  return {
    name,
    namespace,
    uid: namespace === '' ? name : `${namespace}/${name}`,
    resourceVersion: 1,
    generation: 1,
    creationTimestamp: 0,
    labels,
    annotations: NO_LABELS,
    ownerReferences: owners,
    finalizers: [],
  };
}

function randomNode(dice: Dice, name: string): Node {
  const labels: Record<string, string> = { disk: dice.of(['ssd', 'hdd']) };
  if (!dice.chance(10)) labels[HOSTNAME] = name;
  if (!dice.chance(15)) labels[ZONE] = `zone-${dice.below(3)}`;
  if (dice.chance(60)) labels['generation'] = String(dice.below(5));
  const taints: Taint[] = [];
  if (dice.chance(15)) taints.push({ key: 'dedicated', value: 'batch', effect: 'NoSchedule' });
  if (dice.chance(20)) taints.push({ key: 'spot', value: 'true', effect: 'PreferNoSchedule' });
  if (dice.chance(10)) taints.push({ key: 'old', effect: 'PreferNoSchedule' });
  const allocatable: Record<string, string> = {
    cpu: dice.of(['2', '4', '8', '3500m', '0']),
    memory: dice.of(['4Gi', '8Gi', '16Gi', '5000000001']),
    pods: dice.of(['3', '10', '110']),
    'ephemeral-storage': '20Gi',
  };
  if (dice.chance(30)) allocatable['example.com/gpu'] = String(dice.below(4));
  const images = dice.chance(40)
    ? [{ names: [`app:v${dice.below(2)}`, 'app@sha256:1'], sizeBytes: dice.of([10, 100, 700]) * 1024 * 1024 }]
    : undefined;
  return {
    kind: 'Node',
    metadata: meta(name, '', labels),
    spec: {
      ...(taints.length > 0 ? { taints } : {}),
      ...(dice.chance(6) ? { unschedulable: true } : {}),
    },
    status: { capacity: allocatable, allocatable, conditions: [], ...(images === undefined ? {} : { images }) },
  };
}

interface Template {
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  readonly owners: readonly OwnerReference[];
}

function randomTemplate(dice: Dice): Template {
  const app = dice.of(APPS);
  const labels = { app, tier: dice.of(['front', 'back']) };
  const term = (): PodAffinityTerm => ({
    topologyKey: dice.of([HOSTNAME, ZONE, 'disk', 'absent']),
    ...(dice.chance(10) ? {} : { labelSelector: { matchLabels: { app: dice.of([app, dice.of(APPS)]) } } }),
    ...(dice.chance(20) ? { namespaces: dice.of([['default'], ['team'], ['default', 'team']]) } : {}),
    ...(dice.chance(15) ? { namespaceSelector: dice.of([{}, { matchLabels: { kind: 'team' } }]) } : {}),
  });
  const spread = (): TopologySpreadConstraint => ({
    maxSkew: 1 + dice.below(3),
    topologyKey: dice.of([HOSTNAME, ZONE, ZONE, 'generation']),
    whenUnsatisfiable: dice.of(['DoNotSchedule', 'ScheduleAnyway']),
    ...(dice.chance(10) ? { labelSelector: {} } : { labelSelector: { matchLabels: { app } } }),
    ...(dice.chance(25) ? { minDomains: 1 + dice.below(4) } : {}),
    ...(dice.chance(20) ? { nodeAffinityPolicy: 'Ignore' } : {}),
    ...(dice.chance(20) ? { nodeTaintsPolicy: 'Honor' } : {}),
    ...(dice.chance(15) ? { matchLabelKeys: ['tier'] } : {}),
  });
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: 1 + dice.below(most) }, make);
  const weighted = () => ({ weight: 1 + dice.below(100), podAffinityTerm: term() });
  const requests: Record<string, string> = {};
  if (!dice.chance(15)) requests['cpu'] = dice.of(['100m', '250m', '1', '1500m', '0']);
  if (!dice.chance(15)) requests['memory'] = dice.of(['128Mi', '1Gi', '333Mi', '0']);
  if (dice.chance(15)) requests['example.com/gpu'] = dice.of(['1', '2', '0']);
  if (dice.chance(10)) requests['ephemeral-storage'] = '3Gi';
  const ports = dice.chance(12) ? [{ containerPort: 80, hostPort: dice.of([80, 443]) }] : undefined;
  const spec: PodSpec = {
    containers: [
      { name: 'c', image: `app:v${dice.below(2)}`, resources: { requests }, ...(ports === undefined ? {} : { ports }) },
    ],
    schedulerName: 'default-scheduler',
    priority: dice.of([0, 0, 0, 10]),
    ...(dice.chance(30)
      ? {
          tolerations: [
            { key: 'dedicated', operator: 'Exists' },
            { key: 'spot', operator: 'Equal', value: dice.of(['true', 'false']), effect: 'PreferNoSchedule' },
          ],
        }
      : {}),
    ...(dice.chance(15) ? { nodeSelector: { disk: dice.of(['ssd', 'hdd']) } } : {}),
    ...(dice.chance(30) ? { topologySpreadConstraints: some(spread, 2) } : {}),
    affinity: {
      ...(dice.chance(30)
        ? {
            nodeAffinity: {
              ...(dice.chance(50)
                ? {
                    requiredDuringSchedulingIgnoredDuringExecution: {
                      nodeSelectorTerms: [
                        dice.chance(15)
                          ? { matchFields: [{ key: 'metadata.name', operator: 'In', values: [`n${dice.below(12)}`] }] }
                          : { matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone-0', 'zone-1'] }] },
                      ],
                    },
                  }
                : {}),
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 7, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
                { weight: 3, preference: { matchExpressions: [{ key: 'generation', operator: 'Gt', values: ['2'] }] } },
              ],
            },
          }
        : {}),
      ...(dice.chance(25)
        ? {
            podAffinity: {
              ...(dice.chance(50) ? { requiredDuringSchedulingIgnoredDuringExecution: some(term, 2) } : {}),
              ...(dice.chance(60) ? { preferredDuringSchedulingIgnoredDuringExecution: some(weighted, 2) } : {}),
            },
          }
        : {}),
      ...(dice.chance(25)
        ? {
            podAntiAffinity: {
              ...(dice.chance(60) ? { requiredDuringSchedulingIgnoredDuringExecution: some(term, 2) } : {}),
              ...(dice.chance(60) ? { preferredDuringSchedulingIgnoredDuringExecution: some(weighted, 2) } : {}),
            },
          }
        : {}),
    },
  };
  const owners = dice.chance(50)
    ? [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `rs-${app}`, uid: app, controller: true }]
    : [];
  return { namespace: dice.of(['default', 'default', 'team']), labels, spec, owners };
}

/** The same to the scheduler, except that here and there a request, a toleration or a label is its own. */
function byHand(dice: Dice, template: Template): Template {
  const { labels, spec, ...rest } = structuredClone(template);
  const [container] = spec.containers;
  const resources = dice.chance(10) ? { requests: { cpu: dice.of(['300m', '700m']) } } : container!.resources!;
  const env = [{ name: 'NAME', value: String(dice.below(1000)) }];
  return {
    ...rest,
    labels: dice.chance(20) ? { ...labels, ordinal: String(dice.below(5)) } : labels,
    spec: {
      ...spec,
      containers: [{ ...container!, env, resources }],
      hostname: `host-${dice.below(1000)}`,
      ...(dice.chance(10) ? { tolerations: [{ operator: 'Exists' }] } : {}),
      ...(dice.chance(50) ? { volumes: [{ name: `token-${dice.below(1000)}`, projected: {} }] } : {}),
    },
  };
}

/** Objects that plugins look up besides nodes and pods; the version counts their changes, as a host does. */
class World {
  readonly lists = new Map<string, Map<string, unknown>>();
  version = 0;

  put(kind: string, key: string, object: unknown): void {
    let list = this.lists.get(kind);
    if (list === undefined) this.lists.set(kind, (list = new Map()));
    list.set(key, object);
    this.version++;
  }

  host(counts: boolean): SchedulerHost {
    const objects = (kind: string, namespace?: string): unknown[] =>
      [...(this.lists.get(kind)?.values() ?? [])].filter(
        (object) => namespace === undefined || (object as { metadata: ObjectMeta }).metadata.namespace === namespace,
      );
    const version = (): number | undefined => (counts ? this.version : undefined);
    return {
      now: () => 0,
      lister: (kind) =>
        ({
          get: (key: string) => this.lists.get(kind)?.get(key),
          list: (namespace?: string) => objects(kind, namespace),
          get version() {
            return version();
          },
        }) as unknown as Lister<typeof kind>,
      random: () => ({ next: () => 0, below: () => 0 }),
      isPreempting: () => false,
      waitingPods: () => [],
      activate: () => {},
    };
  }
}

interface History {
  readonly steps: number;
  /** In hundredths: how often something other than a placement or a completion happens. */
  readonly unrest: number;
  readonly nodes: number;
  readonly templates: number;
  readonly percentageOfNodesToScore?: number;
  readonly countsVersions?: boolean;
  readonly treeFrom?: number;
  /** Pods ask for nothing but resources, and tolerate or not. */
  readonly simple?: boolean;
  /** Every pod comes with a spec of its own, as if written by hand, and some labels or words of its own. */
  readonly bare?: boolean;
  /** What a scheduler's table of specs holds. */
  readonly sharedSpecs?: number;
}

/**
 * Lives one random history through both forms, the column form twice at the same time, and compares every decision.
 * Returns how many pods were placed.
 */
function live(seed: number, history: History): number {
  const dice = new Dice(seed);
  const world = new World();
  const configuration = {
    ...defaultSchedulerConfiguration(),
    percentageOfNodesToScore: history.percentageOfNodesToScore ?? 0,
  };
  const { treeFrom = 1024, sharedSpecs = 8192 } = history;
  const forms = (['plain', 'columns', 'columns'] as const).map((form, i) => {
    // The second column form shares nothing but what is shared in memory.
    const shared = i === 2 ? 0 : sharedSpecs;
    const policy = kubeScheduler(configuration, { form, treeFrom, sharedSpecs: shared })(
      world.host(history.countsVersions ?? true),
    );
    if (!(policy instanceof FrameworkPolicy)) throw new TypeError('not the framework');
    return policy;
  });
  const all = (act: (policy: FrameworkPolicy) => void): void => forms.forEach(act);
  for (const name of ['default', 'team']) {
    world.put('Namespace', name, { kind: 'Namespace', metadata: meta(name, '', { kind: name }) });
  }
  const selector = (app: string) => ({ matchLabels: { app } });
  for (const app of APPS.slice(0, 2)) {
    world.put('ReplicaSet', `default/rs-${app}`, {
      metadata: meta(`rs-${app}`, 'default', NO_LABELS),
      spec: { selector: selector(app) },
    });
  }
  let nextNode = 0;
  let nextPod = 0;
  const nodes: string[] = [];
  const running: Pod[] = [];
  const newNode = (name: string): Node => {
    const node = randomNode(dice, name);
    if (history.simple !== true) return node;
    const { images: _, ...status } = node.status;
    return { ...node, status };
  };
  const addNode = (): void => {
    const name = `n${nextNode++}`;
    const node = newNode(name);
    nodes.push(name);
    all((policy) => policy.setNode(node));
  };
  for (let i = 0; i < history.nodes; i++) addNode();
  const templates = Array.from({ length: history.templates }, () => {
    const template = randomTemplate(dice);
    if (history.simple !== true) return template;
    const { containers, schedulerName, tolerations } = template.spec;
    return {
      ...template,
      owners: [],
      spec: { containers, schedulerName: schedulerName!, tolerations: tolerations ?? [] },
    };
  });
  let placed = 0;
  for (let step = 0; step < history.steps; step++) {
    if (dice.chance(history.unrest)) disturb();
    const template = history.bare === true ? byHand(dice, dice.of(templates)) : dice.of(templates);
    const pod: Pod = {
      kind: 'Pod',
      metadata: meta(`p${nextPod++}`, template.namespace, template.labels, template.owners),
      spec: template.spec,
      status: { phase: 'Pending', conditions: [], ...(dice.chance(3) ? { nominatedNodeName: dice.of(nodes) } : {}) },
    };
    world.lists.get('Pod')?.clear();
    world.put('Pod', `${template.namespace}/${pod.metadata.name}`, pod);
    world.version--;
    const [plain, columns, again] = forms.map((policy) => {
      const { steps: _, ...decision } = { steps: undefined, ...policy.decide(pod) };
      return JSON.stringify({
        ...decision,
        ...('unschedulablePlugins' in decision
          ? { unschedulablePlugins: [...decision.unschedulablePlugins].sort(), victims: decision.victims.length }
          : {}),
        next: policy.cursor.nextStartNodeIndex,
      });
    });
    if (plain !== columns || plain !== again) {
      expect.fail(
        `seed ${seed}, step ${step}, pod ${JSON.stringify(pod.spec)}:\n  plain   ${plain}\n  columns ${columns}\n  again   ${again}`,
      );
    }
    const decision = JSON.parse(columns!) as { kind: string; nodeName?: string };
    if (decision.kind === 'node') {
      placed++;
      all((policy) => policy.assume(pod, decision.nodeName!));
      const bound = { ...pod, spec: { ...pod.spec, nodeName: decision.nodeName! } };
      if (dice.chance(50)) all((policy) => policy.setPod(bound));
      running.push(bound);
    }
    while (running.length > nodes.length * 3 || (running.length > 0 && dice.chance(30))) {
      const [gone] = running.splice(dice.below(running.length), 1);
      all((policy) => policy.removePod(gone!.metadata.uid));
    }
  }
  return placed;

  function disturb(): void {
    switch (dice.below(7)) {
      case 0:
        addNode();
        break;
      case 1: {
        if (nodes.length < 4) break;
        const [name] = nodes.splice(dice.below(nodes.length), 1);
        all((policy) => policy.removeNode(name!));
        break;
      }
      case 2: {
        const node = newNode(dice.of(nodes));
        all((policy) => policy.setNode(node));
        break;
      }
      case 3: {
        if (running.length === 0) break;
        const index = dice.below(running.length);
        const old = running[index]!;
        const dying = { ...old, metadata: { ...old.metadata, deletionTimestamp: 1 } };
        running[index] = dying;
        all((policy) => policy.setPod(dying));
        break;
      }
      case 4: {
        const app = dice.of(APPS);
        world.put('Service', `default/${app}`, {
          metadata: meta(app, 'default', NO_LABELS),
          spec: { selector: dice.chance(70) ? { app } : { tier: 'front' } },
        });
        break;
      }
      case 5: {
        const template = dice.of(templates);
        const preemptor: Pod = {
          kind: 'Pod',
          metadata: meta(`nominee${dice.below(3)}`, template.namespace, template.labels),
          spec: template.spec,
          status: { phase: 'Pending', conditions: [] },
        };
        const node = dice.of([nodes[0]!, nodes[nodes.length - 1]!]);
        all((policy) => policy.nominate(preemptor, node));
        break;
      }
      case 6:
        for (const namespace of ['default', 'team']) {
          for (let i = 0; i < 3; i++) all((policy) => policy.denominate(`${namespace}/nominee${i}`));
        }
        world.put('Namespace', 'team', {
          kind: 'Namespace',
          metadata: meta('team', '', { kind: dice.of(['team', 'other']) }),
        });
        break;
    }
  }
}

const LONG = process.env['ORRERY_LONG'] !== undefined;

test('column form = plain form in random histories: nodes come, go and change, pods come and go', () => {
  let placed = 0;
  for (let seed = 1; seed <= (LONG ? 2000 : 30); seed++) {
    placed += live(seed, { steps: 60, unrest: 30, nodes: 3 + (seed % 9), templates: 6 });
  }
  expect(placed).toBeGreaterThan(1000);
});

test('column form = plain form where only a sample of the nodes is looked at', () => {
  let placed = 0;
  for (let seed = 1; seed <= (LONG ? 100 : 6); seed++) {
    const percentageOfNodesToScore = [0, 1, 50, 100][seed % 4]!;
    placed += live(seed, { steps: 60, unrest: 10, nodes: 130, templates: 8, percentageOfNodesToScore });
  }
  expect(placed).toBeGreaterThan(100);
});

test('column form = plain form where a search goes by stretches of nodes', () => {
  let placed = 0;
  for (let seed = 1; seed <= (LONG ? 400 : 16); seed++) {
    const percentageOfNodesToScore = [100, 100, 60, 0][seed % 4]!;
    const nodes = [7, 16, 60, 150][seed % 4]!;
    const history = { steps: 80, unrest: 10, nodes, templates: 6, percentageOfNodesToScore, treeFrom: 0 };
    placed += live(seed, { ...history, simple: seed % 3 > 0 });
  }
  expect(placed).toBeGreaterThan(200);
});

test('column form = plain form by stretches, for pods of which so few come that more has changed meanwhile than is noted', () => {
  let placed = 0;
  for (let seed = 1; seed <= (LONG ? 200 : 8); seed++) {
    const history = {
      steps: 240,
      unrest: 2,
      nodes: 18 + seed,
      templates: 40,
      percentageOfNodesToScore: 100,
      treeFrom: 0,
    };
    placed += live(seed, { ...history, simple: true });
  }
  expect(placed).toBeGreaterThan(200);
});

test('column form = plain form under a host that does not count the versions of its lists', () => {
  for (let seed = 1; seed <= (LONG ? 200 : 10); seed++) {
    live(seed, { steps: 40, unrest: 40, nodes: 8, templates: 6, countsVersions: false });
  }
});

test('shared = unshared: pods written one by one are decided on as those of a template', () => {
  let placed = 0;
  for (let seed = 1; seed <= (LONG ? 500 : 20); seed++) {
    // A table that holds two kinds of pods forgets all the time.
    placed += live(seed, {
      steps: 60,
      unrest: 20,
      nodes: 8,
      templates: 5,
      bare: true,
      sharedSpecs: seed % 3 === 0 ? 2 : 8192,
    });
  }
  expect(placed).toBeGreaterThan(400);
});

test('cached = uncached over many placements with completions', () => {
  const steps = LONG ? 100_000 : 3_000;
  expect(live(7, { steps, unrest: 1, nodes: 20, templates: 30 })).toBeGreaterThan(steps / 3);
});

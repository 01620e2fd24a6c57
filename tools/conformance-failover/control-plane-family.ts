import { sampler } from '../../src/sim/engine/samplers.ts';
import type { Client, Request, Response } from '../../src/sim/api/request.ts';
import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import { NO_LABELS } from '../../src/sim/api/meta.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import type { EtcdFault } from '../../src/sim/scenario/faults.ts';
import { World } from '../conformance-control-plane/world.ts';
import { MACHINE } from './machine.ts';
import type { Recording } from './recording.ts';
import { clusterOf } from './timers.ts';

const SECOND = 1_000_000;
const CLIENT_PAUSE = 25_000;
/** The harness gives a rollout so long. */
const PATIENCE = 40 * SECOND;
/** A member comes back after the rollout, at least so long after the fault. */
const LEAST_DOWN = 14 * SECOND;
const REPLICAS = 20;
/**
 * What the defaults, a second and half of one, came to on the recordings' machine while all this ran on it: medians of
 * 1.27 to 1.88 s and of 0.64 to 0.7 s. So a rollout lasts until the fault.
 */
const POD_STARTS = '1450ms';
const POD_ENDS = '670ms';

/** What a folder says was done. */
interface Plan {
  readonly fault: EtcdFault;
  readonly nodes: number;
  readonly flags: Readonly<Record<string, readonly string[]>>;
}

/** A rollout under way, clients of every kind, and an etcd member that is killed or frozen. */
export function runControlPlaneFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  return Array.from({ length: repeats }, (_, rep) => ({ rep, ...runOnce(recording, `${seed}/${rep}`) }));
}

function planOf({ name, words, input }: Recording): Plan {
  const cluster = (input['cluster'] ?? {}) as Readonly<Record<string, unknown>>;
  const member = /-follower-/.test(name) ? 'follower' : 'leader';
  const kind = name.endsWith('-stop') ? 'EtcdMemberPause' : 'EtcdMemberCrash';
  const flags = Object.fromEntries(
    ['kube-controller-manager', 'kube-scheduler'].flatMap((component) => {
      const given = cluster[component];
      return Array.isArray(given) ? [[component, given as readonly string[]]] : [];
    }),
  );
  return {
    fault: { kind, member } as EtcdFault,
    nodes: Number(/(\d+) with a fake kubelet/.exec(words)?.[1] ?? 5),
    flags,
  };
}

function runOnce(recording: Recording, seed: string): Record<string, unknown> {
  const plan = planOf(recording);
  const nodes = Array.from({ length: plan.nodes }, (_, i) => ({
    Name: `n-${i}`,
    Zone: 'z-0',
    CPU: '8',
    Memory: '16Gi',
    Pods: '110',
  }));
  const world = new World(
    {
      family: 'failover',
      name: recording.name,
      folder: '.',
      input: { family: 'failover', name: recording.name, namespace: 'default', cluster: { nodes }, flags: plan.flags },
    },
    seed,
    { etcd: clusterOf(recording), elects: true, persists: true },
  );
  return new Run(world, plan).carryOut();
}

/** One client that has one request in flight, a pause, the next; it does not retry. */
class Loop {
  readonly answers: { readonly at: number; readonly ok: boolean }[] = [];

  constructor(world: World, client: Client, request: () => Request) {
    const next = (): void => {
      client.send(request(), (response: Response) => {
        this.answers.push({ at: world.simulation.engine.now, ok: response.ok });
        world.after(CLIENT_PAUSE, next);
      });
    };
    next();
  }

  errors(from: number): number {
    return this.answers.filter(({ at, ok }) => at > from && !ok).length;
  }

  /** The longest time without an answer of any kind that ends after `from`. */
  stall(from: number): number {
    return longestGap(
      this.answers.map(({ at }) => at),
      from,
    );
  }
}

/** The longest time between two moments of which the later is after `from`; 0 where there is none. */
function longestGap(moments: readonly number[], from: number): number {
  let longest = 0;
  for (let i = 1; i < moments.length; i++) {
    if (moments[i]! > from) longest = Math.max(longest, moments[i]! - moments[i - 1]!);
  }
  return longest;
}

class Run {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #renewals = new Map<string, number[]>();
  readonly #podEvents: number[] = [];
  readonly #transitions = new Map<string, number[]>();
  readonly #exited = new Set<string>();
  #doneAt = -1;

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#plan = plan;
    const { simulation } = world;
    const { api, engine, components } = simulation;
    api.watch({
      kind: 'Lease',
      receive: ({ object }) => {
        if (object.kind !== 'Lease') return;
        const { name } = object.metadata;
        listIn(this.#renewals, name).push(engine.now);
        listIn(this.#transitions, name).push(object.spec.leaseTransitions);
      },
    });
    api.watch({ kind: 'Pod', receive: () => this.#podEvents.push(engine.now) });
    api.watch({
      kind: 'Deployment',
      receive: ({ object }) => {
        if (object.kind !== 'Deployment' || object.metadata.generation < 2) return;
        const { updatedReplicas = 0, availableReplicas = 0, replicas = 0, observedGeneration = 0 } = object.status;
        const counts = [updatedReplicas, availableReplicas, replicas];
        const isDone = observedGeneration >= 2 && counts.every((count) => count === REPLICAS);
        if (isDone && this.#doneAt < 0) this.#doneAt = engine.now;
      },
    });
    for (const [name, replicas] of Object.entries(components)) {
      if (replicas !== undefined) replicas.onExit = () => this.#exited.add(name);
    }
  }

  carryOut(): Record<string, unknown> {
    const { simulation, zero, client } = this.#world;
    const { api, engine } = simulation;
    const noise = engine.stream('harness/noise');
    this.#world.at(0, () => client.send({ verb: 'create', object: configMap() }, () => undefined));
    this.#world.at(0, () => client.send({ verb: 'create', object: deployment() }, () => undefined));
    engine.run({ until: zero + 20 * SECOND });
    const loop = (name: string, request: () => Request): Loop =>
      new Loop(this.#world, api.client(name, undefined), request);
    let count = 0;
    const writer = loop('writer', () => ({
      verb: 'patch',
      kind: 'ConfigMap',
      key: 'default/probe',
      patch: { metadata: { annotations: { count: String(++count) } } },
    }));
    const reader = loop('reader', () => ({ verb: 'get', kind: 'ConfigMap', key: 'default/probe' }));
    const lister = loop('lister', () => ({ verb: 'list', kind: 'Pod' }));
    loop('cached-lister', () => ({ verb: 'list', kind: 'Pod', resourceVersion: 0 }));
    engine.run({ until: engine.now + 2 * SECOND });
    const patch = { spec: { template: { metadata: { annotations: { version: 'two' } } } } };
    const rolloutAt = engine.now;
    // The harness began to look about now.
    this.#renewals.clear();
    this.#transitions.clear();
    client.send({ verb: 'patch', kind: 'Deployment', key: 'default/web', patch }, () => undefined);
    engine.run({ until: rolloutAt + 1_500_000 + noise.below(1_500_000) });
    const faultAt = engine.now;
    let elected = -1;
    const { fault } = this.#plan;
    const dies = fault.kind === 'EtcdMemberCrash' ? sampler(MACHINE.exit)(noise) : 0;
    engine.run({ until: faultAt + dies });
    api.etcd.begin(fault);
    const told = api.etcd.onElected;
    api.etcd.onElected = () => {
      told?.();
      if (elected < 0) elected = engine.now;
    };
    while (engine.now < faultAt + PATIENCE && (this.#doneAt < 0 || engine.now < faultAt + LEAST_DOWN)) {
      engine.run({ until: engine.now + 10_000 });
    }
    api.etcd.end(fault);
    engine.run({ until: engine.now + 4 * SECOND });
    const ms = (micros: number): number => Math.round(micros / 100) / 10;
    const gap = (lease: string): number => ms(longestGap(this.#renewals.get(lease) ?? [], faultAt));
    const transitions = (lease: string): number => {
      const seen = this.#transitions.get(lease) ?? [0];
      return seen.at(-1)! - seen[0]!;
    };
    const nodeGaps = [...this.#renewals.keys()].filter((name) => name.startsWith('n-')).map(gap);
    return {
      fault_after_rollout_start_ms: ms(faultAt - rolloutAt),
      new_leader_ms: elected < 0 ? -1 : ms(elected - faultAt),
      lease_gap_kcm_ms: gap('kube-controller-manager'),
      lease_gap_scheduler_ms: gap('kube-scheduler'),
      node_lease_gap_max_ms: Math.max(0, ...nodeGaps),
      lease_transitions_kcm: transitions('kube-controller-manager'),
      lease_transitions_scheduler: transitions('kube-scheduler'),
      writer_stall_ms: ms(writer.stall(faultAt)),
      writer_errors: writer.errors(faultAt),
      reader_stall_ms: ms(reader.stall(faultAt)),
      reader_errors: reader.errors(faultAt),
      list_stall_ms: ms(lister.stall(faultAt)),
      pod_event_gap_ms: ms(longestGap(this.#podEvents, faultAt)),
      rollout_done_ms: this.#doneAt < 0 || this.#doneAt > faultAt + PATIENCE ? -1 : ms(this.#doneAt - faultAt),
      kcm_exited: this.#exited.has('controllerManagers'),
      scheduler_exited: this.#exited.has('schedulers'),
    };
  }
}

function listIn(lists: Map<string, number[]>, name: string): number[] {
  let list = lists.get(name);
  if (list === undefined) lists.set(name, (list = []));
  return list;
}

const META = {
  namespace: 'default',
  uid: '',
  resourceVersion: 0,
  generation: 0,
  creationTimestamp: 0,
  labels: NO_LABELS,
  annotations: NO_LABELS,
  ownerReferences: [],
  finalizers: [],
};

function configMap(): ApiObject {
  return { kind: 'ConfigMap', metadata: { ...META, name: 'probe' } } as ApiObject;
}

function deployment(): ApiObject {
  const annotations = { 'orrery.dev/start': POD_STARTS, 'orrery.dev/term': POD_ENDS };
  const template = {
    metadata: { labels: { app: 'web' }, annotations },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const spec = { replicas: REPLICAS, selector: { matchLabels: { app: 'web' } }, template };
  const raw = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec };
  return decodeObject(raw, () => undefined)!;
}

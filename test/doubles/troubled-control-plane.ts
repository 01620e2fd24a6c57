import fc from 'fast-check';
import { keyOf, type ApiObject, type Kind } from '../../src/sim/api/kinds.ts';
import type { InertObject } from '../../src/sim/api/core.ts';
import type { ResourceQuota } from '../../src/sim/api/quota.ts';
import type { Client, Request, Response, WatchEvent } from '../../src/sim/api/request.ts';
import { Informer } from '../../src/sim/control-plane/informer.ts';
import {
  DEFAULT_PRIORITY_LEVELS,
  DEFAULT_SERVER_SEATS,
  seatLimits,
} from '../../src/sim/control-plane/api-server/flow-control/priority-level.ts';
import type { EventKind } from '../../src/sim/engine/engine.ts';
import type { EtcdSpec } from '../../src/sim/scenario/cluster.ts';
import type { Fault, NetworkPlace } from '../../src/sim/scenario/faults.ts';
import type { FaultEntry } from '../../src/sim/scenario/timeline.ts';
import type { Simulation } from '../../src/sim/simulation.ts';
import {
  LIMITED,
  type Seen,
  type SeenCache,
  type SeenCommit,
  type SeenClient,
  type SeenList,
  type SeenSeats,
  type SeenWatch,
  type SeenWrite,
} from '../oracle/seen.ts';
import { faultyCluster, FIXED, SECOND } from './faulty-cluster.ts';
import { makeDeployment, makeNamespace, makePod, meta } from './objects.ts';
import { witnessClients } from './witnessed-clients.ts';

/** What one of several clients does, some time after the act before it. */
export interface Act {
  readonly delayMillis: number;
  readonly client: number;
  readonly does:
    'create' | 'put' | 'repeat' | 'patch' | 'release' | 'delete' | 'scale' | 'pod' | 'no-pod' | 'list' | 'cached';
  readonly name: 'a' | 'b';
}

/** A control plane, what its clients do, and what happens to it meanwhile. */
export interface Trouble {
  readonly seed: number;
  readonly members: number;
  readonly apiServers: number;
  readonly acts: readonly Act[];
  readonly faults: readonly FaultEntry[];
}

const place = fc.oneof(
  fc.constantFrom<NetworkPlace>({ component: 'etcd', which: 'leader' }, { component: 'etcd', which: 'follower' }),
  fc.constantFrom<NetworkPlace>(
    { component: 'kube-apiserver', which: 0 },
    { component: 'kube-apiserver', which: 'every' },
  ),
  fc.constantFrom<NetworkPlace>(
    { component: 'kube-controller-manager', which: 'leader' },
    { component: 'kube-controller-manager', which: 'every' },
  ),
);

const duration = fc.oneof(fc.integer({ min: 200, max: 3_000 }), fc.integer({ min: 200, max: 30_000 }));

const fault: fc.Arbitrary<Fault> = fc
  .record({
    kind: fc.constantFrom(
      ...(['EtcdMemberCrash', 'EtcdMemberRestart', 'EtcdMemberPause', 'EtcdPartition', 'EtcdSlowDisk'] as const),
      ...(['ApiServerCrash', 'ApiServerRestart', 'ApiServerPause'] as const),
      ...(['ControllerManagerCrash', 'ControllerManagerRestart', 'ControllerManagerPause'] as const),
      ...(['NetworkPartition', 'NetworkLatency'] as const),
    ),
    millis: duration,
    member: fc.constantFrom('leader' as const, 'follower' as const),
    direction: fc.constantFrom('both' as const, 'send' as const, 'receive' as const),
    replica: fc.constantFrom('leader' as const, 'standby' as const),
    from: place,
    to: place,
    bothWays: fc.boolean(),
    late: fc.integer({ min: 10_000, max: 800_000 }),
  })
  .map(({ kind, millis, member, direction, replica, from, to, bothWays, late }): Fault => {
    const durationMicros = millis * 1_000;
    const length = { kind: 'constant', value: late } as const;
    if (kind === 'EtcdPartition') return { kind, member, direction, durationMicros };
    if (kind === 'EtcdSlowDisk') return { kind, member, sync: length, durationMicros };
    if (kind === 'NetworkPartition') return { kind, from, to, bothWays, durationMicros };
    if (kind === 'NetworkLatency') return { kind, from, to, bothWays, latency: length, durationMicros };
    if (kind.startsWith('Etcd')) return { kind, member, durationMicros } as Fault;
    if (kind.startsWith('ApiServer')) return { kind, instance: 0, durationMicros } as Fault;
    return { kind, replica, durationMicros } as Fault;
  });

const acts = fc.array(
  fc.record<Act>({
    delayMillis: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_500 })),
    client: fc.nat(2),
    does: fc.constantFrom(
      ...(['create', 'create', 'put', 'put', 'put', 'repeat', 'patch', 'release', 'delete', 'scale'] as const),
      ...(['pod', 'pod', 'no-pod', 'list', 'list', 'cached'] as const),
    ),
    name: fc.constantFrom('a', 'b'),
  }),
  { minLength: 20, maxLength: 60 },
);

/** Up to four things that happen to members of etcd, API servers, controller managers and what lies between them. */
export const troubles: fc.Arbitrary<FaultEntry[]> = fc.array(
  fc.record({ atMicros: fc.integer({ min: 6 * SECOND, max: 30 * SECOND }), text: fc.constant(''), fault }),
  { minLength: 1, maxLength: 4 },
);

export const trouble: fc.Arbitrary<Trouble> = fc.record({
  seed: fc.nat(),
  members: fc.constantFrom(1, 3, 3, 5, 7),
  apiServers: fc.constantFrom(1, 1, 2, 3),
  acts,
  faults: troubles,
});

const MOST_SEATS = seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS).map(({ upper }) => upper);

/** The clients begin when the cluster stands, and are done long before it has come to rest. */
const BEGIN = 5 * SECOND;
const WATCHED = ['ConfigMap', 'Pod'] as const;
const CACHED = ['ConfigMap', 'Deployment', 'Pod'] as const;
/**
 * Faults are over by 60 s. A lone API server that was told to end then serves its watches for a minute more, and who found
 * it gone comes back when a back-off of up to a minute is over.
 */
const END_SECONDS = 300;
const LOOKED_AT_SECONDS = 120;

/** So little that controllers wait for their tokens. */
const THROTTLED = { ...FIXED, controllerManager: { ...FIXED.controllerManager, client: { qps: 5, burst: 5 } } };

const quota: ResourceQuota = {
  kind: 'ResourceQuota',
  metadata: meta({ name: 'quota', namespace: LIMITED }),
  spec: { hard: { pods: '3' } },
  status: {},
};

/** Plays it: everything that was committed, and everything that those outside were told. */
export function play(trouble: Trouble): Seen {
  let simulation: Simulation | undefined;
  const { result: witness, clients } = witnessClients(
    () => simulation?.engine.now ?? 0,
    () => {
      simulation = clusterOf(trouble);
      return playOn(simulation, trouble.acts);
    },
  );
  return witness.told(clients);
}

function clusterOf({ seed, members, apiServers, faults }: Trouble): Simulation {
  return faultyCluster({
    nodes: 1,
    manifests: [makeNamespace(LIMITED), quota, makeDeployment('web', 1, { app: 'web' })],
    faults: thatCanBe(faults, members),
    controlPlane: { etcd: etcdOf(members), apiServers, controllerManagers: 2 },
    seconds: END_SECONDS,
    seed: String(seed),
    parameters: THROTTLED,
  });
}

function playOn(simulation: Simulation, script: readonly Act[]): Witness {
  const witness = new Witness(simulation);
  let at = BEGIN;
  script.forEach((act, i) => witness.at((at += act.delayMillis * 1_000), () => witness.act(act, String(i))));
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return witness;
}

export function etcdOf(members: number): EtcdSpec {
  return {
    members,
    heartbeatInterval: 100_000,
    electionTimeout: SECOND,
    preVote: true,
  };
}

/** A place is not cut off from itself, and a single member of etcd is neither a follower nor cut off from others. */
export function thatCanBe(faults: readonly FaultEntry[], members: number): FaultEntry[] {
  return faults.filter(({ fault: one }) => {
    if ('from' in one) {
      const ofFollower = [one.from, one.to].some((end) => 'which' in end && end.which === 'follower');
      return one.from.component !== one.to.component && (members > 1 || !ofFollower);
    }
    return members > 1 || !('member' in one) || (one.member !== 'follower' && one.kind !== 'EtcdPartition');
  });
}

/** A watch with its resumptions, as it grows. */
interface Resumed extends SeenWatch {
  readonly events: { readonly type: string; readonly object: ApiObject }[];
  expired: boolean;
}

/** Everybody outside: clients that write and list, watchers that resume, and caches that are looked at. */
class Witness {
  readonly #simulation: Simulation;
  readonly #clients: readonly Client[];
  /** What each client has last seen of each object. */
  readonly #known: readonly Map<string, ApiObject>[];
  readonly #timer: EventKind;
  readonly #commits: SeenCommit[] = [];
  readonly #writes: SeenWrite[] = [];
  readonly #lists: SeenList[] = [];
  readonly #watches: Resumed[] = [];
  readonly #informers = CACHED.map((kind) => new Informer(kind));
  readonly #caches: SeenCache[] = [];
  readonly #seats: SeenSeats[] = [];
  readonly #leaders: { at: number; believing: number }[] = [];

  constructor(simulation: Simulation) {
    const { api, engine } = simulation;
    this.#simulation = simulation;
    this.#timer = engine.on('test/timer', (_a, _b, act) => (act as () => void)());
    api.observe(({ change, revision, committedAt }) => {
      this.#commits.push({ type: change.type, object: change.object, revision, at: committedAt });
    });
    // What was there before anybody looked is the beginning of the history.
    for (const kind of ['Namespace', 'Node', 'Lease', 'ConfigMap'] as const) {
      for (const object of api.store.values(kind)) {
        this.#commits.push({ type: 'ADDED', object, revision: object.metadata.resourceVersion, at: 0 });
      }
    }
    this.#commits.sort((a, b) => a.revision - b.revision);
    this.#clients = [0, 1, 2].map((i) => api.client(`client-${i}`, undefined));
    this.#known = this.#clients.map(() => new Map<string, ApiObject>());
    for (const kind of WATCHED) this.at(BEGIN, () => this.#watch(kind));
    for (const informer of this.#informers) {
      api.watch({ kind: informer.kind, receive: (change) => informer.receive(change as never) }, 'test/caches');
    }
    // Between the events of one moment a cache that was listed anew is neither what it was nor what it will be.
    for (let i = 2; i < 2 * LOOKED_AT_SECONDS; i++) this.at((i * SECOND) / 2 + 7, () => this.#look());
  }

  at(micros: number, act: () => void): void {
    this.#simulation.engine.at(micros, this.#timer, 0, 0, act);
  }

  act({ client, does, name }: Act, token: string): void {
    const known = this.#known[client]!;
    const key = `default/${name}`;
    const before = known.get(key) as InertObject | undefined;
    const annotations = { token };
    switch (does) {
      case 'create': {
        const finalizers = Number(token) % 3 === 0 ? ['x.io/held'] : [];
        const object: InertObject = { kind: 'ConfigMap', metadata: meta({ name, annotations, finalizers }) };
        return this.#write(client, token, { verb: 'create', object });
      }
      case 'put':
      case 'repeat': {
        if (before === undefined) return;
        const written = does === 'repeat' ? before.metadata.annotations : annotations;
        const object = { ...before, metadata: { ...before.metadata, annotations: written } };
        const base = `${before.metadata.uid}@${before.metadata.resourceVersion}`;
        return this.#write(client, does === 'repeat' ? `${token} (nothing)` : token, { verb: 'update', object }, base);
      }
      case 'patch':
        return this.#write(client, token, {
          verb: 'patch',
          patchType: 'merge',
          kind: 'ConfigMap',
          key,
          patch: { metadata: { annotations } },
        });
      case 'release': {
        const patch = { metadata: { annotations, finalizers: null } };
        return this.#write(client, token, { verb: 'patch', patchType: 'merge', kind: 'ConfigMap', key, patch });
      }
      case 'delete':
        return this.#send(client, { verb: 'delete', kind: 'ConfigMap', key });
      case 'scale': {
        const replicas = Number(token) % 4;
        return this.#send(client, { verb: 'update-scale', kind: 'Deployment', key: 'default/web', replicas });
      }
      case 'pod': {
        const object = makePod(`pod-${token}`, {}, { namespace: LIMITED, annotations });
        return this.#write(client, token, { verb: 'create', object });
      }
      case 'no-pod': {
        const pod = [...known.values()].find(({ kind }) => kind === 'Pod');
        if (pod === undefined) return;
        known.delete(keyOf(pod));
        return this.#send(client, { verb: 'delete', kind: 'Pod', key: keyOf(pod), gracePeriodSeconds: 0 });
      }
      case 'list':
        return this.#list(client, 'ConfigMap', true);
      case 'cached':
        return this.#list(client, 'ConfigMap', false);
    }
  }

  /** Everything, when the run has ended. */
  told(clients: readonly SeenClient[]): Seen {
    const { api } = this.#simulation;
    const kinds = [...new Set(this.#commits.map(({ object }) => object.kind))];
    return {
      commits: this.#commits,
      writes: this.#writes,
      lists: this.#lists,
      watches: this.#watches,
      caches: this.#caches,
      leaders: this.#leaders,
      clients,
      seats: this.#seats,
      end: kinds.flatMap((kind) => [...api.store.values(kind)]),
      cachesAtRest: this.#informers.map((informer) => ({
        kind: informer.kind,
        objects: informer.list(),
      })),
    };
  }

  get #now(): number {
    return this.#simulation.engine.now;
  }

  #send(client: number, request: Request, heard: (response: Response) => void = () => undefined): void {
    this.#clients[client]!.send(request, heard);
  }

  #write(client: number, token: string, request: Request, base?: string): void {
    const write: SeenWrite = { token, begun: this.#now, base, answer: undefined };
    // What repeats what is there writes no token of its own.
    if (!token.endsWith(')')) this.#writes.push(write);
    this.#send(client, request, (response) => {
      const object = response.ok ? response.object : undefined;
      const revision = object?.metadata.resourceVersion;
      write.answer = { at: this.#now, code: response.ok ? 200 : response.code, revision };
      if (object === undefined) return;
      if (base !== undefined && token.endsWith(')') && `${object.metadata.uid}@${revision}` !== base)
        throw new Error(`a write of nothing made ${revision} of ${base}`);
      this.#known[client]!.set(keyOf(object), object);
    });
  }

  #list(client: number, kind: Kind, consistent: boolean): void {
    const begun = this.#now;
    const version = consistent ? {} : { resourceVersion: 0 };
    this.#send(client, { verb: 'list', kind, namespace: 'default', ...version }, (response) => {
      if (!response.ok || response.list === undefined) return;
      const { resourceVersion, items } = response.list;
      this.#lists.push({ kind, begun, consistent, revision: resourceVersion, items });
      for (const object of items) this.#known[client]!.set(keyOf(object), object);
    });
  }

  /** Watches a kind from now on for good: a watch that is ended goes on where it was. */
  #watch(kind: Kind): void {
    const from = this.#simulation.api.store.revision;
    const seen: Resumed = { kind, from, events: [], expired: false };
    this.#watches.push(seen);
    const open = (): void => {
      const resourceVersion = seen.events.at(-1)?.object.metadata.resourceVersion ?? from;
      const receive = (event: WatchEvent): void => {
        if (event.type === 'ERROR') seen.expired ||= event.status.code === 410;
        else if (event.type !== 'BOOKMARK') seen.events.push(event);
      };
      const ended = (): void => {
        if (!seen.expired) this.at(this.#now + 10_000, open);
      };
      this.#simulation.api.openWatch({ kind, resourceVersion, timeoutSeconds: 7 }, { receive, ended });
    };
    open();
  }

  #look(): void {
    for (const { kind, list } of this.#informers.map((one) => ({ kind: one.kind, list: one.list() }))) {
      this.#caches.push({ kind, objects: list });
    }
    for (const { gate } of this.#simulation.api.instances.all) {
      const { flow } = gate;
      if (flow === undefined) continue;
      for (const [i, { name, exempt }] of DEFAULT_PRIORITY_LEVELS.entries()) {
        if (exempt) continue;
        this.#seats.push({ level: name, inUse: flow.seatsInUseOf(i), limit: flow.limitOf(i), most: MOST_SEATS[i]! });
      }
    }
    const replicas = this.#simulation.components.controllerManagers;
    if (replicas !== undefined) this.#leaders.push({ at: this.#now, believing: replicas.leaders.length });
  }
}

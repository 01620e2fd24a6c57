import type { Engine } from '../../engine/engine.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { KeyedDraws, Stream } from '../../engine/streams.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { keyOf, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { MetricsSource } from '../../api/metrics.ts';
import type {
  ApiServer,
  Client,
  ClientRateLimit,
  Request,
  Response,
  OpenWatch,
  Watch,
  WatchReceiver,
  WatchRequest,
} from '../../api/request.ts';
import type { Change } from '../../api/change.ts';
import type { Pod } from '../../api/pod.ts';
import type { EtcdSpec, HealthCheckSpec } from '../../scenario/cluster.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import { TokenBucket } from '../client/token-bucket.ts';
import { ONE_MEMBER, type EtcdService } from '../etcd/etcd-service.ts';
import { Lessor } from '../etcd/lessor.ts';
import { Store, type Commit } from '../etcd/store.ts';
import type { EventSink } from '../event-recorder.ts';
import { Network } from '../network/network.ts';
import type { KeptHistory } from '../watch/watch-cache.ts';
import { WatchHub, type WatchObserver } from '../watch/watch-hub.ts';
import { AwaitedVersions } from './awaited-versions.ts';
import { EventPath, type EventObserver } from './event-path.ts';
import { Fairness, type FairnessObserver } from './fairness.ts';
import { RequestFlows } from './flow-control/request-flows.ts';
import { userNamed } from './flow-control/users.ts';
import { nameSuffix, UidMint } from './identity.ts';
import { Instances } from './instances/instances.ts';
import { RequestHandler } from './request-handler.ts';
import { RequestPath, type RequestObserver } from './request-path.ts';
import type { Unfinished } from './unfinished.ts';
import { WatchService } from './watch-service.ts';

export interface ApiServerOptions {
  /** kube-apiserver's `--etcd-compaction-interval`: how long pages of a list stay consistent. */
  readonly compactionIntervalMicros?: number | undefined;
  /** Absent: one member. */
  readonly etcd?: EtcdSpec | undefined;
  /** How many API servers there are behind the load balancer. Absent: one. */
  readonly instances?: number | undefined;
  /** How that asks whether they are ready. Absent: it does not. */
  readonly healthCheck?: HealthCheckSpec | undefined;
}

/** Who is told of every commit, at the moment it happens. Observers, not components. */
export type CommitObserver = (commit: Commit) => void;
/**
 * The one door to the store. How a request gets through it is told in `request-path.ts`, what it does there in
 * `request-handler.ts`. Behind the door there may be several servers: `instances/`.
 */
export class SimulatedApiServer implements ApiServer {
  readonly store: Store;
  readonly etcd: EtcdService;
  readonly network: Network;
  readonly #engine: Engine;
  readonly #hub: WatchHub;
  readonly #delivery: Sampler;
  readonly #cacheStream: Stream;
  readonly #path: RequestPath;
  readonly #events: EventPath;
  readonly #fairness: Fairness;
  readonly #instances: Instances;
  readonly #uids: UidMint;
  readonly #suffixes: KeyedDraws;
  #suffixesMinted = 0;
  readonly #observers: CommitObserver[] = [];
  #metrics: MetricsSource | undefined;
  readonly #watches: WatchService;
  readonly #awaited: AwaitedVersions;

  constructor(engine: Engine, parameters: Parameters, options: ApiServerOptions = {}) {
    this.#engine = engine;
    this.network = new Network(engine);
    const { compactionIntervalMicros = options.compactionIntervalMicros, quotaBytes } = options.etcd ?? ONE_MEMBER;
    this.#hub = new WatchHub(engine, parameters.watch.delivery);
    this.#delivery = sampler(parameters.watch.delivery);
    this.#cacheStream = engine.stream('api-server/watch-cache');
    const committed = (commit: Commit): void => {
      this.#hub.publish(commit);
      this.#instances.committed(commit);
      this.#watches.committed(commit);
      handler.committed(commit);
      if (this.#awaited.any) this.#awaited.reached(commit.revision);
      for (const observe of this.#observers) observe(commit);
    };
    this.store = new Store(committed, { compactionIntervalMicros, quotaBytes });
    this.#awaited = new AwaitedVersions(engine);
    this.#watches = new WatchService({ engine, store: this.store, hub: this.#hub, awaited: this.#awaited });
    const respond = (request: Request, identity: string): Response | Unfinished => handler.respond(request, identity);
    this.#path = new RequestPath(engine, parameters, options, this.network, this.store, respond);
    this.#path.awaited = this.#awaited;
    this.etcd = this.#path.etcd;
    this.etcd.onWatches = (stall) => (stall ? this.#hub.stall() : this.#hub.goOn());
    this.#events = new EventPath(engine, this.#path, this.etcd, this.store, this.#hub);
    const { objectBytes } = parameters.apiServer;
    this.#fairness = new Fairness({ engine, path: this.#path, store: this.store, hub: this.#hub, objectBytes });
    this.#path.fairness = this.#fairness;
    this.#instances = new Instances(options.instances ?? 1, {
      engine,
      parameters,
      path: this.#path,
      events: this.#events,
      store: this.store,
      etcd: this.etcd,
      fairness: this.#fairness,
      network: this.network,
      healthCheck: options.healthCheck,
    });
    this.etcd.onTrouble = () => this.#instances.lookAfterHealth();
    this.etcd.onWatch = (server, flows) => this.#instances.etcdWatch(server, flows);
    this.#uids = new UidMint(engine.keyed('api-server/uid'));
    this.#suffixes = engine.keyed('api-server/generate-name');
    const handler = new RequestHandler(this.store, {
      now: () => engine.now,
      featureGates: parameters.featureGates,
      metrics: () => this.#metrics,
      listed: (kind) => this.#watches.listed(kind),
      cached: (kind, key) => this.#cached(kind, key),
      mintUid: (kind) => this.#uids.mint(kind),
      mintSuffix: () => nameSuffix(this.#suffixes, this.#suffixesMinted++),
    });
    new Lessor(engine, this.etcd, this.store, this.#hub);
  }

  /** How many requests were sent so far. */
  get requests(): number {
    return this.#path.sent;
  }

  /** The processes behind the load balancer. */
  get instances(): Instances {
    return this.#instances;
  }

  /** From now on `source` answers for the metrics APIs. */
  serveMetrics(source: MetricsSource): void {
    this.#metrics = source;
  }

  /** Tells `observer` of every commit from now on. */
  observe(observer: CommitObserver): void {
    this.#observers.push(observer);
  }

  /** Tells `observer` of every Event that a component writes from now on. */
  observeEvents(observer: EventObserver): void {
    this.#events.observers.push(observer);
  }

  /** Tells `observer` of every answer from now on. */
  observeRequests(observer: RequestObserver): void {
    this.#path.observer = observer;
  }

  /** Tells `observer` of every request that finds no seat at once. */
  observeFairness(observer: FairnessObserver): void {
    this.#fairness.observer = observer;
  }

  /** Asks `observer`, of every watch that opens from now on, who is to know how late its changes come. */
  observeWatches(observer: WatchObserver): void {
    this.#hub.observer = observer;
  }

  /**
   * @param connection the process whose connection the client uses; absent: one of its own, of its identity
   * @param user as whom it is known to priority and fairness; absent: as what the process is
   */
  client(
    identity: string,
    limit: ClientRateLimit | undefined,
    connection = identity,
    user?: string,
  ): Client & EventSink {
    const bucket = limit === undefined ? undefined : new TokenBucket(limit);
    const leaves = (): number => (bucket === undefined ? this.#engine.now : bucket.take(this.#engine.now));
    const carrier = this.#instances.connection(connection);
    const flows = user === undefined ? carrier.flows : new RequestFlows(userNamed(user));
    const origin = { identity, flows, connection: carrier };
    return {
      send: (request, answer) => this.#path.send(request, origin, answer, leaves()),
      writeEvent: (write, create, writer) =>
        this.#events.send({
          write,
          create,
          writer,
          origin,
          instance: undefined,
          life: 0,
          leavesAt: leaves(),
          arrivesAt: 0,
          wantedAt: this.#engine.now,
          commit: 0,
        }),
      wakeAt: (time, writer) => this.#events.wakeAt(time, writer),
    };
  }

  /**
   * @param connection the process whose connection the watch goes over; absent: that of the kubelet of `nodeName`, or
   *   none: nothing can happen to it
   */
  watch(watch: Watch, connection = watch.nodeName === undefined ? undefined : `kubelet/${watch.nodeName}`): void {
    const subscription = this.#hub.add(watch);
    if (connection !== undefined) this.#instances.watch(subscription, connection);
    for (const object of this.store.values(watch.kind)) {
      if (watch.nodeName !== undefined && (object as Pod).spec.nodeName !== watch.nodeName) continue;
      watch.receive({ type: 'ADDED', object, previous: undefined } as Change);
    }
  }

  /** A process is frozen (SIGSTOP): what its watches bring waits in sockets and channels, as long as there is room. */
  stopReading(process: string): void {
    this.#instances.stopReading(process);
  }

  /** It goes on (SIGCONT), and with it whatever has come. */
  readOn(process: string): void {
    this.#instances.readOn(process);
  }

  /** A process has ended, and its watches with it. */
  closeWatches(process: string): void {
    this.#instances.closeWatches(process);
  }

  /**
   * Keeps the last changes of a kind from now on, so that watches can begin at a version. Nothing is kept unasked: the
   * simulation's own watchers never lose their place.
   */
  keepHistory(kind: Kind): KeptHistory {
    return this.#watches.keepHistory(kind);
  }

  /** A watch as a client outside opens it: told at once what it has missed, and then every change that is selected. */
  openWatch(request: WatchRequest, receiver: WatchReceiver): OpenWatch {
    return this.#watches.open(request, receiver);
  }

  /**
   * Puts an object there as if it had always been: what a cluster holds before the run begins. Keeps the uid and the
   * creation time it comes with.
   */
  install(object: ApiObject): ApiObject {
    const metadata = deepFreeze({
      ...object.metadata,
      uid: object.metadata.uid === '' ? this.#uids.mint(object.kind) : object.metadata.uid,
      generation: Math.max(1, object.metadata.generation),
      resourceVersion: this.store.nextRevision,
    });
    const installed = this.store.put(keyOf(object), { ...object, metadata } as ApiObject, this.#engine.now);
    this.#instances.cachesBegin();
    return installed;
  }

  /**
   * The watch cache hears of a commit before those who watch it: its part of the way is taken to be half of theirs.
   */
  #cached(kind: Kind, key: string): ApiObject | undefined {
    const behind = Math.floor(this.#delivery(this.#cacheStream) / 2);
    return this.keepHistory(kind).before(key, this.#engine.now - behind) ?? this.store.get(kind, key);
  }
}

import type { Engine, EventKind } from '../../engine/engine.ts';
import { assert } from '../../engine/assert.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { KeyedDraws, Stream } from '../../engine/streams.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { eventNamespace, eventOf, type EventNote, type EventWrite } from '../../api/event-note.ts';
import { keyOf, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { MetricsSource } from '../../api/metrics.ts';
import type {
  ApiServer,
  Client,
  ClientRateLimit,
  Request,
  Response,
  Watch,
  WatchEvent,
  WatchRequest,
} from '../../api/request.ts';
import type { Change } from '../../api/change.ts';
import type { Pod } from '../../api/pod.ts';
import type { EtcdSpec, Parameters } from '../../scenario.ts';
import { TokenBucket } from '../client/token-bucket.ts';
import { EtcdService, ONE_MEMBER } from '../etcd/etcd-service.ts';
import { Commit, Store } from '../etcd/store.ts';
import type { EventSink, EventWriter } from '../event-recorder.ts';
import { WatchCache } from '../watch/watch-cache.ts';
import { WatchHub, type WatchObserver } from '../watch/watch-hub.ts';
import { asSelected } from '../watch/watch-stream.ts';
import { namespaceRefusal } from './create.ts';
import { expireEvents } from './event-ttl.ts';
import { nameSuffix, UidMint } from './identity.ts';
import { openWatch } from './open-watch.ts';
import { RequestHandler } from './request-handler.ts';
import { ThroughEtcd } from './through-etcd.ts';
import { finished, isUnfinished, type Unfinished } from './unfinished.ts';

export interface ApiServerOptions {
  /** kube-apiserver's `--etcd-compaction-interval`: how long pages of a list stay consistent. */
  readonly compactionIntervalMicros?: number | undefined;
  /** Absent: one member. */
  readonly etcd?: EtcdSpec | undefined;
}

/** A request under way: from the client's call until its answer. */
interface InFlight {
  request: Request;
  /** The client's. */
  identity: string;
  answer: (response: Response) => void;
  response: Response | undefined;
  /** Its next write, where some are done and others are not. */
  next: (() => Response | Unfinished) | undefined;
  /** When it reaches the server, in microseconds. */
  arrivesAt: number;
}

/** A component's write of an Event under way. */
interface EventFlight {
  readonly write: EventWrite;
  readonly create: boolean;
  readonly writer: EventWriter;
  /** When it reaches the server, in microseconds. */
  arrivesAt: number;
}

/** Who is told of every commit, at the moment it happens. Observers, not components. */
export type CommitObserver = (commit: Commit) => void;
/** Who is told of the Events that components write. The note is as the store has it now. Microseconds. */
export type EventObserver = (note: EventNote, committedAt: number) => void;
/** Is told of every answer: `tookMicros` from the request's arrival at the server. An observer, not a component. */
export interface RequestObserver {
  answered(request: Request, response: Response, tookMicros: number, at: number): void;
  /** The same of a component's write of an Event. */
  eventAnswered(create: boolean, code: number, tookMicros: number, at: number): void;
}

/**
 * The one door to the store. A request waits for its client's token, travels, is worked on, commits in etcd, and is
 * answered. While nothing is overloaded or broken its time is a sum of sampled parts, so a write costs two events: the
 * commit, at which it takes effect against the state of that moment, and the answer. A few requests are several writes:
 * each of them is worked on and committed by itself.
 *
 *   write = token + network + apiServer.write + etcd.commit | + network
 *   read  = token + network + apiServer.read                | + network
 */
export class SimulatedApiServer implements ApiServer {
  readonly store: Store;
  readonly etcd: EtcdService;
  readonly #engine: Engine;
  readonly #hub: WatchHub;
  readonly #network: Sampler;
  readonly #networkStream: Stream;
  readonly #write: Sampler;
  readonly #read: Sampler;
  readonly #workStream: Stream;
  readonly #uids: UidMint;
  readonly #suffixes: KeyedDraws;
  #suffixesMinted = 0;

  readonly #inFlight: InFlight[] = [];
  readonly #freeSlots: number[] = [];
  readonly #carryOutKind: EventKind;
  readonly #answerKind: EventKind;
  readonly #writeEventKind: EventKind;
  readonly #wakeWriterKind: EventKind;
  readonly #observers: CommitObserver[] = [];
  readonly #eventObservers: EventObserver[] = [];
  #requestObserver: RequestObserver | undefined;
  #metrics: MetricsSource | undefined;
  readonly #handler: RequestHandler;
  #throughEtcd: ThroughEtcd | undefined;
  readonly #histories = new Map<Kind, WatchCache>();
  readonly #namespaces = { namespace: (name: string) => this.store.get('Namespace', name) };
  #requests = 0;

  constructor(engine: Engine, parameters: Parameters, options: ApiServerOptions = {}) {
    this.#engine = engine;
    this.#hub = new WatchHub(engine, parameters.watch.delivery);
    this.store = new Store((commit) => {
      this.#hub.publish(commit);
      if (this.#histories.size > 0) this.#histories.get(commit.kind)?.append(commit);
      for (const observe of this.#observers) observe(commit);
    });
    this.#network = sampler(parameters.network.clientToApiServer);
    this.#networkStream = engine.stream('network/client-to-api-server');
    this.#write = sampler(parameters.apiServer.write);
    this.#read = sampler(parameters.apiServer.read);
    this.#workStream = engine.stream('api-server/work');
    this.etcd = new EtcdService(engine, parameters, options.etcd ?? ONE_MEMBER);
    this.#uids = new UidMint(engine.keyed('api-server/uid'));
    this.#suffixes = engine.keyed('api-server/generate-name');
    this.#carryOutKind = engine.on('api-server/request-carried-out', (slot) => this.#carryOut(slot));
    this.#answerKind = engine.on('api-server/request-answered', (slot) => this.#answer(slot));
    this.#writeEventKind = engine.on('api-server/event-written', (_a, _b, ref) => this.#writeEvent(ref as EventFlight));
    this.#wakeWriterKind = engine.on('api-server/event-answered', (_a, _b, ref) => (ref as EventWriter).wake());
    this.#handler = new RequestHandler(
      this.store,
      {
        now: () => engine.now,
        featureGates: parameters.featureGates,
        metrics: () => this.#metrics,
        mintUid: () => this.#uids.mint(),
        mintSuffix: () => nameSuffix(this.#suffixes, this.#suffixesMinted++),
      },
      options.compactionIntervalMicros,
    );
  }

  /** How many requests were sent so far. */
  get requests(): number {
    return this.#requests;
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
    this.#eventObservers.push(observer);
  }

  /** Tells `observer` of every answer from now on. */
  observeRequests(observer: RequestObserver): void {
    this.#requestObserver = observer;
  }

  /** Asks `observer`, of every watch that opens from now on, who is to know how late its changes come. */
  observeWatches(observer: WatchObserver): void {
    this.#hub.observer = observer;
  }

  client(identity: string, limit: ClientRateLimit | undefined): Client & EventSink {
    const bucket = limit === undefined ? undefined : new TokenBucket(limit);
    const leaves = (): number => (bucket === undefined ? this.#engine.now : bucket.take(this.#engine.now));
    return {
      send: (request, answer) => this.#send(request, identity, answer, leaves()),
      writeEvent: (write, create, writer) => this.#sendEvent({ write, create, writer, arrivesAt: 0 }, leaves()),
      wakeAt: (time, writer) => {
        this.#engine.at(time, this.#wakeWriterKind, 0, 0, writer);
      },
    };
  }

  watch(watch: Watch): void {
    this.#hub.add(watch);
    for (const object of this.store.values(watch.kind)) {
      if (watch.nodeName !== undefined && (object as Pod).spec.nodeName !== watch.nodeName) continue;
      watch.receive({ type: 'ADDED', object, previous: undefined } as Change);
    }
  }

  /**
   * Keeps the last changes of a kind from now on, so that watches can begin at a version. Nothing is kept unasked: the
   * simulation's own watchers never lose their place.
   */
  keepHistory(kind: Kind): WatchCache {
    let cache = this.#histories.get(kind);
    if (cache === undefined) this.#histories.set(kind, (cache = new WatchCache(this.store.revision)));
    return cache;
  }

  /**
   * A watch as a client outside opens it. `receive` is told at once what it has missed, and then every change that is
   * selected, as it travels to all watchers. Returns how to end it.
   */
  openWatch(request: WatchRequest, receive: (event: WatchEvent) => void): () => void {
    const opened = openWatch(request, this.store, (kind) => this.keepHistory(kind));
    let isOpen = opened.goesOn;
    for (const event of opened.events) receive(event);
    if (!isOpen) return nobody;
    this.#hub.add({
      kind: request.kind,
      receive: (change) => {
        if (!isOpen || change.object.metadata.resourceVersion <= opened.since) return;
        const event = asSelected(change, opened.selects);
        if (event !== undefined) receive(event);
      },
    });
    return () => (isOpen = false);
  }

  /**
   * Puts an object there as if it had always been: what a cluster holds before the run begins. Keeps the uid and the
   * creation time it comes with.
   */
  install(object: ApiObject): ApiObject {
    const metadata = deepFreeze({
      ...object.metadata,
      uid: object.metadata.uid === '' ? this.#uids.mint() : object.metadata.uid,
      generation: Math.max(1, object.metadata.generation),
      resourceVersion: this.store.nextRevision,
    });
    return this.store.put(keyOf(object), { ...object, metadata } as ApiObject, this.#engine.now);
  }

  #send(request: Request, identity: string, answer: (response: Response) => void, leaves: number): void {
    this.#requests++;
    const slot = this.#freeSlots.pop() ?? this.#inFlight.length;
    const flight = this.#inFlight[slot];
    const arrivesAt = leaves + this.#network(this.#networkStream);
    if (flight === undefined) {
      this.#inFlight.push({ request, identity, answer, response: undefined, next: undefined, arrivesAt });
    } else {
      flight.request = request;
      flight.identity = identity;
      flight.answer = answer;
      flight.arrivesAt = arrivesAt;
    }
    let at = arrivesAt;
    if (READS.has(request.verb)) at += this.#read(this.#workStream);
    else at += this.#write(this.#workStream) + this.etcd.commitMicros();
    this.#engine.at(at, this.#carryOutKind, slot);
  }

  /** As any other write, but that nobody waits for the answer: its time is told at the commit. */
  #sendEvent(flight: EventFlight, leaves: number): void {
    this.#requests++;
    flight.arrivesAt = leaves + this.#network(this.#networkStream);
    const at = flight.arrivesAt + this.#write(this.#workStream) + this.etcd.commitMicros();
    this.#engine.at(at, this.#writeEventKind, 0, 0, flight);
  }

  #writeEvent(flight: EventFlight): void {
    if (!this.etcd.inTrouble) this.#commitEvent(flight);
    else {
      // A broadcaster whose write failed writes it again.
      this.etcd.write(
        () => this.#commitEvent(flight),
        (error) => {
          if (error === undefined) return;
          this.#eventAnswered(flight, 500);
          flight.writer.carriedOut(this.#engine.now, false);
        },
      );
    }
  }

  #eventAnswered({ create, arrivesAt }: EventFlight, code: number): void {
    const { now } = this.#engine;
    this.#requestObserver?.eventAnswered(create, code, now - arrivesAt, now);
  }

  #commitEvent(flight: EventFlight): boolean {
    const { write, create, writer } = flight;
    const { now } = this.#engine;
    const { note } = write;
    let found = true;
    if (namespaceRefusal(eventNamespace(note), note.name, 'Event', this.#namespaces) === undefined) {
      if (create) expireEvents(this.store, now);
      const previous = note.bornAt !== 0 && this.#hub.isWatched('Event') ? eventOf(note) : undefined;
      const shelved = this.store.writeEvent(write, create, now);
      found = shelved !== 'missing';
      if (found) {
        if (this.#hub.isWatched('Event')) this.#publishEvent(note, previous, now);
        for (const observe of this.#eventObservers) observe(note, now);
      }
    }
    this.#eventAnswered(flight, !found ? 404 : create ? 201 : 200);
    writer.carriedOut(now + this.#network(this.#networkStream), found);
    return found;
  }

  #publishEvent(note: EventNote, previous: ApiObject | undefined, committedAt: number): void {
    const object = deepFreeze(eventOf(note));
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#hub.publish(new Commit(committedAt, keyOf(object), type, object, previous));
  }

  #carryOut(slot: number): void {
    const flight = this.#inFlight[slot]!;
    const { request, identity, next } = flight;
    flight.next = undefined;
    const respond = next ?? ((): Response | Unfinished => this.#handler.respond(request, identity));
    if (this.etcd.inTrouble) {
      this.#throughEtcd ??= new ThroughEtcd(this.#engine, this.etcd, this.store);
      this.#throughEtcd.carryOut(
        request,
        () => finished(respond()),
        (response) => this.#answered(slot, response),
      );
      return;
    }
    const made = respond();
    if (!isUnfinished(made)) return this.#answered(slot, made);
    flight.next = made.next;
    this.#engine.after(this.#write(this.#workStream) + this.etcd.commitMicros(), this.#carryOutKind, slot);
  }

  #answered(slot: number, response: Response): void {
    const flight = this.#inFlight[slot]!;
    const { now } = this.#engine;
    flight.response = response;
    this.#requestObserver?.answered(flight.request, response, now - flight.arrivesAt, now);
    this.#engine.after(this.#network(this.#networkStream), this.#answerKind, slot);
  }

  #answer(slot: number): void {
    const flight = this.#inFlight[slot]!;
    const { answer, response } = flight;
    assert(response !== undefined, 'a request is carried out before it is answered');
    flight.response = undefined;
    flight.answer = nobody;
    this.#freeSlots.push(slot);
    answer(response);
  }
}

/** Requests that commit nothing. */
const READS: ReadonlySet<Request['verb']> = new Set(['get', 'get-metrics', 'list']);

function nobody(): void {}

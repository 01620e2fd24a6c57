import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { OpenWatch, WatchReceiver, WatchRequest } from '../../api/request.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Commit, Store } from '../etcd/store.ts';
import { versionBytes } from '../etcd/version-size.ts';
import { Cacher, cacherEvents, type CacherEvents } from '../watch/cacher.ts';
import { EtcdHistory } from '../watch/etcd-history.ts';
import type { ServedWatch } from '../watch/served-watch.ts';
import { WatchCache, type KeptHistory } from '../watch/watch-cache.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { AwaitedVersions } from './awaited-versions.ts';
import { openWatch } from './open-watch.ts';

/** `--min-request-timeout`: a watch without a time-out lasts so long, and up to twice as long. */
const LEAST_WATCH_MICROS = 1_800_000_000;
/** Kinds that the API server watches in etcd itself: `--watch-cache-sizes events#0`. */
const UNCACHED: ReadonlySet<Kind> = new Set<Kind>(['Event']);

export interface WatchServiceNeeds {
  readonly engine: Engine;
  readonly store: Store;
  readonly hub: WatchHub;
  readonly awaited: AwaitedVersions;
}

/**
 * Watches of clients outside: from a version, with selectors, bookmarks and time-outs. Nothing is kept unasked: the
 * simulation's own informers never need more than `WatchHub` gives them.
 */
export class WatchService {
  readonly #needs: WatchServiceNeeds;
  readonly #histories = new Map<Kind, KeptHistory>();
  readonly #cachers = new Map<Kind, Cacher>();
  #events: CacherEvents | undefined;
  #timeouts: Stream | undefined;

  constructor(needs: WatchServiceNeeds) {
    this.#needs = needs;
  }

  committed(commit: Commit): void {
    if (this.#histories.size > 0) this.#histories.get(commit.kind)?.append(commit);
  }

  /** Somebody has listed what is true now, through the cache of the kind. */
  listed(kind: Kind): void {
    if (this.#cachers.size > 0) this.#cachers.get(kind)?.askForProgress();
  }

  /** Keeps the last changes of a kind from now on. */
  keepHistory(kind: Kind): KeptHistory {
    const { store } = this.#needs;
    let history = this.#histories.get(kind);
    if (history === undefined) {
      history = UNCACHED.has(kind)
        ? new EtcdHistory(store.revision, () => store.compactedRevision)
        : new WatchCache(store.revision);
      this.#histories.set(kind, history);
    }
    return history;
  }

  open(request: WatchRequest, receiver: WatchReceiver): OpenWatch {
    const { store, awaited } = this.#needs;
    const { resourceVersion = 0, sendInitialEvents = false } = request;
    let served: ServedWatch | undefined;
    let closed = false;
    let reads = true;
    const cacher = (): Cacher => this.#cacherOf(request.kind);
    const begin = (): void => {
      if (closed) return;
      served = this.#begin(request, receiver);
      if (!reads) served?.stopReading();
    };
    if (sendInitialEvents && resourceVersion > store.revision) awaited.wait(resourceVersion, begin);
    else begin();
    return {
      get isOpen() {
        return served?.isOpen ?? false;
      },
      close: () => {
        closed = true;
        served?.close();
      },
      stopReading: () => {
        reads = false;
        served?.stopReading();
      },
      readOn: () => {
        reads = true;
        if (served !== undefined) cacher().readOn(served);
      },
    };
  }

  #begin(request: WatchRequest, receiver: WatchReceiver): ServedWatch | undefined {
    const { engine, store } = this.#needs;
    const { kind, sendInitialEvents = false, allowWatchBookmarks = false } = request;
    store.advance(engine.now);
    const opened = openWatch(request, store, (one) => this.keepHistory(one));
    for (const event of opened.events) receiver.receive(event);
    if (!opened.goesOn) {
      receiver.ended?.();
      return undefined;
    }
    const cacher = this.#cacherOf(kind);
    if (sendInitialEvents) cacher.askForProgress();
    const { selects, since, hasInitialEnd } = opened;
    return cacher.open(
      {
        selects,
        since,
        deadline: engine.now + this.#timeout(request.timeoutSeconds),
        bookmarks: allowWatchBookmarks,
        awaitsFirst: hasInitialEnd,
      },
      receiver,
    );
  }

  #timeout(seconds = 0): number {
    if (seconds > 0) return Math.round(seconds * 1_000_000);
    this.#timeouts ??= this.#needs.engine.stream('api-server/watch-time-outs');
    return Math.round(LEAST_WATCH_MICROS * (1 + this.#timeouts.next()));
  }

  #cacherOf(kind: Kind): Cacher {
    let cacher = this.#cachers.get(kind);
    if (cacher !== undefined) return cacher;
    const { engine, hub, store } = this.#needs;
    const history = this.keepHistory(kind);
    cacher = new Cacher({
      engine,
      kind,
      revision: () => store.revision,
      capacity: () => (history instanceof WatchCache ? history.capacity : 0),
      bytesOf: (object: ApiObject) => versionBytes(object),
      events: (this.#events ??= cacherEvents(engine)),
    });
    this.#cachers.set(kind, cacher);
    const made = cacher;
    hub.add({ kind, receive: (change) => made.receive(change) });
    return cacher;
  }
}

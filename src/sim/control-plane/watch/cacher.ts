import type { Change } from '../../api/change.ts';
import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { WatchEvent, WatchReceiver } from '../../api/request.ts';
import type { Engine, EventHandle, EventKind } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import { BookmarkBuckets } from './bookmark-buckets.ts';
import { channelSize } from './channel-size.ts';
import { ServedWatch } from './served-watch.ts';
import { TimeBudget } from './time-budget.ts';

/** Looks for due bookmarks come 1 to 1.25 s apart. */
const TICK_MICROS = 1_000_000;
const TICK_JITTER = 0.25;
/** etcd's `--watch-progress-notify-interval`, as clusters are installed. */
const PROGRESS_MICROS = 5_000_000;
export interface CacherNeeds {
  readonly engine: Engine;
  readonly kind: Kind;
  /** The revision of the whole key space. */
  readonly revision: () => number;
  /** How many events the ring holds at most at present. */
  readonly capacity: () => number;
  /** An object as it goes over the wire. */
  readonly bytesOf: (object: ApiObject) => number;
  /** Of all cachers: the kinds of their events. */
  readonly events: CacherEvents;
}

export interface CacherEvents {
  readonly tick: EventKind;
  readonly dispatchTimedOut: EventKind;
  readonly watchTimedOut: EventKind;
}

/** The events of all cachers. They keep no run alive. */
export function cacherEvents(engine: Engine): CacherEvents {
  const quiet = { background: true };
  return {
    tick: engine.on('watch/bookmarks-are-due', (_a, _b, one) => (one as Cacher).tick(), quiet),
    dispatchTimedOut: engine.on('watch/dispatch-timed-out', (_a, _b, one) => (one as Cacher).dispatchTimedOut(), quiet),
    watchTimedOut: engine.on('watch/timed-out', (_a, _b, one) => (one as ServedWatch).end(), quiet),
  };
}

/** How a watch begins. */
export interface Opening {
  readonly selects: (object: ApiObject) => boolean;
  readonly since: number;
  readonly deadline: number;
  readonly bookmarks: boolean;
  readonly awaitsFirst: boolean;
}

/**
 * The watch cache of one kind, as it serves watches of clients outside (kubernetes-behaviour.md 2.5): one dispatcher hands
 * each change to all watches in turn. Whoever has no room holds it up as long as their common budget lasts, and is ended.
 */
export class Cacher {
  readonly #needs: CacherNeeds;
  readonly #buckets: BookmarkBuckets<ServedWatch>;
  readonly #budget: TimeBudget;
  readonly #jitter: Stream;
  #watches: ServedWatch[] = [];
  /** Changes that came while the dispatcher stood still. */
  #waiting: Change[] = [];
  #blocked: { readonly watch: ServedWatch; readonly event: WatchEvent }[] = [];
  #blockedSince = 0;
  #blockedFor = 0;
  #timer: EventHandle | undefined;
  #ticks = false;
  /** How far the dispatcher is; etcd tells of progress without changes too. */
  #processed: number;
  #progressAt: number;

  constructor(needs: CacherNeeds) {
    const { engine } = needs;
    this.#needs = needs;
    this.#jitter = engine.stream('watch/bookmarks');
    this.#buckets = new BookmarkBuckets(engine.now - Math.floor(this.#jitter.next() * TICK_MICROS));
    this.#budget = new TimeBudget(engine.now);
    this.#processed = needs.revision();
    this.#progressAt = engine.now;
  }

  open(opening: Opening, receiver: WatchReceiver): ServedWatch {
    const { engine, bytesOf, events, kind, capacity } = this.#needs;
    const options = { ...opening, channelSize: channelSize(kind, capacity()), bytesOf };
    const watch = new ServedWatch(options, receiver);
    this.#watches.push(watch);
    engine.at(opening.deadline, events.watchTimedOut, 0, 0, watch);
    if (opening.bookmarks) {
      this.#buckets.add(watch, engine.now);
      if (!this.#ticks) this.#tickAfter(this.#jitter.next());
    }
    return watch;
  }

  /** Somebody wants to know how far the cache is: etcd is asked, and says. */
  askForProgress(): void {
    this.#processed = Math.max(this.#processed, this.#needs.revision());
  }

  receive(change: Change): void {
    if (this.#blocked.length > 0) this.#waiting.push(change);
    else this.#dispatch(change);
  }

  /** A client reads again. */
  readOn(watch: ServedWatch): void {
    watch.readOn();
    this.#blocked = this.#blocked.filter(({ watch: one, event }) => one.isOpen && !(one === watch && one.offer(event)));
    if (this.#timer === undefined || this.#blocked.length > 0) return;
    const { engine } = this.#needs;
    engine.cancel(this.#timer);
    this.#budget.giveBack(this.#blockedFor - (engine.now - this.#blockedSince));
    this.#goOn();
  }

  tick(): void {
    const { engine, revision } = this.#needs;
    const { now } = engine;
    if (now - this.#progressAt >= PROGRESS_MICROS) {
      this.#progressAt = now - ((now - this.#progressAt) % PROGRESS_MICROS);
      this.#processed = Math.max(this.#processed, revision());
    }
    for (const watch of this.#buckets.due(now)) {
      watch.bookmark(this.#processed);
      this.#buckets.add(watch, now);
    }
    this.#ticks = false;
    if (!this.#buckets.isEmpty) this.#tickAfter(1 + this.#jitter.next() * TICK_JITTER);
  }

  /** Whoever has still no room is ended. */
  dispatchTimedOut(): void {
    for (const { watch, event } of this.#blocked) if (!watch.offer(event)) watch.terminate();
    this.#goOn();
  }

  #dispatch(change: Change): void {
    this.#processed = Math.max(this.#processed, change.object.metadata.resourceVersion);
    let closed = 0;
    for (const watch of this.#watches) {
      if (!watch.isOpen) {
        closed++;
        continue;
      }
      const event = watch.eventOf(change);
      if (event !== undefined && !watch.offer(event)) this.#blocked.push({ watch, event });
    }
    if (closed > this.#watches.length / 2) this.#watches = this.#watches.filter(({ isOpen }) => isOpen);
    if (this.#blocked.length === 0) return;
    const { engine, events } = this.#needs;
    this.#blockedSince = engine.now;
    this.#blockedFor = this.#budget.take(engine.now);
    this.#timer = engine.after(this.#blockedFor, events.dispatchTimedOut, 0, 0, this);
  }

  #goOn(): void {
    this.#timer = undefined;
    this.#blocked = [];
    while (this.#waiting.length > 0 && this.#blocked.length === 0) this.#dispatch(this.#waiting.shift()!);
  }

  #tickAfter(seconds: number): void {
    const { engine, events } = this.#needs;
    this.#ticks = true;
    engine.after(Math.round(seconds * TICK_MICROS), events.tick, 0, 0, this);
  }
}

import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Change } from '../../api/change.ts';
import { keyOf, type Kind } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { Watch } from '../../api/request.ts';
import type { Commit } from '../etcd/store.ts';
import { ChangeLog } from './change-log.ts';
import { replacementOf } from './replacement.ts';

/** Takes how long after its commit a change was delivered, in microseconds. */
export interface LagObserver {
  add(micros: number): void;
}

/** Is asked, when a watch opens, who is to know how late its changes come. */
export type WatchObserver = (kind: Kind, ofNode: boolean) => LagObserver;

/** What is added to the way of what is delivered, in microseconds: `micros` draws it, and no draw undercuts `floor`. */
export interface Lateness {
  readonly floor: number;
  micros(): number;
}

/**
 * A watch that may be cut and go on later. While it is cut nothing is delivered, and nothing is forgotten: what has been
 * committed meanwhile comes when it goes on.
 */
export interface Subscription {
  readonly kind: Kind;
  /** Only of what belongs to one node. */
  readonly ofNode: boolean;
  /** The last version that it has delivered; 0 before the first. */
  seen(): number;
  /** What it has not delivered yet, in order. */
  missed(): readonly Commit[];
  /** Delivers the first so many of these now. */
  take(count: number): void;
  /** Nobody hears it any more. */
  close(): void;
  cut(): void;
  /** What comes is so much later from now on; undefined: as usual. */
  late(by: Lateness | undefined): void;
  /**
   * What was missed is delivered at `at`, in microseconds: change by change, or, where the watcher lists anew, what is
   * different from what it has.
   */
  goOn(at: number, anew: boolean): void;
}

/** How far a watch is from delivering as it should. */
interface Flow {
  /** A delivery is scheduled, or the watch is cut and none may be. */
  awake: boolean;
  isCut: boolean;
  /** It goes on with a list. */
  anew: boolean;
  late: Lateness | undefined;
  /** The last version that was delivered. */
  seen: number;
}

/** A watch of a whole kind: a cursor into the kind's log. */
interface Follower extends Flow {
  readonly watch: Watch;
  readonly lags: LagObserver | undefined;
  readonly log: ChangeLog;
  readonly cursor: number;
}

/** A kubelet's watch: the pods of one node, filed as they are committed. */
interface NodeFeed extends Flow {
  readonly watch: Watch;
  readonly lags: LagObserver | undefined;
  readonly waiting: Commit[];
}

/**
 * Brings committed changes to whoever watches. A watcher that sleeps is woken once, `watch.delivery` after the commit;
 * when it wakes it gets, in order, everything that has been under way for at least the distribution's minimum. So a
 * burst costs one event a watcher, no change comes earlier than the network allows, and none is lost or swapped.
 */
export class WatchHub {
  readonly #engine: Engine;
  readonly #delivery: Sampler;
  readonly #floor: number;
  readonly #stream: Stream;
  readonly #logs = new Map<Kind, ChangeLog>();
  readonly #followers: Follower[] = [];
  readonly #followersOf = new Map<Kind, number[]>();
  readonly #feeds: NodeFeed[] = [];
  readonly #feedOfNode = new Map<string, number>();
  #anyNeedsStatusOf: ((pod: Pod) => boolean) | undefined;
  readonly #wakeFollower: EventKind;
  readonly #wakeFeed: EventKind;
  #stalls = false;
  /** Who would have been told something while all stood still. */
  readonly #heldFollowers = new Set<number>();
  readonly #heldFeeds = new Set<number>();
  /** Of the watches that open from now on. */
  observer: WatchObserver | undefined;

  constructor(engine: Engine, delivery: Distribution) {
    this.#engine = engine;
    this.#delivery = sampler(delivery);
    this.#floor = floorOf(delivery);
    this.#stream = engine.stream('watch/delivery');
    this.#wakeFollower = engine.on('watch/delivered', (follower) =>
      this.#deliver(this.#followers[follower]!, follower),
    );
    this.#wakeFeed = engine.on('watch/delivered-to-node', (feed) => this.#deliverToNode(this.#feeds[feed]!, feed));
  }

  /** From now on; what exists already is the caller's to hand over. */
  add(watch: Watch): Subscription {
    const { kind, nodeName } = watch;
    const flow = { awake: false, isCut: false, anew: false, late: undefined, seen: 0 };
    if (nodeName !== undefined) {
      const { anyNeedsStatusOf = always } = watch;
      this.#anyNeedsStatusOf ??= anyNeedsStatusOf;
      if (this.#anyNeedsStatusOf !== anyNeedsStatusOf) this.#anyNeedsStatusOf = always;
      const index = this.#feeds.length;
      this.#feedOfNode.set(nodeName, index);
      const feed = { watch, lags: this.observer?.(kind, true), waiting: [], ...flow };
      this.#feeds.push(feed);
      return this.#subscriptionOfNode(feed, index);
    }
    let log = this.#logs.get(kind);
    if (log === undefined) this.#logs.set(kind, (log = new ChangeLog()));
    const index = this.#followers.length;
    const follower = { watch, lags: this.observer?.(kind, false), log, cursor: log.open(), ...flow };
    this.#followers.push(follower);
    const siblings = this.#followersOf.get(kind);
    if (siblings === undefined) this.#followersOf.set(kind, [index]);
    else siblings.push(index);
    return this.#subscriptionOf(follower, index);
  }

  #subscriptionOf(follower: Follower, index: number): Subscription {
    const { log, cursor, watch } = follower;
    const { kind } = watch;
    return {
      ...this.#flowing(kind, follower, this.#wakeFollower, index),
      ofNode: false,
      missed: () => log.missed(cursor),
      take: (count) => {
        for (let i = 0; i < count; i++) {
          const commit = log.peek(cursor)!;
          log.advance(cursor);
          follower.seen = commit.revision;
          watch.receive(commit);
        }
      },
      close: () => {
        stop(follower);
        log.close(cursor);
        const others = this.#followersOf.get(kind)!.filter((one) => one !== index);
        if (others.length > 0) this.#followersOf.set(kind, others);
        else this.#followersOf.delete(kind);
      },
    };
  }

  #subscriptionOfNode(feed: NodeFeed, index: number): Subscription {
    const { waiting, watch } = feed;
    return {
      ...this.#flowing(watch.kind, feed, this.#wakeFeed, index),
      ofNode: true,
      missed: () => waiting,
      take: (count) => {
        for (const commit of waiting.splice(0, count)) this.#hand(feed, commit);
      },
      close: () => {
        stop(feed);
        waiting.length = 0;
        if (this.#feedOfNode.get(watch.nodeName!) === index) this.#feedOfNode.delete(watch.nodeName!);
      },
    };
  }

  #flowing(
    kind: Kind,
    flow: Flow,
    wake: EventKind,
    index: number,
  ): Pick<Subscription, 'kind' | 'seen' | 'cut' | 'late' | 'goOn'> {
    return {
      kind,
      seen: () => flow.seen,
      cut: () => stop(flow),
      late: (by) => (flow.late = by),
      goOn: (at, anew) => {
        flow.isCut = false;
        flow.anew = anew;
        this.#engine.at(at, wake, index);
      },
    };
  }

  #hand(feed: NodeFeed, commit: Commit): void {
    feed.seen = commit.revision;
    feed.watch.receive(asSeenByNode(commit as Change<'Pod'>));
  }

  /** Nothing new is known to anybody who serves watches: all of them stand still, and nothing is forgotten. */
  stall(): void {
    this.#stalls = true;
  }

  /** Everything comes that has been held back, in order. */
  goOn(): void {
    this.#stalls = false;
    for (const index of this.#heldFollowers) {
      this.#engine.after(this.#delivery(this.#stream), this.#wakeFollower, index);
    }
    for (const index of this.#heldFeeds) this.#engine.after(this.#delivery(this.#stream), this.#wakeFeed, index);
    this.#heldFollowers.clear();
    this.#heldFeeds.clear();
  }

  /** How many watch the whole kind. */
  watchersOf(kind: Kind): number {
    return this.#followersOf.get(kind)?.length ?? 0;
  }

  /** Whether anybody watches the whole kind. */
  isWatched(kind: Kind): boolean {
    return this.#followersOf.has(kind);
  }

  publish(commit: Commit): void {
    const followers = this.#followersOf.get(commit.kind);
    if (followers !== undefined) {
      this.#logs.get(commit.kind)!.append(commit);
      for (const index of followers) {
        const follower = this.#followers[index]!;
        if (follower.awake) continue;
        follower.awake = true;
        this.#engine.after(this.#wayMicros(follower), this.#wakeFollower, index);
      }
    }
    if (commit.kind === 'Pod') this.#file(commit);
  }

  #wayMicros({ late }: Flow): number {
    const micros = this.#delivery(this.#stream);
    return late === undefined ? micros : micros + late.micros();
  }

  #deliver(follower: Follower, index: number): void {
    const now = this.#engine.now;
    const { log, cursor, watch, lags } = follower;
    const lateFloor = follower.late?.floor ?? 0;
    if (follower.isCut) return;
    if (this.#stalls) {
      this.#heldFollowers.add(index);
      return;
    }
    if (follower.anew) {
      this.#listAnew(follower);
      return;
    }
    for (;;) {
      const commit = log.peek(cursor);
      if (commit === undefined) {
        follower.awake = false;
        return;
      }
      if (commit.committedAt + this.#floor + lateFloor > now) {
        const due = commit.committedAt + this.#wayMicros(follower);
        this.#engine.at(due > now ? due : now + 1, this.#wakeFollower, index);
        return;
      }
      log.advance(cursor);
      lags?.add(now - commit.committedAt);
      follower.seen = commit.revision;
      watch.receive(commit);
    }
  }

  #listAnew(follower: Follower): void {
    const { log, cursor, watch } = follower;
    const missed: Commit[] = [];
    for (let commit = log.peek(cursor); commit !== undefined; commit = log.peek(cursor)) {
      log.advance(cursor);
      follower.seen = commit.revision;
      missed.push(commit);
    }
    follower.anew = false;
    follower.awake = false;
    for (const change of replacementOf(missed, (one) => one.key ?? keyOf(one.object))) watch.receive(change);
  }

  #file(commit: Commit): void {
    const change = commit as Change<'Pod'>;
    const { nodeName } = change.object.spec;
    if (nodeName === undefined || this.#anyNeedsStatusOf === undefined) return;
    const statusOnly = isStatusOnly(change);
    if (statusOnly && !this.#anyNeedsStatusOf(change.object)) return;
    const index = this.#feedOfNode.get(nodeName);
    if (index === undefined) return;
    const feed = this.#feeds[index]!;
    const { needsStatusOf } = feed.watch;
    if (statusOnly && needsStatusOf !== undefined && !needsStatusOf(change.object)) return;
    feed.waiting.push(commit);
    if (feed.awake) return;
    feed.awake = true;
    this.#engine.after(this.#wayMicros(feed), this.#wakeFeed, index);
  }

  #deliverToNode(feed: NodeFeed, index: number): void {
    const now = this.#engine.now;
    const { waiting, watch, lags } = feed;
    if (feed.isCut) return;
    if (this.#stalls) {
      this.#heldFeeds.add(index);
      return;
    }
    if (feed.anew) {
      feed.anew = false;
      feed.awake = false;
      feed.seen = waiting.at(-1)?.revision ?? feed.seen;
      const missed = waiting.splice(0).map((commit) => asSeenByNode(commit as Change<'Pod'>));
      for (const change of replacementOf(missed, (one) => one.key ?? keyOf(one.object))) watch.receive(change);
      return;
    }
    let taken = 0;
    const floor = this.#floor + (feed.late?.floor ?? 0);
    while (taken < waiting.length && waiting[taken]!.committedAt + floor <= now) taken++;
    const ready = waiting.splice(0, taken);
    feed.awake = waiting.length > 0;
    if (feed.awake) {
      const due = waiting[0]!.committedAt + this.#wayMicros(feed);
      this.#engine.at(due > now ? due : now + 1, this.#wakeFeed, index);
    }
    for (const commit of ready) {
      lags?.add(now - commit.committedAt);
      this.#hand(feed, commit);
    }
  }
}

/** Nothing is delivered, and no commit wakes it. */
function stop(flow: Flow): void {
  flow.isCut = true;
  flow.awake = true;
}

function always(): boolean {
  return true;
}

/** A change that left `spec` and everything of `metadata` but the version alone. */
function isStatusOnly(change: Change<'Pod'>): boolean {
  const { previous, object } = change;
  return (
    change.type === 'MODIFIED' &&
    previous !== undefined &&
    previous.spec === object.spec &&
    previous.metadata.deletionTimestamp === object.metadata.deletionTimestamp &&
    previous.metadata.labels === object.metadata.labels &&
    previous.metadata.annotations === object.metadata.annotations
  );
}

/** With a field selector, an object that begins to match is new to its watcher. */
function asSeenByNode(change: Change<'Pod'>): Change<'Pod'> {
  if (change.type !== 'MODIFIED' || change.previous?.spec.nodeName !== undefined) return change;
  const { object, key } = change;
  return key === undefined
    ? { type: 'ADDED', object, previous: undefined }
    : { type: 'ADDED', object, previous: undefined, key };
}

/** What no sample undercuts, in microseconds. */
function floorOf(distribution: Distribution): number {
  if (distribution.kind === 'constant') return distribution.value;
  if (distribution.kind === 'uniform') return Math.floor(distribution.min);
  return 0;
}

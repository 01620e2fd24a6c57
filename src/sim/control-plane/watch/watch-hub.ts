import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Change } from '../../api/change.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Watch } from '../../api/request.ts';
import type { Commit } from '../etcd/store.ts';
import { ChangeLog } from './change-log.ts';

/** Takes how long after its commit a change was delivered, in microseconds. */
export interface LagObserver {
  add(micros: number): void;
}

/** Is asked, when a watch opens, who is to know how late its changes come. */
export type WatchObserver = (kind: Kind, ofNode: boolean) => LagObserver;

/** A watch of a whole kind: a cursor into the kind's log. */
interface Follower {
  readonly watch: Watch;
  readonly lags: LagObserver | undefined;
  readonly log: ChangeLog;
  readonly cursor: number;
  awake: boolean;
}

/** A kubelet's watch: the pods of one node, filed as they are committed. */
interface NodeFeed {
  readonly watch: Watch;
  readonly lags: LagObserver | undefined;
  readonly waiting: Commit[];
  awake: boolean;
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
  readonly #wakeFollower: EventKind;
  readonly #wakeFeed: EventKind;
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
  add(watch: Watch): void {
    if (watch.nodeName !== undefined) {
      this.#feedOfNode.set(watch.nodeName, this.#feeds.length);
      this.#feeds.push({ watch, lags: this.observer?.(watch.kind, true), waiting: [], awake: false });
      return;
    }
    let log = this.#logs.get(watch.kind);
    if (log === undefined) this.#logs.set(watch.kind, (log = new ChangeLog()));
    const index = this.#followers.length;
    this.#followers.push({ watch, lags: this.observer?.(watch.kind, false), log, cursor: log.open(), awake: false });
    const siblings = this.#followersOf.get(watch.kind);
    if (siblings === undefined) this.#followersOf.set(watch.kind, [index]);
    else siblings.push(index);
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
        this.#engine.after(this.#delivery(this.#stream), this.#wakeFollower, index);
      }
    }
    if (commit.kind === 'Pod') this.#file(commit);
  }

  #deliver(follower: Follower, index: number): void {
    const now = this.#engine.now;
    const { log, cursor, watch, lags } = follower;
    for (;;) {
      const commit = log.peek(cursor);
      if (commit === undefined) {
        follower.awake = false;
        return;
      }
      if (commit.committedAt + this.#floor > now) {
        const due = commit.committedAt + this.#delivery(this.#stream);
        this.#engine.at(due > now ? due : now + 1, this.#wakeFollower, index);
        return;
      }
      log.advance(cursor);
      lags?.add(now - commit.committedAt);
      watch.receive(commit);
    }
  }

  #file(commit: Commit): void {
    const change = commit as Change<'Pod'>;
    const { nodeName } = change.object.spec;
    if (nodeName === undefined) return;
    const index = this.#feedOfNode.get(nodeName);
    if (index === undefined) return;
    const feed = this.#feeds[index]!;
    const { needsStatusOf } = feed.watch;
    if (needsStatusOf !== undefined && isStatusOnly(change) && !needsStatusOf(change.object)) return;
    feed.waiting.push(commit);
    if (feed.awake) return;
    feed.awake = true;
    this.#engine.after(this.#delivery(this.#stream), this.#wakeFeed, index);
  }

  #deliverToNode(feed: NodeFeed, index: number): void {
    const now = this.#engine.now;
    const { waiting, watch, lags } = feed;
    let taken = 0;
    while (taken < waiting.length && waiting[taken]!.committedAt + this.#floor <= now) taken++;
    const ready = waiting.splice(0, taken);
    feed.awake = waiting.length > 0;
    if (feed.awake) {
      const due = waiting[0]!.committedAt + this.#delivery(this.#stream);
      this.#engine.at(due > now ? due : now + 1, this.#wakeFeed, index);
    }
    for (const commit of ready) {
      lags?.add(now - commit.committedAt);
      watch.receive(asSeenByNode(commit as Change<'Pod'>));
    }
  }
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

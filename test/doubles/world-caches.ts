import type { Change } from '../../src/sim/api/change.ts';
import { keyOf, type ApiObject, type Kind } from '../../src/sim/api/kinds.ts';
import { Informer } from '../../src/sim/control-plane/informer.ts';
import type { WorldClock } from './world-clock.ts';

export interface WatchOptions {
  /** From a commit to the caches. Deliveries of one kind stay in order. Microseconds. */
  readonly watchDelay?: (kind: Kind) => number;
  /** A cache that lags sees only the newest version of an object, as after a new list. */
  readonly skipsVersions?: boolean;
  /**
   * One version that no cache sees, if there is a later one within five seconds: the n-th of an object, from 1. What was
   * deleted and made again under its name counts on.
   */
  readonly drops?: { readonly kind: Kind; readonly key: string; readonly version: number };
}

const PROMPT = 1_000;
/** How long a watch that has lost a version is silent about its object at most. */
const SILENCE = 5_000_000;

/** What controllers know of a world: caches that lag behind its store, each as far as its kind's watch does. */
export class WorldCaches {
  readonly #clock: WorldClock;
  readonly #options: WatchOptions;
  #informers = new Map<Kind, Informer<Kind>>();
  /** When the last change of a kind is delivered. */
  readonly #delivered = new Map<Kind, number>();
  /** Changes on their way, by kind and key; only where versions are skipped. */
  readonly #pending = new Map<string, { change: Change | undefined }>();
  /** Versions so far of the object of which one is dropped. */
  #versions = 0;
  /** What is dropped, until the next version comes. */
  #held: Change | undefined;
  /** Whether a version was never seen. */
  hasDropped = false;
  #life = 0;
  /** What is not newer than this came with the list that the caches began with. */
  #listedAt = 0;

  constructor(clock: WorldClock, options: WatchOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  of<K extends Kind>(kind: K): Informer<K> {
    let informer = this.#informers.get(kind);
    if (informer === undefined) this.#informers.set(kind, (informer = new Informer<Kind>(kind)));
    return informer as unknown as Informer<K>;
  }

  /** Nobody listens any more; what is on its way goes nowhere. */
  forget(): void {
    this.#life++;
    this.#informers = new Map();
    this.#pending.clear();
    this.#listedAt = Infinity;
  }

  /** Those who listen by now are told what is there; from here on, what comes after. */
  fill(revision: number, list: (kind: Kind) => readonly ApiObject[]): void {
    this.#delivered.clear();
    this.#pending.clear();
    this.#listedAt = revision;
    for (const [kind, informer] of this.#informers) {
      for (const object of list(kind)) informer.receive({ type: 'ADDED', object, previous: undefined } as never);
    }
  }

  announce(change: Change): void {
    const { drops } = this.#options;
    if (drops !== undefined && drops.kind === change.object.kind && drops.key === keyOf(change.object)) {
      this.#announceOrHold(change, drops.version);
    } else this.#announceNow(change);
  }

  #announceOrHold(change: Change, dropped: number): void {
    if (++this.#versions === dropped) {
      this.#held = change;
      this.#clock.after(SILENCE, () => {
        if (this.#held === change) this.#release(change);
      });
      return;
    }
    if (this.#held === undefined) return this.#announceNow(change);
    this.hasDropped = true;
    this.#release(joined(this.#held, change));
  }

  #release(change: Change | undefined): void {
    this.#held = undefined;
    if (change !== undefined) this.#announceNow(change);
  }

  #announceNow(change: Change): void {
    if (this.#options.skipsVersions !== true || !this.#joinPending(change)) this.#deliverLater(change);
  }

  #deliverLater(change: Change): void {
    const { kind } = change.object;
    const { now } = this.#clock;
    const due = Math.max(this.#delivered.get(kind) ?? 0, now + (this.#options.watchDelay?.(kind) ?? PROMPT));
    this.#delivered.set(kind, due);
    const life = this.#life;
    const key = pendingKey(change);
    const pending = { change: change as Change | undefined };
    if (this.#options.skipsVersions === true) this.#pending.set(key, pending);
    this.#clock.after(due - now, () => {
      if (life !== this.#life || change.object.metadata.resourceVersion <= this.#listedAt) return;
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
      if (pending.change !== undefined) this.of(kind).receive(pending.change as never);
    });
  }

  /** Takes a change together with one of the same object that has not been delivered; false: there is none. */
  #joinPending(change: Change): boolean {
    const pending = this.#pending.get(pendingKey(change));
    if (pending === undefined) return false;
    pending.change = joined(pending.change, change);
    return true;
  }
}

function pendingKey({ object }: Change): string {
  return `${object.kind} ${keyOf(object)}`;
}

/** What a cache that has seen neither change sees of both: nothing of an object that came and went. */
function joined(first: Change | undefined, second: Change): Change | undefined {
  const before = first?.previous;
  const isGone = second.type === 'DELETED';
  if (before === undefined) return isGone ? undefined : ({ ...second, type: 'ADDED', previous: undefined } as Change);
  return { ...second, type: isGone ? 'DELETED' : 'MODIFIED', previous: before } as Change;
}

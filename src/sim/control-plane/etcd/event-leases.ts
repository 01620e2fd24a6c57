import type { EventNote } from '../../api/event-note.ts';

/** kube-apiserver's `--event-ttl`. */
const EVENT_TTL_MICROS = 3_600_000_000;
/** A lease is given to the Events of so long, and to so many, and lasts so much longer. */
const REUSED_FOR_MICROS = 60_000_000;
const MOST_ATTACHED = 1_000;
/** How often etcd looks for leases that are over. */
export const LEASES_LOOKED_AT_EVERY_MICROS = 500_000;

/** A lease of etcd, and the keys that go with it: notes on the shelf, or keys of Events that clients posted. */
interface EventLease {
  readonly id: number;
  /** Microseconds. */
  expiresAt: number;
  attached: number;
  readonly notes: EventNote[];
  readonly keys: Set<string>;
}

/**
 * The leases of Events (kubernetes-behaviour.md 1.3). Every write of an Event, the first one and each that says that it
 * was seen again, attaches it to a lease of an hour; API servers use one lease for the Events of a minute. When a lease is
 * over, etcd takes away what is still attached to it, in one transaction. A new leader of etcd counts every lease from the
 * beginning.
 */
export class EventLeases {
  /** In order of their ends. */
  #leases: EventLease[] = [];
  readonly #leaseOfKey = new Map<string, number>();
  #granted = 0;
  #revoked = 0;
  /** Is told when a lease was granted: its end is to be looked at. Microseconds. */
  onGrant: ((expiresAt: number) => void) | undefined;

  get granted(): number {
    return this.#granted;
  }

  get revoked(): number {
    return this.#revoked;
  }

  attachNote(note: EventNote, now: number): void {
    const lease = this.#leaseAt(now);
    lease.notes.push(note);
    note.lease = lease.id;
  }

  attachKey(key: string, now: number): void {
    const lease = this.#leaseAt(now);
    lease.keys.add(key);
    this.#leaseOfKey.set(key, lease.id);
  }

  detachKey(key: string): void {
    this.#leaseOfKey.delete(key);
  }

  /** Takes the next lease that is over by `now` off the list. */
  takeExpired(now: number): { readonly notes: readonly EventNote[]; readonly keys: readonly string[] } | undefined {
    const lease = this.#leases[0];
    if (lease === undefined || lease.expiresAt > now) return undefined;
    this.#leases.shift();
    this.#revoked++;
    const keys = [...lease.keys].filter((key) => this.#leaseOfKey.get(key) === lease.id);
    for (const key of keys) this.#leaseOfKey.delete(key);
    return { notes: lease.notes.filter((note) => note.lease === lease.id), keys };
  }

  /** A new leader of etcd: nothing ends earlier than it would if it had been granted now. */
  promote(now: number): void {
    for (const lease of this.#leases) {
      lease.expiresAt = Math.max(lease.expiresAt, now + EVENT_TTL_MICROS + REUSED_FOR_MICROS);
      this.onGrant?.(lease.expiresAt);
    }
  }

  /** The one that was granted last, as long as it still gives an hour and has room; else a new one. */
  #leaseAt(now: number): EventLease {
    const last = this.#leases[this.#leases.length - 1];
    if (last !== undefined) {
      last.attached++;
      const left = last.expiresAt - now;
      if (left > EVENT_TTL_MICROS && left <= EVENT_TTL_MICROS + REUSED_FOR_MICROS && last.attached <= MOST_ATTACHED) {
        return last;
      }
    }
    const expiresAt = now + EVENT_TTL_MICROS + REUSED_FOR_MICROS;
    const lease: EventLease = { id: ++this.#granted, expiresAt, attached: 1, notes: [], keys: new Set() };
    this.#leases.push(lease);
    this.onGrant?.(expiresAt);
    return lease;
  }
}

import { objectKey } from '../../api/kinds.ts';
import type { Event } from '../../api/core.ts';
import { eventName, eventNamespace, eventOf, type EventNote, type EventWrite } from '../../api/event-note.ts';

/** What a write did: made the Event, said that it was seen again, or found none to say it of. */
export type Shelved = 'created' | 'repeated' | 'missing';

const FORGET_AFTER = 1_024;

/**
 * HOT. The Events that components write: notes in order of creation, so that the oldest are the first to expire. A key
 * is worked out only when somebody asks for one.
 */
export class EventShelf {
  #notes: EventNote[] = [];
  /** The revision at which the note at the same place was created; another one by now: that Event is gone. */
  #births: number[] = [];
  #expired = 0;
  #size = 0;
  readonly #byKey = new Map<string, EventNote>();
  /** How many from the front are in `#byKey`. */
  #keyed = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes a write at the time and revision of its commit. Microseconds. */
  write({ note, count, message, seenAt }: EventWrite, create: boolean, now: number, revision: number): Shelved {
    const known = note.bornAt !== 0;
    if (!known && !create) return 'missing';
    if (!known) {
      note.bornAt = revision;
      note.createdAt = now;
      this.#notes.push(note);
      this.#births.push(revision);
      this.#size++;
    }
    note.revision = revision;
    note.count = count;
    note.message = message;
    note.lastTimestamp = seenAt;
    return known ? 'repeated' : 'created';
  }

  /** Takes away what was created at or before a time. */
  expire(createdUntil: number): void {
    for (; this.#expired < this.#notes.length; this.#expired++) {
      const note = this.#at(this.#expired);
      if (note === undefined) continue;
      if (note.createdAt - (note.createdAt % 1_000_000) > createdUntil) break;
      this.#drop(note);
    }
    if (this.#expired < FORGET_AFTER || this.#expired * 2 < this.#notes.length) return;
    this.#notes = this.#notes.slice(this.#expired);
    this.#births = this.#births.slice(this.#expired);
    this.#keyed = Math.max(0, this.#keyed - this.#expired);
    this.#expired = 0;
  }

  get(key: string): Event | undefined {
    const note = this.#find(key);
    return note === undefined ? undefined : eventOf(note);
  }

  /** Takes an Event away. False, and no effect, where there is none. */
  remove(key: string): boolean {
    const note = this.#find(key);
    if (note !== undefined) this.#drop(note);
    return note !== undefined;
  }

  /** In order of creation. */
  *values(): Generator<Event> {
    for (let i = this.#expired; i < this.#notes.length; i++) {
      const note = this.#at(i);
      if (note !== undefined) yield eventOf(note);
    }
  }

  #at(index: number): EventNote | undefined {
    const note = this.#notes[index]!;
    return note.bornAt === this.#births[index] ? note : undefined;
  }

  #find(key: string): EventNote | undefined {
    for (; this.#keyed < this.#notes.length; this.#keyed++) {
      const note = this.#at(this.#keyed);
      if (note !== undefined) this.#byKey.set(keyOf(note), note);
    }
    return this.#byKey.get(key);
  }

  #drop(note: EventNote): void {
    if (this.#byKey.size > 0) this.#byKey.delete(keyOf(note));
    note.bornAt = 0;
    this.#size--;
  }
}

function keyOf(note: EventNote): string {
  return objectKey(eventNamespace(note), eventName(note));
}

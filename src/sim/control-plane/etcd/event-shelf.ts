import { objectKey } from '../../api/kinds.ts';
import type { Event } from '../../api/core.ts';
import { eventName, eventNamespace, eventOf, type EventNote, type EventWrite } from '../../api/event-note.ts';

/** What a write did: made the Event, said that it was seen again, or found none to say it of. */
export type Shelved = 'created' | 'repeated' | 'missing';

const FORGET_AFTER = 1_024;

/**
 * HOT. The Events that components write: notes in order of creation. A key is worked out only when somebody asks for one.
 */
export class EventShelf {
  #notes: EventNote[] = [];
  /** The revision at which the note at the same place was created; another one by now: that Event is gone. */
  #births: number[] = [];
  #gone = 0;
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

  /** Takes an Event away. */
  drop(note: EventNote): void {
    if (this.#byKey.size > 0) this.#byKey.delete(keyOf(note));
    note.bornAt = 0;
    note.lease = 0;
    this.#size--;
    this.#forget();
  }

  get(key: string): Event | undefined {
    const note = this.#find(key);
    return note === undefined ? undefined : eventOf(note);
  }

  /** Takes an Event away. False, and no effect, where there is none. */
  remove(key: string): boolean {
    const note = this.#find(key);
    if (note !== undefined) this.drop(note);
    return note !== undefined;
  }

  /** In order of creation. */
  *values(): Generator<Event> {
    for (let i = this.#gone; i < this.#notes.length; i++) {
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

  /** What is gone from the front need not be kept: most go in the order in which they came. */
  #forget(): void {
    while (this.#gone < this.#notes.length && this.#at(this.#gone) === undefined) this.#gone++;
    if (this.#gone < FORGET_AFTER || this.#gone * 2 < this.#notes.length) return;
    this.#notes = this.#notes.slice(this.#gone);
    this.#births = this.#births.slice(this.#gone);
    this.#keyed = Math.max(0, this.#keyed - this.#gone);
    this.#gone = 0;
  }
}

function keyOf(note: EventNote): string {
  return objectKey(eventNamespace(note), eventName(note));
}

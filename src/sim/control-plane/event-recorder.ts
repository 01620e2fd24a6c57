import type { Clockwork } from '../engine/clockwork.ts';
import { EventNote, type EventWrite } from '../api/event-note.ts';
import type { ApiObject } from '../api/kinds.ts';
import type { EventRecorder } from '../api/request.ts';

/** client-go's spam filter: 25 Events about one object from one source, then one more every five minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL_MICROS = 300_000_000;
const SPAM_CAPACITY_MICROS = SPAM_BURST * SPAM_REFILL_MICROS;
/** Events that wait for the broadcaster; more are dropped, as its channel does. */
const MOST_WAITING = 1_000;
/** Different messages of one reason within ten minutes before they are summed up in one Event. */
const AGGREGATE_AFTER = 10;
const AGGREGATE_WINDOW_MICROS = 600_000_000;
const AGGREGATED_PREFIX = '(combined from similar events): ';

/** Who writes Events, one at a time. */
export interface EventWriter {
  /**
   * The write under way has been carried out; its answer will be there at a time, in microseconds. Who has nothing more
   * to write needs no engine event to hear of it.
   */
  carriedOut(answeredAt: number, found: boolean): void;
  /** The time asked for in {@link EventSink.wakeAt} has come. */
  wake(): void;
}

/** Where Events are written to: a client of the API server, with its token bucket. */
export interface EventSink {
  /**
   * Writes a note. Without `create` an Event that is there already is updated; where there is none, nothing happens and
   * it is not found.
   */
  writeEvent(write: EventWrite, create: boolean, writer: EventWriter): void;
  wakeAt(time: number, writer: EventWriter): void;
}

interface Subject {
  /** When the spam bucket would be empty: the theoretical arrival time of the generic cell rate algorithm. */
  spamEmptyAt: number;
  newest: EventNote | undefined;
}

/**
 * Records Events for one component: sums up repetitions, drops spam, and writes one at a time through the component's
 * own client, behind whatever waits there (kubernetes-behaviour.md 2.7). Held equal to
 * `test/oracle/event-broadcaster.ts`.
 */
export class EventBroadcaster implements EventRecorder, EventWriter {
  source: string;
  readonly #engine: Clockwork;
  readonly #sink: EventSink;
  readonly #enabled: boolean;
  readonly #correlates: boolean;
  #subjects = new Map<string, Subject>();
  /** The generation before: what is not asked for while the present one fills up is forgotten with it. */
  #older: ReadonlyMap<string, Subject> = NOBODY;
  #waiting: EventWrite[] = [];
  /** The write under way, and what stands first in `#waiting` until the last answer is there. */
  #underWay: EventWrite | undefined;
  #isBusy = false;
  #answeredAt = 0;

  /**
   * @param correlates sums up and drops spam, as recorders of core Events do; the scheduler's, of `events.k8s.io`, only
   *   counts repetitions (recorded)
   */
  constructor(engine: Clockwork, sink: EventSink, source: string, enabled: boolean, correlates = true) {
    this.#engine = engine;
    this.#sink = sink;
    this.source = source;
    this.#enabled = enabled;
    this.#correlates = correlates;
  }

  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#enabled || this.#waiting.length >= MOST_WAITING) return;
    const now = this.#engine.now;
    const subject = this.#subject(about.metadata.uid);
    if (this.#correlates && !takeSpamToken(subject, now)) return;
    const note = this.#noteOf(subject, about, type, reason, message, now);
    note.lastSeenAt = now;
    const text = note.isSummary ? AGGREGATED_PREFIX + message : message;
    const write: EventWrite = { note, count: ++note.seen, message: text, seenAt: now };
    if (this.#isBusy) this.#waiting.push(write);
    else if (now < this.#answeredAt) {
      this.#isBusy = true;
      this.#waiting.push(write);
      this.#sink.wakeAt(this.#answeredAt, this);
    } else this.#send(write);
  }

  carriedOut(answeredAt: number, found: boolean): void {
    this.#answeredAt = answeredAt;
    if (found) this.#underWay = undefined;
    if (found && this.#waiting.length === 0) this.#isBusy = false;
    else this.#sink.wakeAt(answeredAt, this);
  }

  wake(): void {
    // A repetition patches the Event that stands for it; where that one has expired a new one is created.
    if (this.#underWay !== undefined) this.#sink.writeEvent(this.#underWay, true, this);
    else this.#send(this.#waiting.shift()!);
  }

  #send(write: EventWrite): void {
    this.#isBusy = true;
    this.#underWay = write;
    this.#sink.writeEvent(write, write.count === 1, this);
  }

  #subject(uid: string): Subject {
    let subject = this.#subjects.get(uid);
    if (subject === undefined) {
      subject = this.#older.get(uid) ?? { spamEmptyAt: -SPAM_CAPACITY_MICROS, newest: undefined };
      if (this.#subjects.size >= CACHE_SIZE) {
        this.#older = this.#subjects;
        this.#subjects = new Map();
      }
      this.#subjects.set(uid, subject);
    }
    return subject;
  }

  /** The note that stands for this message: its own, or after many different ones the one that sums them up. */
  #noteOf(
    subject: Subject,
    about: ApiObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    now: number,
  ): EventNote {
    let similar = 0;
    let summary: EventNote | undefined;
    for (let one = subject.newest; one !== undefined; one = one.older) {
      if (one.reason !== reason || one.type !== type) continue;
      if (!one.isSummary && one.message === message) return one;
      if (now - one.lastSeenAt > AGGREGATE_WINDOW_MICROS) continue;
      similar++;
      if (one.isSummary) summary ??= one;
    }
    if (summary !== undefined) return summary;
    const isSummary = this.#correlates && similar + 1 >= AGGREGATE_AFTER;
    const note = new EventNote(about, type, reason, message, this.source, isSummary, now, subject.newest);
    subject.newest = note;
    return note;
  }
}

/** client-go's LRU caches hold this many entries; ours at least as many, and at most twice as many. */
const CACHE_SIZE = 4_096;
const NOBODY: ReadonlyMap<string, Subject> = new Map();

function takeSpamToken(subject: Subject, now: number): boolean {
  const emptyAt = Math.max(subject.spamEmptyAt, now - SPAM_CAPACITY_MICROS) + SPAM_REFILL_MICROS;
  if (emptyAt > now) return false;
  subject.spamEmptyAt = emptyAt;
  return true;
}

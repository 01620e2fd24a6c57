import type { Engine } from '../../src/sim/engine/engine.ts';
import { NO_LABELS, type ObjectMeta } from '../../src/sim/api/meta.ts';
import { keyOf, type ApiObject, type Kinds } from '../../src/sim/api/kinds.ts';
import type { Client, EventRecorder } from '../../src/sim/api/request.ts';
import { wholeSecond } from '../../src/sim/control-plane/api-server/outcome.ts';

type Event = Kinds['Event'];

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

/** What one message about an object has come to. */
interface Sighting {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** `undefined` stands for all further messages of this reason, summed up. */
  readonly message: string | undefined;
  readonly name: string;
  readonly firstTimestamp: number;
  lastSeen: number;
  count: number;
}

interface Subject {
  /** When the spam bucket would be empty: the theoretical arrival time of the generic cell rate algorithm. */
  spamEmptyAt: number;
  readonly sightings: Sighting[];
}

/**
 * The slow and obvious recorder of Events: every Event is an API object from the start, created and patched through an
 * ordinary client, whose every answer is awaited.
 */
export class PlainEventBroadcaster implements EventRecorder {
  source: string;
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #enabled: boolean;
  readonly #subjects = new Map<string, Subject>();
  readonly #waiting: (() => Event)[] = [];
  #sending = false;
  #minted = 0;

  constructor(engine: Engine, client: Client, source: string, enabled: boolean) {
    this.#engine = engine;
    this.#client = client;
    this.source = source;
    this.#enabled = enabled;
  }

  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#enabled || this.#waiting.length >= MOST_WAITING) return;
    const now = this.#engine.now;
    const subject = this.#subject(about.metadata.uid);
    if (!takeSpamToken(subject, now)) return;
    const sighting = this.#sighting(subject, about.metadata.name, type, reason, message, now);
    const count = ++sighting.count;
    sighting.lastSeen = now;
    const text = sighting.message ?? AGGREGATED_PREFIX + message;
    this.#waiting.push(() => this.#event(about, sighting, type, reason, text, count, now));
    if (!this.#sending) this.#sendNext();
  }

  #subject(uid: string): Subject {
    let subject = this.#subjects.get(uid);
    if (subject === undefined) {
      if (this.#subjects.size >= CACHE_SIZE) forgetOldest(this.#subjects);
      subject = { spamEmptyAt: -SPAM_CAPACITY_MICROS, sightings: [] };
      this.#subjects.set(uid, subject);
    }
    return subject;
  }

  /** The Event that stands for this message: its own, or after many different ones the one that sums them up. */
  #sighting(
    subject: Subject,
    objectName: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    now: number,
  ): Sighting {
    let similar = 0;
    let summary: Sighting | undefined;
    for (const one of subject.sightings) {
      if (one.reason !== reason || one.type !== type) continue;
      if (one.message === message) return one;
      if (now - one.lastSeen > AGGREGATE_WINDOW_MICROS) continue;
      similar++;
      if (one.message === undefined) summary = one;
    }
    if (summary !== undefined) return summary;
    const sighting: Sighting = {
      type,
      reason,
      message: similar + 1 < AGGREGATE_AFTER ? message : undefined,
      name: `${objectName}.${(++this.#minted).toString(16)}`,
      firstTimestamp: now,
      lastSeen: now,
      count: 0,
    };
    subject.sightings.push(sighting);
    return sighting;
  }

  #event(
    about: ApiObject,
    sighting: Sighting,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    count: number,
    now: number,
  ): Event {
    const metadata: ObjectMeta = {
      name: sighting.name,
      namespace: about.metadata.namespace === '' ? 'default' : about.metadata.namespace,
      uid: '',
      resourceVersion: 0,
      generation: 0,
      creationTimestamp: 0,
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: NOTHING,
      finalizers: NOTHING,
    };
    return {
      kind: 'Event',
      metadata,
      involvedObject: {
        kind: about.kind,
        namespace: about.metadata.namespace,
        name: about.metadata.name,
        uid: about.metadata.uid,
      },
      type,
      reason,
      message,
      source: this.source,
      count,
      firstTimestamp: wholeSecond(sighting.firstTimestamp),
      lastTimestamp: wholeSecond(now),
    };
  }

  #sendNext(): void {
    const next = this.#waiting.shift();
    this.#sending = next !== undefined;
    if (next === undefined) return;
    const object = next();
    if (object.count === 1) this.#client.send({ verb: 'create', object }, () => this.#sendNext());
    else this.#sendAgain(object);
  }

  /** A repetition patches the Event that stands for it; where that one has expired a new one is created. */
  #sendAgain(object: Event): void {
    const { count, lastTimestamp, message } = object;
    const patch = { count, lastTimestamp, message };
    this.#client.send({ verb: 'patch', kind: 'Event', key: keyOf(object), patch }, (response) => {
      if (response.ok || response.reason !== 'NotFound') this.#sendNext();
      else this.#client.send({ verb: 'create', object }, () => this.#sendNext());
    });
  }
}

/** client-go's LRU caches hold this many entries; ours forget the oldest. */
const CACHE_SIZE = 4_096;
const NOTHING: readonly never[] = Object.freeze([]);

function takeSpamToken(subject: Subject, now: number): boolean {
  const emptyAt = Math.max(subject.spamEmptyAt, now - SPAM_CAPACITY_MICROS) + SPAM_REFILL_MICROS;
  if (emptyAt > now) return false;
  subject.spamEmptyAt = emptyAt;
  return true;
}

function forgetOldest(cache: Map<string, unknown>): void {
  for (const key of cache.keys()) {
    cache.delete(key);
    return;
  }
}

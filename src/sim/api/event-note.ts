import { NO_LABELS } from './meta.ts';
import { wireKind } from './custom-object.ts';
import type { ApiObject, Kind } from './kinds.ts';
import type { Event } from './core.ts';

const MICROS_PER_SECOND = 1_000_000;
const NOTHING: readonly never[] = Object.freeze([]);
const EMPTY = 0;

/**
 * HOT. An Event as its writer remembers it and as the store keeps it: one small record for all that one message about
 * one object has come to. A pod has half a dozen of them, written by components and read by hardly anybody, so the API
 * object is made only when somebody asks ({@link eventOf}). Guarded by `bench/memory.ts`.
 */
export class EventNote {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** The component it comes from. */
  readonly source: string;
  /** Of the latest write. */
  message: string;
  /** Stands for many different messages of one reason. */
  readonly isSummary: boolean;
  /** Microseconds, as the next three times. */
  readonly firstSeenAt: number;

  /** The writer's memory: what it has seen, whether it is written yet or not. */
  lastSeenAt: number;
  seen = 0;
  /** The note about the same object that the same component made before this one. */
  readonly older: EventNote | undefined;

  /** In the store: the revision at which the Event was created, by which it is named; 0: there is none. */
  bornAt = EMPTY;
  createdAt = 0;
  /** By whose end it goes; 0: none. */
  lease = 0;
  revision = 0;
  count = 0;
  lastTimestamp = 0;

  constructor(
    about: ApiObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    source: string,
    isSummary: boolean,
    now: number,
    older: EventNote | undefined,
  ) {
    const { namespace, name, uid } = about.metadata;
    this.kind = wireKind(about.kind) as Kind;
    this.namespace = namespace;
    this.name = name;
    this.uid = uid;
    this.type = type;
    this.reason = reason;
    this.message = message;
    this.source = source;
    this.isSummary = isSummary;
    this.firstSeenAt = now;
    this.lastSeenAt = now;
    this.older = older;
  }
}

/** One write of a note: its first one creates the Event, the others say how often and when it was seen. */
export interface EventWrite {
  readonly note: EventNote;
  readonly count: number;
  readonly message: string;
  /** Microseconds. */
  readonly seenAt: number;
}

/** The namespace of the Event itself: that of its object, or `default`. */
export function eventNamespace(note: EventNote): string {
  return note.namespace === '' ? 'default' : note.namespace;
}

/** The Event's name: its object's, and what makes it unique. */
export function eventName(note: EventNote): string {
  return `${note.name}.${note.bornAt.toString(16)}`;
}

/** The API object a stored note stands for. */
export function eventOf(note: EventNote): Event {
  const { kind, namespace, name, uid, type, reason, message, source, count } = note;
  return {
    kind: 'Event',
    metadata: {
      name: eventName(note),
      namespace: eventNamespace(note),
      uid: uidOf(note.bornAt),
      resourceVersion: note.revision,
      generation: 1,
      creationTimestamp: wholeSecond(note.createdAt),
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: NOTHING,
      finalizers: NOTHING,
    },
    involvedObject: { kind, namespace, name, uid },
    type,
    reason,
    message,
    source,
    count,
    firstTimestamp: wholeSecond(note.firstSeenAt),
    lastTimestamp: wholeSecond(note.lastTimestamp),
  };
}

/** A uid that no other object has: other uids have an `a` where this has a `b`. */
function uidOf(revision: number): string {
  const digits = revision.toString(16).padStart(12, '0');
  const mixed = (Math.imul(revision, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `${mixed}-${mixed.slice(0, 4)}-4${mixed.slice(5)}-b${mixed.slice(0, 3)}-${digits}`;
}

/** API timestamps have a resolution of one second. */
function wholeSecond(micros: number): number {
  return micros - (micros % MICROS_PER_SECOND);
}

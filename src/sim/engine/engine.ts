import { assert } from './assert.ts';
import { EventQueue } from './event-queue.ts';
import { Fingerprint } from './fingerprint.ts';
import { KeyedDraws, Stream } from './streams.ts';
import { formatDuration } from './time.ts';

declare const eventKind: unique symbol;
/** What an event is: an index into the table of handlers, given by {@link Engine.on}. */
export type EventKind = number & { readonly [eventKind]: true };

/** A pending event's name for {@link Engine.cancel}: slot and generation in one safe integer. */
export type EventHandle = number;

/** `a` and `b` are 32-bit integers, `ref` whatever was scheduled. */
export type EventHandler = (a: number, b: number, ref: unknown) => void;

/**
 * Why a run stopped: the time limit was reached; the number of events; nothing but background work is pending;
 * {@link Engine.stop} was called.
 */
export type StopReason = 'until' | 'events' | 'quiescent' | 'stopped';

export interface EngineOptions {
  readonly seed?: string;
  /** More events than this at one instant are a livelock. */
  readonly livelockLimit?: number;
}

const DEFAULT_LIVELOCK_LIMIT = 1_000_000;
/** A kind shares a 32-bit word of the fingerprint with the high 21 bits of a time; the two highest mark draws. */
const MOST_KINDS = 2046;
const TWO_TO_32 = 4_294_967_296;

/** Too many events at one instant: time does not get on. */
export class LivelockError extends Error {
  override readonly name = 'LivelockError';
}

/** HOT. The clock and its events. It has never heard of Kubernetes. */
export class Engine {
  readonly fingerprint = new Fingerprint();
  readonly seed: string;

  private readonly livelockLimit: number;
  private readonly queue = new EventQueue();
  private readonly handlers: EventHandler[] = [];
  private readonly names: string[] = [];
  private readonly background: boolean[] = [];
  private readonly streams = new Map<string, Stream>();
  private readonly keyedDraws = new Map<string, KeyedDraws>();

  private clock = 0;
  private dispatchedCount = 0;
  private foregroundPending = 0;
  private lastForeground = 0;
  private instantCount = 0;
  private running = false;
  private stopping = false;

  constructor(options: EngineOptions = {}) {
    this.seed = options.seed ?? '0';
    this.livelockLimit = options.livelockLimit ?? DEFAULT_LIVELOCK_LIMIT;
  }

  /** The simulated time in microseconds. */
  get now(): number {
    return this.clock;
  }

  /** How many events are pending, background work included. */
  get pending(): number {
    return this.queue.size;
  }

  /** How many events were dispatched since the beginning. */
  get dispatched(): number {
    return this.dispatchedCount;
  }

  /** When the last foreground event was dispatched; 0 before the first. */
  get lastForegroundAt(): number {
    return this.lastForeground;
  }

  /**
   * Registers what happens at events of a new kind, and returns the kind. Background work is periodic: it goes on as
   * long as anything else is pending and does not keep the run alive.
   */
  on(name: string, handler: EventHandler, options: { readonly background?: boolean } = {}): EventKind {
    assert(!this.names.includes(name), `two event kinds are named ${name}`);
    assert(this.names.length < MOST_KINDS, `more than ${MOST_KINDS} event kinds`);
    this.names.push(name);
    this.handlers.push(handler);
    this.background.push(options.background === true);
    return (this.names.length - 1) as EventKind;
  }

  /**
   * Schedules an event at a time, after those already scheduled for the same time. `a` and `b` are 32-bit integers:
   * enough for handles and counts; what is larger belongs into `ref` or the owner's own columns.
   *
   * @throws AssertionError for a time that is past or no safe integer, and for operands that are no 32-bit integers
   */
  at(time: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    if (!(time >= this.clock && Number.isSafeInteger(time)) || a !== (a | 0) || b !== (b | 0)) {
      this.refuse(time, kind, a, b);
    }
    if (!this.background[kind]) this.foregroundPending++;
    return this.queue.push(time, kind, a, b, ref);
  }

  /** Schedules an event after a delay. See {@link at}. */
  after(delay: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    return this.at(this.clock + delay, kind, a, b, ref);
  }

  /** Takes a pending event back. False, and no effect, where it already fired or was cancelled. */
  cancel(handle: EventHandle): boolean {
    const kind = this.queue.cancel(handle);
    if (kind < 0) return false;
    if (!this.background[kind]) this.foregroundPending--;
    return true;
  }

  /**
   * Dispatches events in order of (time, order of scheduling) until a limit is reached; may be called again to go on.
   * Events at `until` itself are still dispatched, and the clock then stands at `until`. `maxEvents` counts from this
   * call. What a handler throws comes out of here.
   *
   * @throws LivelockError when too many events happen at one instant
   */
  run(limits: { readonly until?: number; readonly maxEvents?: number } = {}): StopReason {
    assert(!this.running, 'run inside run');
    const until = limits.until ?? Infinity;
    const lastEvent = this.dispatchedCount + (limits.maxEvents ?? Infinity);
    this.running = true;
    this.stopping = false;
    try {
      for (;;) {
        if (this.foregroundPending === 0) return 'quiescent';
        if (this.queue.nextTime > until) {
          if (until > this.clock) this.clock = until;
          return 'until';
        }
        if (this.dispatchedCount >= lastEvent) return 'events';
        this.dispatch();
        if (this.stopping) return 'stopped';
      }
    } finally {
      this.running = false;
    }
  }

  /** Ends the present run after the event that is being dispatched. */
  stop(): void {
    this.stopping = true;
  }

  /** The random stream of a name; the same object at every call. */
  stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new Stream(this.seed, name, this.streams.size, this.fingerprint);
      this.streams.set(name, stream);
    }
    return stream;
  }

  /** The keyed draws of a name; the same object at every call. */
  keyed(name: string): KeyedDraws {
    let draws = this.keyedDraws.get(name);
    if (draws === undefined) {
      draws = new KeyedDraws(this.seed, name, this.keyedDraws.size, this.fingerprint);
      this.keyedDraws.set(name, draws);
    }
    return draws;
  }

  private dispatch(): void {
    const queue = this.queue;
    queue.pop();
    const { time, kind, a, b, ref } = queue;
    if (time !== this.clock) {
      this.clock = time;
      this.instantCount = 0;
    }
    this.dispatchedCount++;
    if (++this.instantCount > this.livelockLimit) {
      throw new LivelockError(
        `livelock at ${formatDuration(time)}: more than ${this.livelockLimit} events at this instant, ` +
          `event ${this.dispatchedCount} is ${this.names[kind]}`,
      );
    }
    if (!this.background[kind]) {
      this.foregroundPending--;
      this.lastForeground = time;
    }
    this.fingerprint.mix(time, (time / TWO_TO_32) | (kind << 21), a, b);
    this.handlers[kind]!(a, b, ref);
  }

  private refuse(time: number, kind: EventKind, a: number, b: number): never {
    const name = this.names[kind] ?? String(kind);
    assert(Number.isSafeInteger(time), `event ${name}: time ${time} is not a safe integer`);
    assert(time >= this.clock, `event ${name}: time ${time} is before now, ${this.clock}`);
    assert(false, `event ${name}: operands ${a}, ${b} are not both 32-bit integers`);
  }
}

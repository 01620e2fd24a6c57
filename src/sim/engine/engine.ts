import { assert, AssertionError } from './assert.ts';
import { Checkpoints, type Checkpoint, type History } from './checkpoints.ts';
import { EventQueue } from './event-queue.ts';
import { Fingerprint } from './fingerprint.ts';
import { LivelockError } from './livelock.ts';
import { KeyedDraws, Stream } from './streams.ts';
import type { TraceRow } from './trace.ts';

declare const eventKind: unique symbol;
/** What an event is: an index into the table of handlers, given by {@link Engine.on}. */
export type EventKind = number & { readonly [eventKind]: true };

/** A pending event's name for {@link Engine.cancel}: slot and generation in one safe integer. */
export type EventHandle = number;

/** `a` and `b` are the 32-bit integers and `ref` the value the event was scheduled with. */
export type EventHandler = (a: number, b: number, ref: unknown) => void;

/**
 * Why a run stopped: the time limit was reached; the number of events was; nothing but background work is pending;
 * {@link Engine.stop} was called.
 */
export type StopReason = 'until' | 'events' | 'quiescent' | 'stopped';

export interface RunLimits {
  /** A time in microseconds; absent: no limit. */
  readonly until?: number | undefined;
  /** A number of events, counted from this call; absent: no limit. */
  readonly maxEvents?: number | undefined;
}

export interface EngineOptions {
  /** Seeds every stream. Default '0'. */
  readonly seed?: string;
  /** More events than this at one instant are a livelock. Default 1,000,000. */
  readonly livelockLimit?: number;
  /** Events between two checkpoints at first; it doubles as the run grows. Default 65,536. */
  readonly checkpointInterval?: number;
}

/** A kind shares a 32-bit word of the fingerprint with the high 21 bits of a time; the two highest mark draws. */
const MOST_KINDS = 2046;
const TWO_TO_32 = 4_294_967_296;
/** How many of the last events of a livelock are looked at for a cycle. */
const CYCLE_WINDOW = 512;

/**
 * HOT. The clock, its events and its randomness. It has never heard of Kubernetes.
 *
 * Invariants: time never goes back; events at one time are dispatched in the order in which they were scheduled; every
 * event is dispatched once, or cancelled once, or pending. Guarded by `bench/event-queue.bench.ts` and
 * `bench/queueing.bench.ts`.
 */
export class Engine {
  readonly seed: string;
  readonly fingerprint = new Fingerprint();

  private readonly queue = new EventQueue();
  private readonly handlers: EventHandler[] = [];
  private readonly names: string[] = [];
  /** By kind: 1 for foreground, 0 for background. */
  private readonly foreground = new Uint8Array(MOST_KINDS);

  private readonly streams = new Map<string, Stream>();
  private readonly keyedDraws = new Map<string, KeyedDraws>();

  private readonly checkpoints: Checkpoints;
  private readonly livelockLimit: number;
  private readonly suspicionAt: number;
  private suspects: string[] = [];

  private traceFrom = Infinity;
  private traceTo = Infinity;
  private trace: TraceRow[] = [];

  private clock = 0;
  private dispatchedCount = 0;
  /** Before the event after this many, something besides dispatching is to be done. */
  private nextStop: number;
  /** After how many events the clock last moved on without one, and from when. */
  private waitedAfter = -1;
  private waitedFrom = 0;
  private foregroundPending = 0;
  private lastForeground = 0;
  private instantCount = 0;
  private running = false;
  private stopping = false;

  constructor(options: EngineOptions = {}) {
    this.seed = options.seed ?? '0';
    this.livelockLimit = options.livelockLimit ?? 1_000_000;
    this.suspicionAt = Math.max(0, this.livelockLimit - CYCLE_WINDOW);
    this.checkpoints = new Checkpoints(options.checkpointInterval ?? 65_536);
    this.nextStop = this.checkpoints.due;
  }

  /** The simulated time in microseconds. */
  get now(): number {
    return this.clock;
  }

  /** How many events are pending, background work included. */
  get pending(): number {
    return this.queue.size;
  }

  /** How many events were dispatched since the beginning: within a handler, the number of its event. */
  get dispatched(): number {
    return this.dispatchedCount;
  }

  /** When the last foreground event was dispatched; 0 before the first. */
  get lastForegroundAt(): number {
    return this.lastForeground;
  }

  /**
   * Registers what happens at events of a new kind, and returns the kind. Background work is what goes on for ever,
   * such as periodic checks: it does not keep a run from being quiescent.
   */
  on(name: string, handler: EventHandler, options: { readonly background?: boolean } = {}): EventKind {
    const kind = this.names.length;
    assert(!this.names.includes(name), `two kinds of event are named ${name}`);
    assert(kind < MOST_KINDS, `more than ${MOST_KINDS} kinds of event`);
    this.names.push(name);
    this.handlers.push(handler);
    this.foreground[kind] = options.background === true ? 0 : 1;
    return kind as EventKind;
  }

  /** The name under which a kind was registered. */
  nameOf(kind: EventKind): string {
    return this.names[kind]!;
  }

  /**
   * Schedules an event at a time, after those already scheduled for the same time. `a` and `b` are 32-bit integers:
   * enough for handles and counts; what is larger belongs into `ref` or into the owner's own columns.
   *
   * @throws AssertionError for a time that is past or no safe integer, and for operands that are no 32-bit integers
   */
  at(time: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    if (!(time >= this.clock && Number.isSafeInteger(time)) || a !== (a | 0) || b !== (b | 0)) {
      this.refuse(time, kind, a, b);
    }
    this.foregroundPending += this.foreground[kind]!;
    return this.queue.push(time, kind, a, b, ref);
  }

  /** Schedules an event after a delay in microseconds. See {@link at}. */
  after(delay: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    return this.at(this.clock + delay, kind, a, b, ref);
  }

  /** Takes a pending event back. False, and no effect, where it already fired or was cancelled. */
  cancel(handle: EventHandle): boolean {
    const kind = this.queue.cancel(handle);
    if (kind < 0) return false;
    this.foregroundPending -= this.foreground[kind]!;
    return true;
  }

  /**
   * Dispatches events in order of (time, order of scheduling) until a limit is reached; may be called again to go on.
   * Events at `until` itself are still dispatched, and the clock then stands at `until`; at any other end it stands at
   * the last event. What a handler throws comes out of here.
   *
   * @throws LivelockError when more events than the limit happen at one instant
   */
  run(limits: RunLimits = {}): StopReason {
    const until = limits.until ?? Infinity;
    const lastEvent = this.dispatchedCount + (limits.maxEvents ?? Infinity);
    assert(!this.running, 'run inside run');
    assert(until === Infinity || Number.isSafeInteger(until), `run until ${until}: not a whole number of microseconds`);
    assert(lastEvent >= this.dispatchedCount, `run for ${limits.maxEvents} events`);
    const queue = this.queue;
    this.running = true;
    this.stopping = false;
    try {
      for (;;) {
        if (this.foregroundPending === 0) return 'quiescent';
        const time = queue.nextTime();
        if (time > until) {
          if (until > this.clock) this.waitUntil(until);
          return 'until';
        }
        if (this.dispatchedCount >= lastEvent) return 'events';
        queue.pop();
        this.dispatch(time, queue.kind, queue.a, queue.b, queue.ref);
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

  /** The random stream of a name, such as `kubelet/image-pull`; the same object at every call. */
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

  /** What is needed to find out where this run differs from another. */
  history(): History {
    return { ...this.checkpoint(), checkpoints: this.checkpoints.list };
  }

  /**
   * Records the events with the numbers `from` to `to`, both included, into the list that is returned. To be called
   * before the first of them; a new window replaces the one before.
   */
  traceWindow(from: number, to: number): readonly TraceRow[] {
    assert(from > this.dispatchedCount, `event ${from} is past, ${this.dispatchedCount} were dispatched`);
    assert(from <= to, `trace window from ${from} to ${to}`);
    this.trace = [];
    this.traceFrom = from;
    this.traceTo = to;
    this.nextStop = Math.min(this.nextStop, from - 1);
    return this.trace;
  }

  private dispatch(time: number, kind: number, a: number, b: number, ref: unknown): void {
    if (this.dispatchedCount === this.nextStop) {
      this.passStop();
      this.traceEvent(time, kind, a, b);
    }
    if (time !== this.clock) {
      this.clock = time;
      this.instantCount = 0;
    }
    this.dispatchedCount++;
    if (++this.instantCount > this.suspicionAt) this.suspect(kind);
    if (this.foreground[kind] === 1) {
      this.foregroundPending--;
      this.lastForeground = time;
    }
    this.fingerprint.mix(time, (time / TWO_TO_32) | (kind << 21), a, b);
    this.handlers[kind]!(a, b, ref);
  }

  /** Moves the clock without an event. */
  private waitUntil(time: number): void {
    if (this.waitedAfter !== this.dispatchedCount) {
      this.waitedAfter = this.dispatchedCount;
      this.waitedFrom = this.clock;
    }
    this.clock = time;
    this.instantCount = 0;
  }

  /** Keeps the checkpoint that is due, and says when to stop next. */
  private passStop(): void {
    const count = this.dispatchedCount;
    if (count === this.checkpoints.due) this.checkpoints.add(this.checkpoint());
    const nextTraced =
      count + 1 < this.traceFrom ? this.traceFrom - 1 : count + 1 < this.traceTo ? count + 1 : Infinity;
    this.nextStop = Math.min(this.checkpoints.due, nextTraced);
  }

  private traceEvent(time: number, kind: number, a: number, b: number): void {
    const number = this.dispatchedCount + 1;
    if (number < this.traceFrom || number > this.traceTo) return;
    this.trace.push({ number, time, kind: this.names[kind]!, a, b, before: this.fingerprint.toString() });
  }

  private checkpoint(): Checkpoint {
    const time = this.waitedAfter === this.dispatchedCount ? this.waitedFrom : this.clock;
    return { events: this.dispatchedCount, time, fingerprint: this.fingerprint.toString() };
  }

  private suspect(kind: number): void {
    if (this.instantCount === this.suspicionAt + 1) this.suspects = [];
    if (this.instantCount > this.livelockLimit) {
      throw new LivelockError(this.clock, this.dispatchedCount, this.livelockLimit, this.suspects);
    }
    this.suspects.push(this.names[kind]!);
  }

  private refuse(time: number, kind: number, a: number, b: number): never {
    const name = this.names[kind] ?? String(kind);
    assert(Number.isSafeInteger(time), `event ${name}: time ${time} is not a safe integer`);
    assert(time >= this.clock, `event ${name}: time ${time} is before now, ${this.clock}`);
    throw new AssertionError(`event ${name}: operands ${a} and ${b} are not both 32-bit integers`);
  }
}

import { Fingerprint } from '../../src/sim/engine/fingerprint.ts';
import { sampler } from '../../src/sim/engine/samplers.ts';
import { Stream } from '../../src/sim/engine/streams.ts';

/**
 * The hold model: a fixed number of events is pending; each that fires schedules its successor. All random numbers are
 * drawn beforehand, so that only the queue is measured.
 */
export interface HoldModel {
  readonly pending: number;
  /** The first `timers` of the events are timers: long, and cancelled at times. */
  readonly timers: number;
  /** Delays of events and of timers, used in turn. */
  readonly delays: Float64Array;
  readonly timerDelays: Float64Array;
  /** In turn: the timer that a firing event puts off, or -1. */
  readonly putsOff: Int32Array;
}

/** How many numbers each table has: a power of two. */
export const TABLE = 65_536;

const SECOND = 1_000_000;

/** Delays are exponential with a mean of 10 s. */
export function exponentialHold(pending: number): HoldModel {
  return { pending, timers: 0, delays: exponential('delays', 10 * SECOND), ...WITHOUT_TIMERS };
}

/** Nine of ten delays have a mean of 10 ms, one of ten a mean of 10 s. */
export function bimodalHold(pending: number): HoldModel {
  const short = exponential('short', SECOND / 100);
  const long = exponential('long', 10 * SECOND);
  const choice = new Stream('bench', 'choice', 0, new Fingerprint());
  return {
    pending,
    timers: 0,
    delays: short.map((delay, i) => (choice.below(10) === 0 ? long[i]! : delay)),
    ...WITHOUT_TIMERS,
  };
}

/**
 * A tenth of the events are timers with a mean of 10 s, the others have a mean of 10 ms. Three of seven that fire put a
 * timer off: so 30 % of all that is scheduled is cancelled.
 */
export function cancellingHold(pending: number): HoldModel {
  const timers = Math.ceil(pending / 10);
  const choice = new Stream('bench', 'put off', 0, new Fingerprint());
  return {
    pending,
    timers,
    delays: exponential('short', SECOND / 100),
    timerDelays: exponential('long', 10 * SECOND),
    putsOff: Int32Array.from({ length: TABLE }, () => (choice.below(7) < 3 ? choice.below(timers) : -1)),
  };
}

const WITHOUT_TIMERS = { timerDelays: new Float64Array(TABLE), putsOff: new Int32Array(TABLE).fill(-1) };

function exponential(name: string, mean: number): Float64Array {
  const stream = new Stream('bench', name, 0, new Fingerprint());
  const sample = sampler({ kind: 'exponential', mean });
  return Float64Array.from({ length: TABLE }, () => sample(stream));
}

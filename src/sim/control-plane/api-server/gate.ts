import type { EventHandle } from '../../engine/engine.ts';
import type { FlowControl } from './flow-control/flow-control.ts';
import { DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS, seatLimits } from './flow-control/priority-level.ts';

/**
 * So many requests of a level under way need not be looked at: they find their seats whatever others have borrowed. A
 * request of one seat holds it, counted from its arrival, at most twice as long as it is under way, and may take two.
 */
export const SURE_OF_A_SEAT = Int32Array.from(
  seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS),
  ({ lower }, i) => (DEFAULT_PRIORITY_LEVELS[i]!.exempt ? 0x7fffffff : Math.floor(lower / 4)),
);

/** HOT. What one API server, in one of its lives, has under way. */
export class Gate {
  /** Requests that were sent and are not carried out, by priority level. */
  readonly underWay = new Int32Array(SURE_OF_A_SEAT.length);
  /** Too many for all to be sure of their seats: each is put to `flow`. */
  isWatched = false;
  flow: FlowControl | undefined;
  /** When somebody who waits has to be looked after, and the event of it. */
  lookAt = Infinity;
  look: EventHandle = 0;
}

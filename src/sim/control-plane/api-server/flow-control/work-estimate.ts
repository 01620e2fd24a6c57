import type { PriorityLevel, SeatLimits } from './priority-level.ts';

/** How much of the server a request takes, estimated before it runs. */
export interface WorkEstimate {
  readonly initialSeats: number;
  /** Held after the call, while its change goes out to watchers. */
  readonly finalSeats: number;
  readonly finalMicros: number;
}

/** A list, or a watch that begins with what is there. */
export interface ListWork {
  /** How many objects of the resource there are, selected or not. */
  readonly objects: number;
  /** On average, as they are stored. */
  readonly objectBytes: number;
  /** Absent or 0: none. */
  readonly limit?: number | undefined;
  /** It names the one object it is about. */
  readonly byName?: boolean;
  /** The watch cache answers, and not etcd. */
  readonly fromCache: boolean;
  readonly selects?: boolean;
}

const BYTES_A_SEAT = 100_000;
/** A list from the cache is written out piece by piece: more than this is not held at once. */
const MOST_BYTES_FROM_CACHE = 1_000_000;
const MOST_SEATS = 100;
/** No request may take more of its level's nominal limit than this. */
const MOST_PERCENT = 15;

const WATCHERS_A_SEAT = 10;
const MOST_SEATS_OF_A_WRITE = 10;
const MICROS_A_FAN_OUT = 5_000;

/** What no request of a level may exceed: or one alone would shut out the rest, or not fit into what a flow may use. */
export function mostSeats(level: PriorityLevel, limits: SeatLimits): number {
  const share = Math.ceil((limits.nominal * MOST_PERCENT) / 100);
  const ofHand = level.queuing === undefined ? MOST_SEATS : Math.floor(limits.nominal / level.queuing.handSize);
  return Math.max(1, Math.min(MOST_SEATS, share, ofHand));
}

/** Seats by the bytes that are loaded. Recorded: a limit counts even where the cache does not heed it. */
export function listSeats({ objects, objectBytes, limit, byName, fromCache, selects }: ListWork, most: number): number {
  if (byName === true) return 1;
  const asked = limit === undefined || limit === 0 ? objects : Math.min(limit, objects);
  // A page of what is selected may take a walk through much more.
  const loaded = !fromCache && selects === true ? Math.max(asked, objects / 2) : asked;
  const bytes = loaded * objectBytes;
  const held = fromCache ? Math.min(bytes, MOST_BYTES_FROM_CACHE) : bytes;
  return Math.max(1, Math.min(most, Math.ceil(held / BYTES_A_SEAT)));
}

/** @param watchers how many watch what is written */
export function writeEstimate(watchers: number, most: number): WorkEstimate {
  const fanOut = Math.ceil(watchers / WATCHERS_A_SEAT);
  if (fanOut === 0) return { initialSeats: 1, finalSeats: 0, finalMicros: 0 };
  const finalSeats = Math.min(fanOut, MOST_SEATS_OF_A_WRITE, most);
  return { initialSeats: 1, finalSeats, finalMicros: Math.ceil((fanOut * MICROS_A_FAN_OUT) / finalSeats) };
}

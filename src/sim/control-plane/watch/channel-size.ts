import type { Kind } from '../../api/kinds.ts';

/** How much of history a watcher's channels are to hold, and the least and most that they do. */
const HISTORY_SECONDS = 75;
const SMALLEST_CHANNEL = 10;
const LARGEST_CHANNEL = 100;
const LARGEST_CHANNEL_WITH_INDEX = 1_000;
/** Kinds whose watchers are found by a field: pods by their nodes. */
const INDEXED: ReadonlySet<Kind> = new Set<Kind>(['Pod']);

/** How many events each of the two channels of a watch holds, by how many the watch cache of the kind holds at present. */
export function channelSize(kind: Kind, capacity: number): number {
  const largest = INDEXED.has(kind) ? LARGEST_CHANNEL_WITH_INDEX : LARGEST_CHANNEL;
  return Math.max(SMALLEST_CHANNEL, Math.min(largest, Math.ceil(capacity / HISTORY_SECONDS)));
}

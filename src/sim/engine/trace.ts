/** One dispatched event as a trace shows it. */
export interface TraceRow {
  /** The first event of a run has the number 1. */
  readonly number: number;
  readonly time: number;
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  /** The fingerprint of all that came before this event: events, and the draws of their handlers. */
  readonly before: string;
}

/** Where two traces of the same window first differ. */
export interface TraceDifference {
  readonly number: number;
  /** `draws`: the handler of the event drew other numbers. `event`: another event was dispatched, or none. */
  readonly what: 'event' | 'draws';
  readonly left: TraceRow | undefined;
  readonly right: TraceRow | undefined;
}

/**
 * The first event in which two traces of the same window differ; undefined where they agree. Both windows must open
 * with the same history before them.
 */
export function firstDifference(left: readonly TraceRow[], right: readonly TraceRow[]): TraceDifference | undefined {
  for (let index = 0; index < left.length || index < right.length; index++) {
    const one = left[index];
    const other = right[index];
    if (index > 0 && one !== undefined && other !== undefined && one.before !== other.before) {
      return { number: left[index - 1]!.number, what: 'draws', left: left[index - 1], right: right[index - 1] };
    }
    if (
      one === undefined ||
      other === undefined ||
      one.time !== other.time ||
      one.kind !== other.kind ||
      one.a !== other.a ||
      one.b !== other.b
    ) {
      return { number: (one ?? other)!.number, what: 'event', left: one, right: other };
    }
  }
  return undefined;
}

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

/** The recorded window of a run. */
export interface Trace {
  readonly rows: readonly TraceRow[];
  /** The run's fingerprint when it ended. */
  readonly end: string;
}

/**
 * The first event in which two runs differ, from traces of the window that `divergence` named; undefined where the
 * runs agree.
 */
export function firstDifference(left: Trace, right: Trace): TraceDifference | undefined {
  const count = Math.max(left.rows.length, right.rows.length);
  for (let index = 0; index < count; index++) {
    const one = left.rows[index];
    const other = right.rows[index];
    if (index > 0 && one !== undefined && other !== undefined && one.before !== other.before) {
      return drawsOf(index - 1, left, right);
    }
    if (one === undefined || other === undefined || !isSameEvent(one, other)) {
      return { number: (one ?? other)!.number, what: 'event', left: one, right: other };
    }
  }
  return count > 0 && left.end !== right.end ? drawsOf(count - 1, left, right) : undefined;
}

function drawsOf(index: number, left: Trace, right: Trace): TraceDifference {
  const row = left.rows[index]!;
  return { number: row.number, what: 'draws', left: row, right: right.rows[index] };
}

function isSameEvent(one: TraceRow, other: TraceRow): boolean {
  return one.time === other.time && one.kind === other.kind && one.a === other.a && one.b === other.b;
}

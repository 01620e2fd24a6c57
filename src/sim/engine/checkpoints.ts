/** The history of a run up to and with an event, draws of its handler included. */
export interface Checkpoint {
  /** How many events were dispatched. */
  readonly events: number;
  /** When the last of them was, in microseconds. */
  readonly time: number;
  /** 32 hexadecimal digits. */
  readonly fingerprint: string;
}

/** What is kept of a run to find out where it differs from another. Plain data, fit for JSON. */
export interface History extends Checkpoint {
  readonly checkpoints: readonly Checkpoint[];
}

const MOST_KEPT = 1024;

/** Checkpoints at equal distances, which double whenever there are too many: never more than 1,024. */
export class Checkpoints {
  private interval: number;
  private kept: Checkpoint[] = [];

  constructor(interval: number) {
    this.interval = interval;
  }

  get list(): readonly Checkpoint[] {
    return this.kept;
  }

  /** After how many events the next one is due. */
  get due(): number {
    return (this.kept.length + 1) * this.interval;
  }

  /** Keeps the checkpoint that was due. */
  add(checkpoint: Checkpoint): void {
    this.kept.push(checkpoint);
    if (this.kept.length < MOST_KEPT) return;
    this.kept = this.kept.filter((_, index) => index % 2 === 1);
    this.interval *= 2;
  }
}

/**
 * Between which events two runs began to differ: a trace of the events `from` to `to`, both included, shows the first
 * difference. `to` is Infinity where it comes after the last common checkpoint. Undefined where the runs are the same.
 */
export function divergence(left: History, right: History): { from: number; to: number } | undefined {
  if (left.events === right.events && left.fingerprint === right.fingerprint) return undefined;
  const others = new Map(right.checkpoints.map((checkpoint) => [checkpoint.events, checkpoint.fingerprint]));
  let from = 1;
  for (const { events, fingerprint } of left.checkpoints) {
    const other = others.get(events);
    if (other === undefined) continue;
    // The draws of the last event's handler show in the event that follows it.
    if (other !== fingerprint) return { from, to: events + 1 };
    from = events + 1;
  }
  return { from, to: Infinity };
}

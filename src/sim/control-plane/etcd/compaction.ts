/** kube-apiserver's `--etcd-compaction-interval`. */
export const COMPACTION_INTERVAL_MICROS = 300_000_000;

/**
 * What the API servers have compacted away. At every interval one of them compacts to the revision that it saw at the one
 * before, so between one and two intervals of history are kept (kubernetes-behaviour.md 1.3). It costs no events: what was
 * there when an interval ended is what the first write after it finds.
 */
export class Compaction {
  readonly #intervalMicros: number;
  #nextAt: number;
  /** The revision when the last interval ended. */
  #seen = 0;
  #revision = 0;

  /** @param intervalMicros 0: nobody compacts */
  constructor(intervalMicros = COMPACTION_INTERVAL_MICROS) {
    this.#intervalMicros = intervalMicros;
    this.#nextAt = intervalMicros === 0 ? Infinity : intervalMicros;
  }

  /** Everything before this revision is forgotten; 0: nothing is. */
  get revision(): number {
    return this.#revision;
  }

  /** The end of the next interval, in microseconds. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** An interval has ended, with this revision the newest. */
  intervalEnds(newest: number): void {
    this.#nextAt += this.#intervalMicros;
    this.compactTo(this.#seen);
    this.#seen = newest;
  }

  /** By hand, as `etcdctl compact`. */
  compactTo(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }
}

import type { Change } from '../../api/change.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';

const SMALLEST = 100;
const LARGEST = 102_400;
/** Events younger than this are kept, as far as the largest capacity goes. */
const FRESH_MICROS = 75_000_000;

/** What is known of a kind's past. */
export interface KeptHistory {
  /** There is a watch cache of the kind. Of Events there is none. */
  readonly isCached: boolean;
  append(commit: Commit): void;
  /** What was changed after `time`, as it had been before; undefined: nobody has changed it since. Microseconds. */
  before(key: string, time: number): ApiObject | undefined;
  /** The oldest version from which nothing after it is missing. */
  readonly oldest: number;
  /** Everything after a version, or undefined where some of it is forgotten. */
  after(revision: number): readonly Change[] | undefined;
}

/**
 * The last changes of one kind, for watches that begin at a version (kubernetes-behaviour.md 2.5): a ring that doubles
 * when it is full of fresh events, and halves when three quarters of it are old.
 */
export class WatchCache implements KeptHistory {
  readonly isCached = true;
  /** The version of the state the cache began with. */
  readonly #began: number;
  #commits: Commit[] = [];
  /** Where the ring begins: what lies before is forgotten, and cut off now and then. */
  #start = 0;
  #capacity = SMALLEST;
  #hasForgotten = false;

  constructor(revision: number) {
    this.#began = revision;
  }

  /** How many events it holds at most at present. */
  get capacity(): number {
    return this.#capacity;
  }

  append(commit: Commit): void {
    const commits = this.#commits;
    if (commits.length - this.#start === this.#capacity) {
      const age = (one: Commit): number => commit.committedAt - one.committedAt;
      if (age(commits[this.#start]!) < FRESH_MICROS) this.#capacity = Math.min(LARGEST, this.#capacity * 2);
      else if (age(commits[commits.length - this.#capacity / 4]!) > FRESH_MICROS) {
        this.#capacity = Math.max(SMALLEST, this.#capacity / 2);
      }
    }
    commits.push(commit);
    if (commits.length - this.#start <= this.#capacity) return;
    this.#start = commits.length - this.#capacity;
    this.#hasForgotten = true;
    if (this.#start < this.#capacity) return;
    this.#commits = commits.slice(this.#start);
    this.#start = 0;
  }

  before(key: string, time: number): ApiObject | undefined {
    let before: ApiObject | undefined;
    for (let i = this.#commits.length - 1; i >= this.#start; i--) {
      const commit = this.#commits[i]!;
      if (commit.committedAt <= time) break;
      if (commit.key === key) before = commit.previous ?? commit.object;
    }
    return before;
  }

  get oldest(): number {
    return this.#hasForgotten ? this.#commits[this.#start]!.revision - 1 : this.#began;
  }

  after(revision: number): readonly Change[] | undefined {
    if (revision < this.oldest) return undefined;
    // From the newest back: most watches begin near the end.
    let from = this.#commits.length;
    while (from > this.#start && this.#commits[from - 1]!.revision > revision) from--;
    return this.#commits.slice(from);
  }
}

import type { Change } from '../../api/change.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';

const SMALLEST = 100;
const LARGEST = 102_400;
/** Events younger than this are kept, as far as the largest capacity goes. */
const FRESH_MICROS = 75_000_000;

/**
 * The last changes of one kind, for watches that begin at a version (kubernetes-behaviour.md 2.5): a ring that doubles
 * when it is full of fresh events, and halves when three quarters of it are old.
 */
export class WatchCache {
  /** The version of the state the cache began with. */
  readonly #began: number;
  #commits: Commit[] = [];
  #capacity = SMALLEST;
  #hasForgotten = false;

  constructor(revision: number) {
    this.#began = revision;
  }

  append(commit: Commit): void {
    const commits = this.#commits;
    const isFresh = (one: Commit | undefined): boolean =>
      one !== undefined && commit.committedAt - one.committedAt < FRESH_MICROS;
    if (commits.length === this.#capacity) {
      if (isFresh(commits[0]) && this.#capacity < LARGEST) this.#capacity *= 2;
      else if (!isFresh(commits[Math.floor((commits.length * 3) / 4)]) && this.#capacity > SMALLEST) {
        this.#capacity /= 2;
      }
    }
    commits.push(commit);
    if (commits.length <= this.#capacity) return;
    this.#commits = commits.slice(commits.length - this.#capacity);
    this.#hasForgotten = true;
  }

  /** What was changed after `time`, as it had been before; undefined: nobody has changed it since. Microseconds. */
  before(key: string, time: number): ApiObject | undefined {
    let before: ApiObject | undefined;
    for (let i = this.#commits.length - 1; i >= 0; i--) {
      const commit = this.#commits[i]!;
      if (commit.committedAt <= time) break;
      if (commit.key === key) before = commit.previous ?? commit.object;
    }
    return before;
  }

  /** The oldest version from which nothing after it is missing. */
  get oldest(): number {
    return this.#hasForgotten ? this.#commits[0]!.revision - 1 : this.#began;
  }

  /** Everything after a version, or undefined where some of it is forgotten. */
  after(revision: number): readonly Change[] | undefined {
    if (revision < this.oldest) return undefined;
    return this.#commits.filter((commit) => commit.revision > revision).map(({ change }) => change);
  }
}

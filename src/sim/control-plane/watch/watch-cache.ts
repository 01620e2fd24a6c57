import type { Change } from '../../api/change.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';
import { CacheWindow } from './cache-window.ts';

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

/** The last changes of one kind, as far back as its window reaches, for watches that begin at a version. */
export class WatchCache implements KeptHistory {
  readonly isCached = true;
  readonly #window: CacheWindow;
  #commits: Commit[] = [];
  /** Where the window begins: what lies before is forgotten, and cut off now and then. */
  #start = 0;

  /** @param revision the version of the state the cache began with */
  constructor(revision: number) {
    this.#window = new CacheWindow({ at: 0, revision });
  }

  /** How many events it holds at most at present. */
  get capacity(): number {
    return this.#window.capacity;
  }

  append(commit: Commit): void {
    this.#window.append(commit.revision, commit.committedAt);
    this.#commits.push(commit);
    this.#start = this.#commits.length - this.#window.size;
    if (this.#start === 0 || this.#start < this.#window.capacity) return;
    this.#commits = this.#commits.slice(this.#start);
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
    return this.#window.oldest.revision;
  }

  after(revision: number): readonly Change[] | undefined {
    if (revision < this.oldest) return undefined;
    // From the newest back: most watches begin near the end.
    let from = this.#commits.length;
    while (from > this.#start && this.#commits[from - 1]!.revision > revision) from--;
    return this.#commits.slice(from);
  }
}

import type { Change } from '../../api/change.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';
import type { KeptHistory } from './watch-cache.ts';

const TRIM_EVERY = 1_024;

/** The changes of a kind that has no watch cache: a watch goes to etcd, which knows whatever is not compacted. */
export class EtcdHistory implements KeptHistory {
  readonly isCached = false;
  readonly #began: number;
  readonly #compacted: () => number;
  #commits: Commit[] = [];

  /**
   * @param revision the version of the state it began with
   * @param compacted up to which revision everything is forgotten by now
   */
  constructor(revision: number, compacted: () => number) {
    this.#began = revision;
    this.#compacted = compacted;
  }

  append(commit: Commit): void {
    this.#commits.push(commit);
    if (this.#commits.length % TRIM_EVERY === 0) this.#trim();
  }

  before(key: string, time: number): ApiObject | undefined {
    const after = this.#commits.find((commit) => commit.key === key && commit.committedAt > time);
    return after === undefined ? undefined : (after.previous ?? after.object);
  }

  /** The version that was compacted to is there itself. */
  get oldest(): number {
    return Math.max(this.#began, this.#compacted() - 1);
  }

  after(revision: number): readonly Change[] | undefined {
    return revision < this.oldest ? undefined : this.#commits.filter((commit) => commit.revision > revision);
  }

  #trim(): void {
    const { oldest } = this;
    this.#commits = this.#commits.filter((commit) => commit.revision > oldest);
  }
}

import { assert } from '../../engine/assert.ts';
import type { Commit } from '../etcd/store.ts';

/**
 * The committed changes of one kind, in order of revision, shared by all its watchers. A watcher is a cursor: a change
 * costs nothing per watcher. What every cursor has passed is forgotten.
 */
export class ChangeLog {
  /** Number of the first commit still kept; commits are numbered from 0 per kind. */
  #base = 0;
  #commits: Commit[] = [];
  readonly #cursors: number[] = [];
  append(commit: Commit): void {
    if (this.#cursors.length > 0) this.#commits.push(commit);
    else this.#base++;
  }

  /** A new cursor behind all that has been committed so far. */
  open(): number {
    this.#cursors.push(this.end);
    return this.#cursors.length - 1;
  }

  get end(): number {
    return this.#base + this.#commits.length;
  }

  /** The commit under a cursor, or undefined when it has seen all. */
  peek(cursor: number): Commit | undefined {
    return this.#commits[this.#cursors[cursor]! - this.#base];
  }

  /** Everything that a cursor has before it, in order. */
  missed(cursor: number): readonly Commit[] {
    return this.#commits.slice(this.#cursors[cursor]! - this.#base);
  }

  /** Nobody reads at a cursor any more. */
  close(cursor: number): void {
    this.#cursors[cursor] = Infinity;
    this.#trim();
  }

  advance(cursor: number): void {
    const position = this.#cursors[cursor]!;
    assert(position < this.end, 'a cursor never passes the end of its log');
    this.#cursors[cursor] = position + 1;
    if (position - this.#base >= TRIM_AFTER) this.#trim();
  }

  #trim(): void {
    let slowest = this.end;
    for (const position of this.#cursors) if (position < slowest) slowest = position;
    const passed = slowest - this.#base;
    if (passed < TRIM_AFTER / 2) return;
    this.#commits.splice(0, passed);
    this.#base = slowest;
  }
}

/** How many passed commits may lie about before the log is cut: large enough that cutting costs nothing a commit. */
const TRIM_AFTER = 1024;

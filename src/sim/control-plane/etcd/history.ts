import { assert } from '../../engine/assert.ts';
import type { Entry } from './raft/message.ts';

/** A write on its way into the log. */
export interface Proposal {
  /** Takes effect, once: when the first member applies it. False where it changes nothing and takes no revision. */
  readonly effect: () => boolean;
}

/**
 * The sequence of committed entries that all members apply. It exists once: what a member holds is how far it has come.
 * Whoever applies an entry first makes it take effect; everybody after must apply the very same, which is raft's state
 * machine safety, checked on every entry.
 */
export class CommittedHistory {
  readonly #entries: Entry[] = [];
  readonly #revisions: number[] = [];
  #base = 0;
  #baseRevision = 0;

  /** The last entry that any member has applied. */
  get lastIndex(): number {
    return this.#base + this.#entries.length;
  }

  /** The revision of the key space after an entry. */
  revisionAt(index: number): number {
    return index <= this.#base ? this.#baseRevision : this.#revisions[index - this.#base - 1]!;
  }

  /** As if so many entries had been applied before. Only before the first one. */
  startAt(index: number): void {
    assert(this.#entries.length === 0, 'a history starts once');
    this.#base = index;
    this.#baseRevision = index;
  }

  apply(entry: Entry): void {
    const position = entry.index - this.#base - 1;
    const known = this.#entries[position];
    if (known !== undefined) {
      assert(known === entry, `members disagree about entry ${entry.index}`);
      return;
    }
    assert(position === this.#entries.length, 'entries are applied in order');
    const before = this.revisionAt(entry.index - 1);
    const proposal = entry.data as Proposal | undefined;
    this.#entries.push(entry);
    this.#revisions.push(proposal?.effect() === true ? before + 1 : before);
  }
}

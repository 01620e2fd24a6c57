import { assert } from '../../../engine/assert.ts';
import type { Entry, Snapshot } from './message.ts';

/**
 * A member's log: a snapshot, the entries after it, and three marks. What is `stable` is on the disk; what is
 * `committed` will never change; what is `handed` over is with whoever applies it. handed <= committed always, and a
 * committed entry is never cut off.
 */
export class RaftLog {
  /** Entries begin after this one. */
  #base: Snapshot;
  #entries: Entry[];
  #committed: number;
  #stable: number;
  #handed: number;

  constructor(base: Snapshot, entries: readonly Entry[], committed: number, handed: number) {
    this.#base = base;
    this.#entries = [...entries];
    this.#stable = base.index + entries.length;
    this.#committed = Math.max(base.index, committed);
    this.#handed = Math.max(base.index, handed);
    assert(this.#committed <= this.#stable, 'what a restarted member knows as committed is on its disk');
  }

  get committed(): number {
    return this.#committed;
  }

  get stable(): number {
    return this.#stable;
  }

  get handed(): number {
    return this.#handed;
  }

  get base(): Snapshot {
    return this.#base;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.length === 0 ? this.#base.term : this.#entries[this.#entries.length - 1]!.term;
  }

  /** The term of an entry; undefined where it is compacted away or not there yet. */
  termAt(index: number): number | undefined {
    if (index === this.#base.index) return this.#base.term;
    return this.#entries[index - this.#base.index - 1]?.term;
  }

  /** Entries after `index`, at most so many. */
  after(index: number, most: number): readonly Entry[] {
    assert(index >= this.#base.index, 'only entries after the snapshot are there');
    const from = index - this.#base.index;
    return this.#entries.slice(from, from + most);
  }

  /** Whether a candidate whose log ends like this may lead: it has all that this member has committed. */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex);
  }

  /** A leader's own new entries. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, 'entries follow each other');
      this.#entries.push(entry);
    }
  }

  /**
   * Entries from a leader, after one that must match. A conflicting end is cut off; what is there already stays.
   *
   * @returns the index of the last entry that now is as the leader's; undefined where the one before does not match
   */
  tryAppend(index: number, logTerm: number, entries: readonly Entry[]): number | undefined {
    if (this.termAt(index) !== logTerm) return undefined;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (this.termAt(entry.index) === entry.term) continue;
      assert(entry.index > this.#committed, 'a committed entry is never replaced');
      this.#entries.length = entry.index - this.#base.index - 1;
      this.#stable = Math.min(this.#stable, entry.index - 1);
      this.append(entries.slice(i));
      break;
    }
    return index + entries.length;
  }

  commitTo(index: number): void {
    if (index <= this.#committed) return;
    assert(index <= this.lastIndex, 'only what is there can be committed');
    this.#committed = index;
  }

  /** Entries that are not on the disk. */
  unstable(): readonly Entry[] {
    return this.#entries.slice(this.#stable - this.#base.index);
  }

  /** Entry `index` of that term, and all before it, are on the disk now; one that was replaced meanwhile is not. */
  stableTo(index: number, term: number): void {
    if (index > this.#stable && this.termAt(index) === term) this.#stable = index;
  }

  /** Committed entries that nobody has been given yet. They now are. */
  handOver(): readonly Entry[] {
    const entries = this.#entries.slice(this.#handed - this.#base.index, this.#committed - this.#base.index);
    this.#handed = this.#committed;
    return entries;
  }

  /** Forgets entries up to `index`, which have been applied. */
  compact(index: number): void {
    if (index <= this.#base.index) return;
    assert(index <= this.#handed, 'only what was applied is compacted');
    const term = this.termAt(index)!;
    this.#entries = this.#entries.slice(index - this.#base.index);
    this.#base = { index, term };
    this.#stable = Math.max(this.#stable, index);
  }

  /** Takes a leader's snapshot in place of everything. */
  restore(snapshot: Snapshot): void {
    assert(snapshot.index > this.#committed, 'a snapshot brings something new');
    this.#base = snapshot;
    this.#entries = [];
    this.#committed = this.#stable = this.#handed = snapshot.index;
  }
}

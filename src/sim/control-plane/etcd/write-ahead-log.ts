import type { Entry, Snapshot } from './raft/message.ts';
import { NOBODY } from './raft/message.ts';
import { RaftLog } from './raft/raft-log.ts';
import type { HardState } from './raft/raft.ts';

/** What of a member is on its disk and outlives its process. */
export class WriteAheadLog {
  #base: Snapshot = { index: 0, term: 0 };
  #entries: Entry[] = [];
  #hardState: HardState = { term: 0, vote: NOBODY };
  #committed = 0;
  /** The last entry that the database file holds. */
  #applied = 0;

  get hardState(): HardState {
    return this.#hardState;
  }

  get applied(): number {
    return this.#applied;
  }

  save(entries: readonly Entry[], hardState: HardState, committed: number): void {
    // A snapshot may have come while they were being written.
    const fresh = entries.filter((entry) => entry.index > this.#base.index);
    if (fresh.length > 0) {
      this.#entries.length = fresh[0]!.index - this.#base.index - 1;
      for (const entry of fresh) this.#entries.push(entry);
    }
    this.#hardState = hardState;
    this.#committed = Math.min(committed, this.#base.index + this.#entries.length);
  }

  /** The database has everything up to this entry on the disk. */
  saveDatabase(applied: number): void {
    this.#applied = Math.max(this.#applied, applied);
  }

  restore(snapshot: Snapshot): void {
    this.#base = snapshot;
    this.#entries = [];
    this.#committed = snapshot.index;
    this.#applied = snapshot.index;
  }

  compact(index: number): void {
    if (index <= this.#base.index) return;
    const term = this.#entries[index - this.#base.index - 1]!.term;
    this.#entries = this.#entries.slice(index - this.#base.index);
    this.#base = { index, term };
  }

  /** What a process finds when it starts. */
  read(): RaftLog {
    return new RaftLog(this.#base, this.#entries, this.#committed, Math.max(this.#applied, this.#base.index));
  }
}

import { NOBODY, type MemberId } from './message.ts';

interface PendingRead {
  readonly context: number;
  /** The commit index when the leader was asked. */
  readonly index: number;
  readonly from: MemberId;
  readonly acks: Set<MemberId>;
}

/** A read that a quorum has confirmed: whoever asked may answer once `index` is applied. */
export interface ConfirmedRead {
  readonly context: number;
  readonly index: number;
  readonly from: MemberId;
}

/** ReadIndex: reads that wait until a quorum has confirmed that the leader still is one. */
export class ReadOnly {
  #pending: PendingRead[] = [];

  /** The context of the last read, which a heartbeat carries; NOBODY when none waits. */
  get lastContext(): number {
    return this.#pending.length === 0 ? NOBODY : this.#pending[this.#pending.length - 1]!.context;
  }

  add(context: number, index: number, from: MemberId, self: MemberId): void {
    if (this.#pending.some((read) => read.context === context)) return;
    this.#pending.push({ context, index, from, acks: new Set([self]) });
  }

  /** An answer to the heartbeat of `context`. With a quorum it confirms that read and all before it. */
  acknowledge(context: number, from: MemberId, quorum: number): readonly ConfirmedRead[] {
    const at = this.#pending.findIndex((read) => read.context === context);
    if (at < 0) return [];
    const { acks } = this.#pending[at]!;
    acks.add(from);
    if (acks.size < quorum) return [];
    return this.#pending.splice(0, at + 1);
  }

  clear(): void {
    this.#pending = [];
  }
}

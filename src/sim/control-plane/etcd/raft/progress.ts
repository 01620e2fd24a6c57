/** Entries in one MsgApp at most; etcd bounds the message at 1 MiB. */
export const MOST_ENTRIES = 8_192;
/** `MaxInflightMsgs`. */
const MOST_IN_FLIGHT = 512;

/**
 * What a leader knows of a follower's log. It probes, one message at a time, until the follower's log matches; then it
 * replicates, each message before the answer to the one before; a snapshot stops both.
 */
export class Progress {
  state: 'probe' | 'replicate' | 'snapshot' = 'probe';
  /** The last entry known to be there and the same. */
  match = 0;
  /** The next one to send. */
  next: number;
  /** Heard of since the last check of the quorum. */
  recentActive = false;
  pendingSnapshot = 0;
  /** A probe is under way, or the window is full: until an answer or the answer to a heartbeat. */
  flowPaused = false;
  /** The last entry of each message under way. */
  #inFlight: number[] = [];

  constructor(next: number) {
    this.next = next;
  }

  becomeProbe(): void {
    this.next =
      this.state === 'snapshot' ? Math.max(this.match + 1, this.pendingSnapshot + 1) : Math.max(this.match + 1, 1);
    this.#reset('probe');
  }

  becomeReplicate(): void {
    this.next = this.match + 1;
    this.#reset('replicate');
  }

  becomeSnapshot(index: number): void {
    this.#reset('snapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
  }

  get paused(): boolean {
    return this.state === 'snapshot' || this.flowPaused;
  }

  /** `count` entries from `next` on, none for an empty message, are under way. */
  sent(count: number): void {
    if (this.state === 'probe') {
      this.flowPaused = true;
      return;
    }
    if (count === 0) return;
    this.next += count;
    this.#inFlight.push(this.next - 1);
    this.flowPaused = this.#inFlight.length >= MOST_IN_FLIGHT;
  }

  /** The follower has everything up to `index`. False where that is no news. */
  acknowledged(index: number): boolean {
    this.next = Math.max(this.next, index + 1);
    if (index <= this.match) return false;
    this.match = index;
    if (this.state === 'probe') this.flowPaused = false;
    return true;
  }

  freeInFlightTo(index: number): void {
    let done = 0;
    while (done < this.#inFlight.length && this.#inFlight[done]! <= index) done++;
    if (done > 0) this.#inFlight.splice(0, done);
    this.flowPaused = this.#inFlight.length >= MOST_IN_FLIGHT;
  }

  /** The follower has no entry that fits before `rejected + 1`. False for an answer to an older message. */
  rejected(rejected: number, hint: number): boolean {
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      return true;
    }
    if (this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1, 1);
    this.flowPaused = false;
    return true;
  }

  #reset(state: Progress['state']): void {
    this.state = state;
    this.flowPaused = false;
    this.pendingSnapshot = 0;
    this.#inFlight = [];
  }
}

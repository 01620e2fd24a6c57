import type { Engine } from '../../src/sim/engine/engine.ts';

/**
 * Counts who is inside a part of a system. While it is open it sums up, in whole microseconds, how many were inside for
 * how long, and the stay of each who entered in that time, even if it ends later.
 */
export class Census {
  private readonly engine: Engine;
  private isOpen = false;
  private openedAt = 0;
  private closedAt = 0;
  private changedAt = 0;
  /** By job: when it entered, or -1 where its stay is not to be counted. */
  private readonly enteredAt: number[] = [];

  inside = 0;
  /** The integral of the number inside over time. */
  area = 0;
  stays = 0;
  left = 0;
  leftAfterLimit = 0;
  /** Stays longer than this are counted in `leftAfterLimit`. */
  limit = Infinity;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  open(): void {
    this.isOpen = true;
    this.openedAt = this.changedAt = this.engine.now;
  }

  close(): void {
    this.account();
    this.isOpen = false;
    this.closedAt = this.engine.now;
  }

  enter(job: number): void {
    this.account();
    this.inside++;
    this.enteredAt[job] = this.isOpen ? this.engine.now : -1;
  }

  leave(job: number): void {
    this.account();
    this.inside--;
    const enteredAt = this.enteredAt[job]!;
    if (enteredAt < 0) return;
    const stay = this.engine.now - enteredAt;
    this.left++;
    this.stays += stay;
    if (stay > this.limit) this.leftAfterLimit++;
  }

  /** The average number inside, over the time it was open. */
  get meanInside(): number {
    return this.area / (this.closedAt - this.openedAt);
  }

  /** The mean stay in seconds of those who entered while it was open. */
  get meanStay(): number {
    return this.stays / this.left / 1e6;
  }

  private account(): void {
    if (!this.isOpen) return;
    this.area += this.inside * (this.engine.now - this.changedAt);
    this.changedAt = this.engine.now;
  }
}

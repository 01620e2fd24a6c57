interface Waiting {
  readonly nodeName: string;
  processAt: number;
  readonly sequence: number;
  /** Its token was taken at an earlier try. */
  paid: boolean;
  /** It has its taint already. */
  readonly isTainted: boolean;
}

/**
 * The nodes of one zone that are to get their NoExecute taint, and how fast: a token bucket of one, refilled at the
 * zone's rate (kubernetes-behaviour.md 3.9). A node that has got its taint is not taken again until it is removed.
 */
export class TaintQueue {
  #ratePerSecond: number;
  /** When the bucket has its token; it never holds more than one. Infinity: never. */
  #tokenAt: number;
  readonly #known = new Set<string>();
  readonly #waiting: Waiting[] = [];
  #sequence = 0;

  constructor(ratePerSecond: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#tokenAt = ratePerSecond > 0 ? 0 : Infinity;
  }

  get ratePerSecond(): number {
    return this.#ratePerSecond;
  }

  /**
   * False when the node is known already. Each pass of the monitor puts nodes without their taint in anew, at its own time;
   * one that has it, and was forgotten while all zones were down, is put in once: it is the oldest from then on, and takes
   * a token for nothing.
   */
  add(nodeName: string, now: number, isTainted = false): boolean {
    if (this.#known.has(nodeName)) return false;
    this.#known.add(nodeName);
    this.#waiting.push({ nodeName, processAt: now, sequence: this.#sequence++, paid: false, isTainted });
    return true;
  }

  remove(nodeName: string): void {
    if (this.#known.delete(nodeName)) this.#drop(nodeName);
  }

  /** It is dealt with, and stays known. */
  settle(nodeName: string): void {
    this.#drop(nodeName);
  }

  /** Whether it was tried before. */
  isRetry(nodeName: string): boolean {
    return this.#waiting.some((one) => one.nodeName === nodeName && one.paid);
  }

  /** To be tried again at a time, on the token it has had. */
  retryAt(nodeName: string, time: number): void {
    const entry = this.#waiting.find((one) => one.nodeName === nodeName);
    if (entry === undefined) return;
    entry.processAt = time;
    entry.paid = true;
  }

  /**
   * Takes the next node, and the token for it. As in the original the token goes for the look at the head of the queue,
   * whatever comes of it.
   */
  take(now: number): string | undefined {
    const head = this.#head();
    if (head === undefined) return undefined;
    if (!head.paid && !this.#takeToken(now)) return undefined;
    return head.processAt > now ? undefined : head.nodeName;
  }

  /** When a node could be taken, or undefined when none can before something changes. */
  get nextAt(): number | undefined {
    const head = this.#head();
    if (head === undefined) return undefined;
    const at = head.paid ? head.processAt : Math.max(head.processAt, this.#tokenAt);
    return at === Infinity ? undefined : at;
  }

  /** Another rate. A token that was being waited for has to be waited for anew, all the way. */
  swapRate(ratePerSecond: number, now: number): void {
    if (this.#ratePerSecond === ratePerSecond) return;
    const hadToken = this.#takeToken(now);
    this.#ratePerSecond = ratePerSecond;
    this.#tokenAt = ratePerSecond <= 0 ? Infinity : hadToken ? now : now + period(ratePerSecond);
  }

  #takeToken(now: number): boolean {
    if (this.#tokenAt > now) return false;
    this.#tokenAt = now + period(this.#ratePerSecond);
    return true;
  }

  #head(): Waiting | undefined {
    let head: Waiting | undefined;
    for (const one of this.#waiting) {
      if (head === undefined || isBefore(one, head)) head = one;
    }
    return head;
  }

  #drop(nodeName: string): void {
    const at = this.#waiting.findIndex((one) => one.nodeName === nodeName);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}

/** A node that is tried again keeps the others waiting: in the original its worker sleeps meanwhile. */
function isBefore(a: Waiting, b: Waiting): boolean {
  if (a.paid !== b.paid) return a.paid;
  if (a.isTainted !== b.isTainted) return a.isTainted;
  return a.processAt === b.processAt ? a.sequence < b.sequence : a.processAt < b.processAt;
}

/** From one token to the next, in microseconds. */
function period(ratePerSecond: number): number {
  return Math.round(1_000_000 / ratePerSecond);
}

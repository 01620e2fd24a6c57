import type { EtcdClient } from '../../src/sim/control-plane/etcd/etcd-client.ts';
import type { Harness, Write } from './harness.ts';

/** What a harness' client adds to its pause after an error. */
const AFTER_ERROR_MICROS = 20_000;

/** One write in flight, a pause, the next one. */
export class ClosedLoop {
  readonly acks: number[] = [];
  readonly writes: Write[] = [];
  readonly #harness: Harness;
  readonly #client: EtcdClient;
  readonly #pause: number;
  readonly #deadline: number;
  #stopped = false;
  #current: Write | undefined;

  constructor(harness: Harness, endpoints: readonly number[], pauseMicros: number, deadlineMicros: number) {
    this.#harness = harness;
    this.#client = harness.client(endpoints);
    this.#pause = pauseMicros;
    this.#deadline = deadlineMicros;
    harness.at(harness.now + harness.noise.below(pauseMicros + 1), () => this.#next());
  }

  stop(): void {
    this.#stopped = true;
  }

  /** How long the write in flight has been so. */
  get hangingMicros(): number {
    return this.#current === undefined ? 0 : this.#harness.now - this.#current.begun;
  }

  errors(): number {
    return this.writes.filter((write) => write.error !== undefined).length;
  }

  /** The longest time between two acknowledgements that ends after `from`; 0 where none comes after. */
  stall(from: number): number {
    let longest = 0;
    for (let i = 1; i < this.acks.length; i++) {
      if (this.acks[i]! > from) longest = Math.max(longest, this.acks[i]! - this.acks[i - 1]!);
    }
    return longest;
  }

  #next(): void {
    if (this.#stopped) return;
    this.#current = this.#harness.write(this.#client, this.#deadline, (write) => {
      this.#current = undefined;
      if (this.#stopped) return;
      this.writes.push(write);
      if (write.error === undefined) this.acks.push(write.ended);
      this.#harness.later(this.#pause + (write.error === undefined ? 0 : AFTER_ERROR_MICROS), () => this.#next());
    });
  }
}

/** A write every so often, whatever becomes of the others. */
export class OpenLoop {
  readonly writes: Write[] = [];
  readonly #harness: Harness;
  readonly #client: EtcdClient;
  readonly #interval: number;
  readonly #deadline: number;
  #stopped = false;

  constructor(harness: Harness, endpoints: readonly number[], intervalMicros: number, deadlineMicros: number) {
    this.#harness = harness;
    this.#client = harness.client(endpoints);
    this.#interval = intervalMicros;
    this.#deadline = deadlineMicros;
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
  }

  get idle(): boolean {
    return this.writes.every((write) => write.over);
  }

  #next(): void {
    if (this.#stopped) return;
    this.#harness.at(this.#harness.now + this.#interval, () => this.#next());
    this.writes.push(this.#harness.write(this.#client, this.#deadline, () => undefined));
  }
}

/** One read in flight, a pause, the next one. */
export class ReadLoop {
  readonly answers: number[] = [];
  errors = 0;
  readonly #harness: Harness;
  readonly #client: EtcdClient;
  readonly #kind: 'read' | 'serializable-read';
  readonly #pause: number;
  readonly #deadline: number;
  #stopped = false;

  constructor(
    harness: Harness,
    endpoints: readonly number[],
    kind: 'read' | 'serializable-read',
    pauseMicros: number,
    deadlineMicros: number,
  ) {
    this.#harness = harness;
    this.#client = harness.client(endpoints);
    this.#kind = kind;
    this.#pause = pauseMicros;
    this.#deadline = deadlineMicros;
    harness.at(harness.now + harness.noise.below(pauseMicros + 1), () => this.#next());
  }

  stop(): void {
    this.#stopped = true;
  }

  #next(): void {
    if (this.#stopped) return;
    this.#client.call(this.#kind, undefined, this.#deadline, (error) => {
      if (this.#stopped) return;
      if (error === undefined) this.answers.push(this.#harness.now);
      else this.errors++;
      this.#harness.later(this.#pause, () => this.#next());
    });
  }
}

import type { ApiObject } from '../../api/kinds.ts';
import type { Change } from '../../api/change.ts';
import type { WatchEvent, WatchReceiver } from '../../api/request.ts';
import type { Bookmarked } from './bookmark-buckets.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import { asSelected } from './watch-stream.ts';

export interface ServedWatchOptions extends OutboxOptions {
  readonly selects: (object: ApiObject) => boolean;
  /** Changes up to this version are not news to it. */
  readonly since: number;
  /** When the server ends it, in microseconds. */
  readonly deadline: number;
  /** It began with what was there. */
  readonly awaitsFirst: boolean;
  readonly bytesOf: (object: ApiObject) => number;
}

/** Bytes of an event that are not the object's, and of a bookmark in all. */
export const ENVELOPE_BYTES = 300;

/** One watch of a client outside, as the watch cache serves it. */
export class ServedWatch implements Bookmarked {
  awaitsFirst: boolean;
  readonly deadline: number;
  readonly #options: ServedWatchOptions;
  readonly #receiver: WatchReceiver;
  readonly #outbox: Outbox;
  #isOpen = true;
  /** The server has ended it, and the client does not know yet. */
  #isOver = false;

  constructor(options: ServedWatchOptions, receiver: WatchReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    this.deadline = options.deadline;
    this.awaitsFirst = options.awaitsFirst;
    this.#outbox = new Outbox(options, (event) => receiver.receive(event));
  }

  /** The server serves it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What a change is to it; undefined: nothing. */
  eventOf(change: Change): WatchEvent | undefined {
    const { since, selects } = this.#options;
    return change.object.metadata.resourceVersion <= since ? undefined : asSelected(change, selects);
  }

  /** False: there is no room. */
  offer(event: WatchEvent): boolean {
    const object = 'object' in event ? this.#options.bytesOf(event.object) : 0;
    return this.#outbox.take(event, ENVELOPE_BYTES + object);
  }

  /** Tells how far it is, where that is news to it. A bookmark that finds no room is left out. */
  bookmark(resourceVersion: number): void {
    this.awaitsFirst = false;
    if (resourceVersion > this.#options.since) this.offer({ type: 'BOOKMARK', resourceVersion, isInitialEnd: false });
  }

  /** The server ends it in order: what is under way still comes. */
  end(): void {
    this.#isOpen = false;
    this.#isOver = true;
    this.#tell();
  }

  /** The server gives it up because nobody reads. */
  terminate(): void {
    this.#outbox.cutOff();
    this.end();
  }

  /** The client has no interest any more. */
  close(): void {
    this.#isOpen = false;
    this.#isOver = false;
  }

  stopReading(): void {
    this.#outbox.stopReading();
  }

  readOn(): void {
    this.#outbox.readOn();
    this.#tell();
  }

  #tell(): void {
    if (!this.#isOver || !this.#outbox.reads) return;
    this.#isOver = false;
    this.#receiver.ended?.();
  }
}

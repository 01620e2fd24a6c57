import type { WatchEvent } from '../../api/request.ts';

/** What an operating system keeps a socket's bytes in, and what it keeps beside each write. Linux on x86. */
const PAGE_BYTES = 4_096;
const SOCKET_BUFFER_BYTES = 512;
/** Memory of the sockets between a server and a client that does not read, in bytes. Recorded: 14 MB, in pages. */
export const SOCKET_BYTES = 14_000_000;

/** What an event of so many bytes takes of them. */
export function socketMemory(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES + SOCKET_BUFFER_BYTES;
}

export interface OutboxOptions {
  /** How many events each of the server's two channels for a watch holds. */
  readonly channelSize: number;
}

/**
 * What lies between a watch cache and a client. As long as the client reads, nothing does. When it does not, events first
 * fill the sockets; then the server stands in a write, its two channels fill up behind it, and there is no room.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #deliver: (event: WatchEvent) => void;
  #inSockets: WatchEvent[] = [];
  #inServer: WatchEvent[] = [];
  #socketBytes = 0;
  #reads = true;

  constructor(options: OutboxOptions, deliver: (event: WatchEvent) => void) {
    this.#options = options;
    this.#deliver = deliver;
  }

  get reads(): boolean {
    return this.#reads;
  }

  /** False: there is no room for it. `bytes` as it goes over the wire. */
  take(event: WatchEvent, bytes: number): boolean {
    if (this.#reads) {
      this.#deliver(event);
      return true;
    }
    const { channelSize } = this.#options;
    if (this.#inServer.length === 0 && this.#socketBytes < SOCKET_BYTES) {
      this.#socketBytes += socketMemory(bytes);
      this.#inSockets.push(event);
      return true;
    }
    // One event stands in the write, and one between the channels.
    if (this.#inServer.length >= 2 * channelSize + 2) return false;
    this.#inServer.push(event);
    return true;
  }

  /** The client has stopped reading. */
  stopReading(): void {
    this.#reads = false;
  }

  /** The client reads again: everything that lies here comes, in order. */
  readOn(): void {
    const waiting = [...this.#inSockets, ...this.#inServer];
    this.#inSockets = [];
    this.#inServer = [];
    this.#socketBytes = 0;
    this.#reads = true;
    for (const event of waiting) this.#deliver(event);
  }

  /** The server gives the watch up: what has not come as far as the second channel is lost. */
  cutOff(): void {
    this.#inServer = this.#inServer.slice(0, 1 + this.#options.channelSize);
  }
}

import { assert } from '../engine/assert.ts';

/** The addresses of one node's pods: an aligned block of IPv4, handed out in turn as the host-local plugin does. */
export class AddressPool {
  readonly #base: number;
  readonly #taken: Uint8Array;
  #last = 0;
  #free: number;

  /** `base` is the block's network address as a number; `size` a power of two. */
  constructor(base: number, size: number) {
    assert(size >= 4 && (size & (size - 1)) === 0, `address block of ${size}`);
    this.#base = base;
    this.#taken = new Uint8Array(size);
    this.#free = size - 3;
    // Network, gateway and broadcast addresses are nobody's.
    this.#taken[0] = 1;
    this.#taken[1] = 1;
    this.#taken[size - 1] = 1;
    this.#last = 1;
  }

  /** The next free address after the one handed out last; undefined: all are taken. */
  take(): string | undefined {
    if (this.#free === 0) return undefined;
    const taken = this.#taken;
    let host = this.#last;
    do host = (host + 1) % taken.length;
    while (taken[host] === 1);
    taken[host] = 1;
    this.#last = host;
    this.#free--;
    return formatAddress(this.#base + host);
  }

  give(address: string): void {
    const host = parseAddress(address) - this.#base;
    if (this.#taken[host] !== 1) return;
    this.#taken[host] = 0;
    this.#free++;
  }

  /** Takes one address out of turn: a pod that was there before. Addresses of other blocks are none of ours. */
  claim(address: string): void {
    const host = parseAddress(address) - this.#base;
    if (this.#taken[host] !== 0) return;
    this.#taken[host] = 1;
    this.#free--;
  }
}

export function formatAddress(address: number): string {
  return (address >>> 24) + '.' + ((address >>> 16) & 255) + '.' + ((address >>> 8) & 255) + '.' + (address & 255);
}

/** An IPv4 address as a number of [0, 2^32); NaN for anything else. */
export function parseAddress(text: string): number {
  let address = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (part < 0 || ++dots > 3) return NaN;
      address = address * 256 + part;
      part = -1;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return NaN;
    }
  }
  return dots === 3 && part >= 0 ? address * 256 + part : NaN;
}

const DOT = 46;
const ZERO = 48;

/**
 * HOT. A 128-bit rolling hash of a run's history: every dispatched event and every random draw, in order.
 *
 * Invariant: each step is a bijection of the 128-bit state for a given input, and injective in the input for a given
 * state, so nothing is lost and a single differing event always shows. No allocation. Guarded by
 * `bench/event-queue.bench.ts`.
 */
export class Fingerprint {
  private readonly lanes = new Int32Array(4);

  constructor() {
    this.lanes[0] = 0x6f727265;
    this.lanes[1] = 0x72794f72;
    this.lanes[2] = 0x2d9f3b71;
    this.lanes[3] = 0x517cc1b7;
  }

  /** Mixes in four 32-bit words. */
  mix(w0: number, w1: number, w2: number, w3: number): void {
    const lanes = this.lanes;
    let h0 = lanes[0]! ^ w0;
    let h1 = lanes[1]! ^ w1;
    let h2 = lanes[2]! ^ w2;
    let h3 = lanes[3]! ^ w3;
    h0 = Math.imul((h0 << 15) | (h0 >>> 17), 0x9e3779b1);
    h1 = Math.imul((h1 << 16) | (h1 >>> 16), 0x85ebca77);
    h2 = Math.imul((h2 << 17) | (h2 >>> 15), 0xc2b2ae3d);
    h3 = Math.imul((h3 << 18) | (h3 >>> 14), 0x27d4eb2f);
    h0 = (h0 + h1) | 0;
    h1 = (h1 + h2) | 0;
    h2 = (h2 + h3) | 0;
    h3 = (h3 + h0) | 0;
    lanes[0] = h0;
    lanes[1] = h1;
    lanes[2] = h2;
    lanes[3] = h3;
  }

  /** The hash so far, as 32 hexadecimal digits. */
  toString(): string {
    let digits = '';
    for (const lane of this.lanes) digits += (lane >>> 0).toString(16).padStart(8, '0');
    return digits;
  }
}

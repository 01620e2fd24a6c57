/**
 * The least that an event queue can be: a binary heap on three typed arrays, ordered by (time, sequence), with one
 * integer an event. No handles, no operands, no fingerprint, no checks. What the engine's queue is measured by.
 */
export class BareHeap {
  size = 0;
  time = 0;
  sequence = 0;
  payload = 0;
  private nextSequence = 0;
  private times = new Float64Array(64);
  private sequences = new Float64Array(64);
  private payloads = new Int32Array(64);

  /** Returns the sequence number. */
  push(time: number, payload: number): number {
    if (this.size === this.times.length) this.grow();
    const { times, sequences, payloads } = this;
    const sequence = this.nextSequence++;
    let index = this.size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent]!;
      // An equal time is an earlier one: the new event has the highest sequence number of all.
      if (parentTime <= time) break;
      times[index] = parentTime;
      sequences[index] = sequences[parent]!;
      payloads[index] = payloads[parent]!;
      index = parent;
    }
    times[index] = time;
    sequences[index] = sequence;
    payloads[index] = payload;
    return sequence;
  }

  /** Leaves the first event in `time`, `sequence` and `payload`. */
  pop(): void {
    const { times, sequences, payloads } = this;
    this.time = times[0]!;
    this.sequence = sequences[0]!;
    this.payload = payloads[0]!;
    const size = --this.size;
    const time = times[size]!;
    const sequence = sequences[size]!;
    const payload = payloads[size]!;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      let childTime = times[child]!;
      const right = child + 1;
      if (right < size) {
        const rightTime = times[right]!;
        if (rightTime < childTime || (rightTime === childTime && sequences[right]! < sequences[child]!)) {
          child = right;
          childTime = rightTime;
        }
      }
      if (time < childTime || (time === childTime && sequence < sequences[child]!)) break;
      times[index] = childTime;
      sequences[index] = sequences[child]!;
      payloads[index] = payloads[child]!;
      index = child;
    }
    times[index] = time;
    sequences[index] = sequence;
    payloads[index] = payload;
  }

  private grow(): void {
    const { times, sequences, payloads } = this;
    this.times = new Float64Array(times.length * 2);
    this.times.set(times);
    this.sequences = new Float64Array(times.length * 2);
    this.sequences.set(sequences);
    this.payloads = new Int32Array(times.length * 2);
    this.payloads.set(payloads);
  }
}

import type { RandomStream } from '../../../sim/policy-api/scheduling.ts';

/**
 * The random streams of a profile's plugins. In a rehearsal each plugin draws what it will draw when the cycle is played,
 * and the streams themselves stay where they are: a decision that is explained is the decision that is taken.
 */
export class Rehearsal {
  readonly #streams: RehearsedStream[] = [];

  /** What a plugin draws from in place of `stream`. */
  of(stream: RandomStream): RandomStream {
    const rehearsed = new RehearsedStream(stream);
    this.#streams.push(rehearsed);
    return rehearsed;
  }

  play<T>(act: () => T): T {
    for (const stream of this.#streams) stream.begin();
    try {
      return act();
    } finally {
      for (const stream of this.#streams) stream.end();
    }
  }
}

class RehearsedStream implements RandomStream {
  readonly #stream: RandomStream;
  #now: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
    this.#now = stream;
  }

  begin(): void {
    this.#now = this.#stream.fork?.() ?? this.#stream;
  }
  end(): void {
    this.#now = this.#stream;
  }
  next(): number {
    return this.#now.next();
  }
  below(n: number): number {
    return this.#now.below(n);
  }
  fork(): RandomStream {
    return this.#stream.fork?.() ?? this.#stream;
  }
}

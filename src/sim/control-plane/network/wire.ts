import type { TcpWay } from './tcp-way.ts';

/** Something under way on a connection: how long it takes without anything being the matter, and what happens then. */
export interface Parcel {
  readonly micros: number;
  readonly arrive: () => void;
}

/** What whoever dialled a connection wants to know of it. */
export interface WireEnds {
  /** The other end goes silent: nothing that it writes gets through any more. */
  fellSilent(wire: Wire): void;
  /** It is heard again. */
  heardAgain(wire: Wire): void;
}

/**
 * A TCP connection between two processes between which something is, or was, the matter. What is written to it arrives in
 * order, late or not at all; nobody is told that it does not.
 */
export class Wire {
  /** From who dialled to who listens, and back. */
  readonly there: TcpWay<Parcel>;
  readonly back: TcpWay<Parcel>;
  /** Once it is given up, nothing comes out of it any more. */
  isOpen = true;
  /** Nothing new gets through to who dialled, though nobody has closed the connection. */
  isSilent = false;
  /** It is looked at whether anything gets through. */
  isTried = false;
  /** What was written to it and has not come out, whichever way. */
  underWay = 0;
  readonly ends: WireEnds;
  /** When who dialled heard something over it last, in microseconds. */
  heardAt: number;

  constructor(there: TcpWay<Parcel>, back: TcpWay<Parcel>, ends: WireEnds, now: number) {
    this.there = there;
    this.back = back;
    this.ends = ends;
    this.heardAt = now;
  }

  /** Packets vanish one way or both. */
  get isCut(): boolean {
    return this.there.isCut;
  }

  get isQuiet(): boolean {
    return this.underWay === 0 && this.there.isQuiet && this.back.isQuiet;
  }

  close(): void {
    this.isOpen = false;
    this.there.disconnect();
    this.back.disconnect();
  }
}

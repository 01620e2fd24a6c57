import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import { TcpWay, type TcpHost } from './tcp-way.ts';
import type { Lateness } from '../watch/watch-hub.ts';
import { Wire, type Parcel, type WireEnds } from './wire.ts';

/** What adds to the way of packets. */
export interface Delay {
  readonly draw: Sampler;
  /** No sample undercuts it, in microseconds. */
  readonly floor: number;
}

/** A delay that is drawn for each packet. */
export function delayOf(distribution: Distribution): Delay {
  const floor =
    distribution.kind === 'constant' ? distribution.value : distribution.kind === 'uniform' ? distribution.min : 0;
  return { draw: sampler(distribution), floor: Math.floor(floor) };
}

/** What is the matter with packets from one process to another. */
interface Trouble {
  /** For how many reasons they vanish. */
  cuts: number;
  /** What adds to their way. */
  readonly delays: Delay[];
}

interface OpenWire {
  readonly from: string;
  readonly to: string;
  readonly wire: Wire;
}

interface Kinds {
  readonly arrives: EventKind;
  readonly retransmits: EventKind;
  readonly silent: EventKind;
}

/** Linux: the first time-out of a retransmission on a fast network, 200 ms and the round trip. Microseconds. */
export const RETRANSMISSION_MICROS = 204_000;

/**
 * The network between processes by name, as far as something is the matter with it: while all is well it knows of nobody,
 * and costs nothing. Between etcd members there is a mesh of its own.
 */
export class Network {
  readonly #engine: Engine;
  readonly #troubles = new Map<string, Trouble>();
  readonly #ways: TcpWay<Parcel>[] = [];
  #wires: OpenWire[] = [];
  #kinds: Kinds | undefined;
  #delayStream: Stream | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Packets from one to another vanish for one more reason, or for one less. */
  cut(from: string, to: string, on: boolean): void {
    const trouble = this.#trouble(from, to);
    trouble.cuts += on ? 1 : -1;
    this.#changed(from, to, trouble);
  }

  /** Packets from one to another take so much longer from now on, or no longer. */
  delay(from: string, to: string, by: Delay, on: boolean): void {
    const trouble = this.#trouble(from, to);
    if (on) trouble.delays.push(by);
    else trouble.delays.splice(trouble.delays.indexOf(by), 1);
    this.#changed(from, to, trouble);
  }

  /** Whether packets vanish between two, one way or both: no new connection can be made. */
  isCut(a: string, b: string): boolean {
    return (this.#of(a, b)?.cuts ?? 0) > 0 || (this.#of(b, a)?.cuts ?? 0) > 0;
  }

  /** Whether anything is the matter between two. */
  isTroubled(a: string, b: string): boolean {
    return this.#of(a, b) !== undefined || this.#of(b, a) !== undefined;
  }

  /** What is added to the next packet's way, in microseconds. */
  delayMicros(from: string, to: string): number {
    const delays = this.#of(from, to)?.delays ?? [];
    let micros = 0;
    for (const { draw } of delays) micros += draw((this.#delayStream ??= this.#engine.stream('network/delay')));
    return micros;
  }

  /** What delays packets from one to another; undefined: nothing does. Microseconds. */
  latenessOf(from: string, to: string): Lateness | undefined {
    const delays = this.#of(from, to)?.delays ?? [];
    if (delays.length === 0) return undefined;
    const floor = delays.reduce((sum, delay) => sum + delay.floor, 0);
    return { floor, micros: () => this.delayMicros(from, to) };
  }

  /** A connection between two that is there already, or was just made. */
  wire(from: string, to: string, ends: WireEnds): Wire {
    const there = this.#way(from, to);
    const back = this.#way(to, from);
    const wire = new Wire(there, back, ends, this.#engine.now);
    this.#wires = this.#wires.filter((one) => one.wire.isOpen);
    this.#wires.push({ from, to, wire });
    this.#tell(wire, from, to);
    return wire;
  }

  /** Writes to the end that listens. */
  sendThere(wire: Wire, micros: number, arrive: () => void): void {
    const arrived = (): void => {
      wire.underWay--;
      if (wire.isOpen) arrive();
    };
    wire.underWay++;
    wire.there.send({ micros, arrive: arrived });
  }

  /** Writes to the end that dialled. */
  sendBack(wire: Wire, micros: number, arrive: () => void): void {
    const heard = (): void => {
      wire.underWay--;
      if (!wire.isOpen) return;
      wire.heardAt = this.#engine.now;
      arrive();
    };
    wire.underWay++;
    wire.back.send({ micros, arrive: heard });
  }

  #of(from: string, to: string): Trouble | undefined {
    return this.#troubles.size === 0 ? undefined : this.#troubles.get(`${from}>${to}`);
  }

  #trouble(from: string, to: string): Trouble {
    const key = `${from}>${to}`;
    let trouble = this.#troubles.get(key);
    if (trouble === undefined) this.#troubles.set(key, (trouble = { cuts: 0, delays: [] }));
    return trouble;
  }

  #changed(from: string, to: string, { cuts, delays }: Trouble): void {
    if (cuts === 0 && delays.length === 0) this.#troubles.delete(`${from}>${to}`);
    for (const one of this.#wires) {
      if (one.wire.isOpen && ((one.from === from && one.to === to) || (one.from === to && one.to === from))) {
        this.#tell(one.wire, one.from, one.to);
      }
    }
  }

  #tell(wire: Wire, from: string, to: string): void {
    const there = (this.#of(from, to)?.cuts ?? 0) > 0;
    const back = (this.#of(to, from)?.cuts ?? 0) > 0;
    wire.there.cut(there, back);
    wire.back.cut(back, there);
    if (!wire.isCut || wire.isSilent || (wire.isTried && !back)) return;
    wire.isTried = true;
    this.#try(wire);
    // Where only acknowledgements vanish, what is written arrives until TCP times out for the first time.
    if (back) this.#fellSilent(wire);
    else this.#engine.after(RETRANSMISSION_MICROS + 1, this.#events().silent, 0, 0, wire);
  }

  /** A packet that tells, when it comes, that packets do. */
  #try(wire: Wire): void {
    this.sendBack(wire, 0, () => {
      if (wire.isCut) return;
      wire.isTried = false;
      if (!wire.isSilent) return;
      wire.isSilent = false;
      wire.ends.heardAgain(wire);
    });
  }

  #timedOut(wire: Wire): void {
    if (!wire.isOpen || wire.isSilent) return;
    if (!wire.isCut) {
      wire.isTried = false;
      return;
    }
    this.#fellSilent(wire);
    this.#try(wire);
  }

  #fellSilent(wire: Wire): void {
    wire.isSilent = true;
    wire.ends.fellSilent(wire);
  }

  #way(from: string, to: string): TcpWay<Parcel> {
    const engine = this.#engine;
    const { arrives, retransmits } = this.#events();
    const host: TcpHost<Parcel> = {
      engine,
      retransmission: () => RETRANSMISSION_MICROS,
      retransmissionStream: engine.stream('network/retransmission'),
      timerKind: retransmits,
      latency: ({ micros }) => micros + this.delayMicros(from, to),
      deliver: (parcel, at) => engine.at(at, arrives, 0, 0, parcel),
    };
    const way = new TcpWay(host, this.#ways.length);
    this.#ways.push(way);
    return way;
  }

  #events(): Kinds {
    const engine = this.#engine;
    return (this.#kinds ??= {
      arrives: engine.on('network/arrives', (_a, _b, parcel) => (parcel as Parcel).arrive()),
      silent: engine.on('network/fell-silent', (_a, _b, wire) => this.#timedOut(wire as Wire)),
      retransmits: engine.on('network/retransmission', (way, epoch) => this.#ways[way]!.timerFired(epoch)),
    });
  }
}

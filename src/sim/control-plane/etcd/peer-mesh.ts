import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import { TcpWay, type TcpHost } from '../network/tcp-way.ts';
import { PeerDraws } from './draws.ts';
import type { Member } from './member.ts';
import type { EtcdOptions } from './options.ts';
import type { MemberId, Message } from './raft/message.ts';

/** A reader that has lost its stream dials again so often. */
const REDIAL_MICROS = 100_000;
/** A lost SYN is sent again after a second. */
const SYN_RETRY_MICROS = 1_000_000;

/**
 * The connections between members: a stream each way, dialled by its reader. Packets between two members vanish one way
 * or both while they are cut.
 */
export class PeerMesh {
  readonly #engine: Engine;
  readonly #members: number;
  readonly #links: TcpWay<Message>[] = [];
  /** From `a` to `b`, at a * members + b: whether packets vanish, and what adds to their way. */
  readonly #cuts: boolean[];
  readonly #delays: Sampler[][];
  readonly #latency: Sampler;
  readonly #retransmission: Sampler;
  readonly #snapshot: Sampler;
  readonly #keyed: PeerDraws;
  readonly #stream: Stream;
  readonly #dialKind: EventKind;
  readonly #processes: readonly Member[];
  readonly #deliver: (message: Message, at: number) => void;

  constructor(
    engine: Engine,
    options: EtcdOptions,
    processes: readonly Member[],
    deliver: (message: Message, at: number) => void,
  ) {
    this.#engine = engine;
    this.#processes = processes;
    this.#deliver = deliver;
    this.#members = options.members;
    this.#latency = sampler(options.peer);
    this.#retransmission = sampler(options.retransmission);
    this.#snapshot = sampler(options.snapshot);
    this.#keyed = new PeerDraws(engine.keyed('etcd/peer'));
    this.#stream = engine.stream('etcd/peer');
    const timerKind = engine.on('etcd/retransmission', (link, epoch) => this.#links[link]!.timerFired(epoch), {
      background: true,
    });
    this.#dialKind = engine.on('etcd/stream-dialled', (from, to) => this.#dial(from, to), { background: true });
    const host: TcpHost<Message> = {
      engine,
      retransmission: this.#retransmission,
      retransmissionStream: engine.stream('etcd/retransmission'),
      timerKind,
      latency: (message) => this.latencyOf(message),
      deliver,
    };
    const pairs = this.#members * this.#members;
    this.#cuts = new Array<boolean>(pairs).fill(false);
    this.#delays = Array.from({ length: pairs }, () => []);
    for (let i = 0; i < pairs; i++) this.#links.push(new TcpWay(host, i));
  }

  /** False: nobody is there. While a stream is not dialled yet, a message goes by a request of its own. */
  send(message: Message): boolean {
    if (this.#links[message.from * this.#members + message.to]!.send(message)) return true;
    if (this.#processes[message.to]!.process === undefined || this.#isCut(message.from, message.to)) return false;
    this.#deliver(message, this.#engine.now + this.latencyOf(message));
    return true;
  }

  /**
   * How long a message takes. What belongs to an entry of the log is drawn for that entry, so that it is the same in
   * whatever order things happen.
   */
  latencyOf(message: Message): number {
    let micros = this.#usualLatencyOf(message);
    for (const delay of this.#delays[message.from * this.#members + message.to]!) micros += delay(this.#stream);
    return micros;
  }

  #usualLatencyOf(message: Message): number {
    const { from, to } = message;
    if (message.type === 'MsgApp') {
      const count = message.entries.length;
      if (count === 0) return this.#latency(this.#keyed.news(message.index, from, to));
      return this.#latency(this.#keyed.entries(message.index + count, from, to));
    }
    if (message.type === 'MsgAppResp') return this.#latency(this.#keyed.answer(message.index, from, to));
    const delay = this.#latency(this.#stream);
    return message.type === 'MsgSnap' ? delay + this.#snapshot(this.#stream) : delay;
  }

  isConnected(from: MemberId, to: MemberId): boolean {
    return this.#links[from * this.#members + to]!.connected;
  }

  /** With how many others a member has streams both ways. */
  reachableFrom(id: MemberId): number {
    let count = 0;
    for (let other = 0; other < this.#members; other++) {
      if (other !== id && this.isConnected(id, other) && this.isConnected(other, id)) count++;
    }
    return count;
  }

  /** Packets from one member to another vanish from now on, or no longer. */
  cut(from: MemberId, to: MemberId, vanish: boolean): void {
    this.#cuts[from * this.#members + to] = vanish;
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const pair = a * this.#members + b;
      const back = b * this.#members + a;
      this.#links[pair]!.cut(this.#cuts[pair]!, this.#cuts[back]!);
    }
  }

  /** Packets from one member to another take so much longer from now on, or no longer. */
  delay(from: MemberId, to: MemberId, by: Sampler, on: boolean): void {
    const delays = this.#delays[from * this.#members + to]!;
    if (on) delays.push(by);
    else delays.splice(delays.indexOf(by), 1);
  }

  get anyCut(): boolean {
    return this.#cuts.includes(true);
  }

  /** Everybody is connected with everybody. */
  reset(): void {
    this.#cuts.fill(false);
    for (const link of this.#links) link.reset();
  }

  /** A process is gone: all its connections are. */
  disconnect(id: MemberId): void {
    for (let other = 0; other < this.#members; other++) {
      this.#links[id * this.#members + other]!.disconnect();
      this.#links[other * this.#members + id]!.disconnect();
    }
  }

  /** A process is there: it dials the others at once, and they dial it within a redial interval. */
  connect(id: MemberId): void {
    for (const { id: other, process } of this.#processes) {
      if (other === id || process === undefined) continue;
      this.#dial(other, id);
      this.#engine.after(this.#stream.below(REDIAL_MICROS), this.#dialKind, id, other);
    }
  }

  /** Whether no connection can be made between them: it takes packets both ways. */
  #isCut(from: MemberId, to: MemberId): boolean {
    return this.#cuts[from * this.#members + to]! || this.#cuts[to * this.#members + from]!;
  }

  /** `to` dials the stream on which `from` writes. */
  #dial(from: MemberId, to: MemberId): void {
    const writer = this.#processes[from]!;
    const reader = this.#processes[to]!;
    if (writer.process === undefined || reader.process === undefined || this.isConnected(from, to)) return;
    if (this.#isCut(from, to)) {
      this.#engine.after(SYN_RETRY_MICROS, this.#dialKind, from, to);
      return;
    }
    this.#links[from * this.#members + to]!.connect();
  }
}

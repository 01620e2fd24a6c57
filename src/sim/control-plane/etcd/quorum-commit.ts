import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { DiskDraws, PeerDraws } from './draws.ts';
import type { EtcdOptions } from './options.ts';
import type { MemberId } from './raft/message.ts';

/**
 * How long a write takes in a cluster that is in order, without a message: the leader saves the entry while it sends it
 * to the others; each saves it and answers; it is committed when the leader and enough others have it, the slowest of
 * the fastest quorum deciding; whoever serves the client applies it when it knows that and has saved it itself.
 *
 * Exact for a write that meets no other on its way (a property test holds it equal to the messages); writes that do
 * share their syncs, which this leaves out.
 */
export class QuorumCommit {
  readonly #members: number;
  readonly #peer: Sampler;
  readonly #fsync: Sampler;
  readonly #apply: Sampler;
  readonly #disk: DiskDraws;
  readonly #network: PeerDraws;
  /** When each follower has saved the entry, and when the leader knows. */
  readonly #saved: Float64Array;
  readonly #acknowledged: Float64Array;

  constructor(options: EtcdOptions, disk: DiskDraws, network: PeerDraws) {
    this.#members = options.members;
    this.#peer = sampler(options.peer);
    this.#fsync = sampler(options.fsync);
    this.#apply = sampler(options.apply);
    this.#disk = disk;
    this.#network = network;
    this.#saved = new Float64Array(options.members);
    this.#acknowledged = new Float64Array(options.members - 1);
  }

  /** Microseconds from when the leader has entry `index` until it is applied at `serving`. */
  replicate(index: number, leader: MemberId, serving: MemberId): number {
    const disk = this.#disk;
    const network = this.#network;
    const saved = this.#saved;
    const acknowledged = this.#acknowledged;
    saved[leader] = this.#fsync(disk.fsync(index, leader));
    let at = 0;
    for (let id = 0; id < this.#members; id++) {
      if (id === leader) continue;
      saved[id] = this.#peer(network.entries(index, leader, id)) + this.#fsync(disk.fsync(index, id));
      acknowledged[at++] = saved[id]! + this.#peer(network.answer(index, id, leader));
    }
    // Besides the leader, half of the members (rounded down) make a quorum.
    const quorum = at === 0 ? 0 : acknowledged.sort()[(this.#members >> 1) - 1]!;
    const committed = Math.max(saved[leader]!, quorum);
    const known =
      serving === leader
        ? committed
        : Math.max(saved[serving]!, committed + this.#peer(network.news(index, leader, serving)));
    return known + this.#apply(disk.apply(index, serving));
  }

  /** The same from when a client's write has reached `serving`. */
  write(index: number, leader: MemberId, serving: MemberId): number {
    const forward = serving === leader ? 0 : this.#peer(this.#network.forward(index, serving, leader));
    return forward + this.replicate(index, leader, serving);
  }
}

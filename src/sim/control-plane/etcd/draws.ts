import type { KeyedDraws, UniformSource } from '../../engine/streams.ts';
import type { MemberId } from './raft/message.ts';

/** A cluster has at most 7 members. */
const MEMBERS = 8;

/** What an entry of the log takes at a member: drawn for the entry, so that it is the same however it is computed. */
export class DiskDraws {
  readonly #draws: KeyedDraws;

  constructor(draws: KeyedDraws) {
    this.#draws = draws;
  }

  fsync(index: number, member: MemberId): UniformSource {
    return this.#draws.of(index * MEMBERS + member, 0);
  }

  apply(index: number, member: MemberId): UniformSource {
    return this.#draws.of(index * MEMBERS + member, 1);
  }

  backendSync(index: number, member: MemberId): UniformSource {
    return this.#draws.of(index * MEMBERS + member, 2);
  }
}

/** What the messages about an entry take from one member to another. */
export class PeerDraws {
  readonly #draws: KeyedDraws;

  constructor(draws: KeyedDraws) {
    this.#draws = draws;
  }

  /** The entry itself. */
  entries(index: number, from: MemberId, to: MemberId): UniformSource {
    return this.#draws.of((index * MEMBERS + from) * MEMBERS + to, 0);
  }

  /** That it is on the disk. */
  answer(index: number, from: MemberId, to: MemberId): UniformSource {
    return this.#draws.of((index * MEMBERS + from) * MEMBERS + to, 1);
  }

  /** That it is committed. */
  news(index: number, from: MemberId, to: MemberId): UniformSource {
    return this.#draws.of((index * MEMBERS + from) * MEMBERS + to, 2);
  }

  /** A client's write, from the member that it asked to the leader. */
  forward(index: number, from: MemberId, to: MemberId): UniformSource {
    return this.#draws.of((index * MEMBERS + from) * MEMBERS + to, 3);
  }
}

import type { Sampler } from '../../engine/samplers.ts';
import type { PeerMesh } from './peer-mesh.ts';
import type { MemberId } from './raft/message.ts';

/** What faults do to the network between members. They may overlap: packets vanish as long as one of them wants it. */
export class MemberLinks {
  readonly #mesh: PeerMesh;
  readonly #cuts = new Map<string, number>();
  #holds = 0;

  constructor(mesh: PeerMesh) {
    this.#mesh = mesh;
  }

  get none(): boolean {
    return this.#holds === 0;
  }

  /** Something between members and others holds, or no longer: they are looked at as long as it does. */
  hold(on: boolean): void {
    this.#holds += on ? 1 : -1;
  }

  /** Packets from one member to another vanish for one more reason, or for one less. */
  cut(from: MemberId, to: MemberId, on: boolean): void {
    const key = `${from}>${to}`;
    const cuts = (this.#cuts.get(key) ?? 0) + (on ? 1 : -1);
    this.#cuts.set(key, cuts);
    this.#mesh.cut(from, to, cuts > 0);
  }

  /** Packets from one member to another take so much longer, or no longer. */
  delay(from: MemberId, to: MemberId, by: Sampler, on: boolean): void {
    this.#mesh.delay(from, to, by, on);
  }
}

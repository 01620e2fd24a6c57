import { unreachable } from '../../engine/assert.ts';
import type { EtcdFault, EtcdMemberName } from '../../scenario/faults.ts';
import type { EtcdCluster } from './cluster.ts';
import { MemberLinks } from './member-links.ts';
import type { EtcdOptions } from './options.ts';
import { NOBODY, type MemberId } from './raft/message.ts';

/** Carries faults of a scenario out on the members of a cluster, and takes them back. */
export class EtcdFaults {
  readonly #cluster: EtcdCluster;
  readonly #options: EtcdOptions;
  readonly links: MemberLinks;
  /** Who was meant when a fault began: its end concerns the same member, whoever leads then. */
  readonly #under = new Map<
    EtcdFault,
    { readonly member: MemberId; readonly ways: readonly (readonly [number, number])[] }
  >();

  constructor(cluster: EtcdCluster, options: EtcdOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.links = new MemberLinks(cluster.mesh);
  }

  get none(): boolean {
    return this.#under.size === 0 && this.links.none;
  }

  begin(fault: EtcdFault): void {
    const member = this.memberNamed(fault.member);
    const ways = fault.kind === 'EtcdPartition' ? this.#ways(member, fault.direction) : [];
    if (fault.kind !== 'EtcdMoveLeader') this.#under.set(fault, { member, ways });
    switch (fault.kind) {
      case 'EtcdMemberCrash':
        this.#cluster.kill(member);
        return;
      case 'EtcdMemberPause':
        this.#cluster.freeze(member);
        return;
      case 'EtcdMemberRestart':
        this.#cluster.terminate(member);
        return;
      case 'EtcdMoveLeader':
        this.#cluster.moveLeader(this.#cluster.leader, member);
        return;
      case 'EtcdPartition':
        for (const [from, to] of ways) this.links.cut(from, to, true);
        return;
      case 'EtcdSlowDisk':
        this.#cluster.setDisk(member, fault.sync, fault.sync);
        return;
      case 'EtcdMemberSlowdown':
        this.#cluster.slowDown(member, fault.factor);
        return;
      default:
        unreachable(fault);
    }
  }

  end(fault: EtcdFault): void {
    const under = this.#under.get(fault);
    if (under === undefined) return;
    this.#under.delete(fault);
    const { member, ways } = under;
    switch (fault.kind) {
      case 'EtcdMemberCrash':
      case 'EtcdMemberRestart':
        this.#cluster.startWhenDown(member);
        return;
      case 'EtcdMemberPause':
        this.#cluster.thaw(member);
        return;
      case 'EtcdPartition':
        for (const [from, to] of ways) this.links.cut(from, to, false);
        return;
      case 'EtcdSlowDisk':
        this.#cluster.setDisk(member, this.#options.fsync, this.#options.backendSync);
        return;
      case 'EtcdMemberSlowdown':
        this.#cluster.slowDown(member, 1);
        return;
      case 'EtcdMoveLeader':
        return;
      default:
        unreachable(fault);
    }
  }

  /** `leader` is who leads now, or whoever is the first member where nobody does; `follower` the first of the others. */
  memberNamed(name: EtcdMemberName): MemberId {
    const leader = this.#cluster.leader === NOBODY ? 0 : this.#cluster.leader;
    if (name === 'leader') return leader;
    if (name === 'follower') return leader === 0 ? 1 : 0;
    return name;
  }

  #ways(member: MemberId, direction: 'both' | 'receive' | 'send'): (readonly [number, number])[] {
    const others = this.#cluster.members.map(({ id }) => id).filter((id) => id !== member);
    const out = others.map((id) => [member, id] as const);
    const back = others.map((id) => [id, member] as const);
    if (direction === 'send') return out;
    return direction === 'receive' ? back : [...out, ...back];
  }
}

import type { Lease } from '../../../sim/api/core.ts';
import type { Node } from '../../../sim/api/node.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { ControllerLister } from '../../../sim/policy-api/controllers.ts';
import type { PassClock } from '../pass-clock.ts';
import type { NodeLifecycleSettings } from './settings.ts';

interface Sign {
  /** Nodes are looked at in the order in which they appeared, whoever was heard of last. */
  readonly order: number;
  /** The pass that saw the last sign of life: silence is counted from there, on the controller's own clock. */
  probeAt: number;
  /** It gives signs as a healthy kubelet does, and nobody counts them. */
  steady: boolean;
  renewTime: number;
}

/**
 * When each node was last heard of, and when its silence will have lasted too long. Nodes that are steady cost nothing;
 * of one that falls silent the passes that saw its last signs follow from arithmetic.
 */
export class SignsOfLife {
  readonly #clock: PassClock;
  readonly #settings: NodeLifecycleSettings;
  readonly #signs = new Map<string, Sign>();
  /** Names of nodes that are not steady. */
  readonly #counted = new Set<string>();
  #order = 0;

  constructor(clock: PassClock, settings: NodeLifecycleSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  nodeAppears(node: Node, now: number): void {
    const { name, creationTimestamp } = node.metadata;
    const reported = conditionOf(node.status.conditions, 'Ready') !== undefined;
    const sign = this.#signs.get(name) ?? this.#newSign(reported);
    sign.probeAt = Math.max(sign.probeAt, reported ? this.#clock.atOrAfter(now) : creationTimestamp);
    this.#set(name, sign);
  }

  leaseChanged({ metadata, spec, heartbeat }: Lease, now: number): void {
    const sign = this.#signs.get(metadata.name) ?? this.#newSign(false);
    const renewed = spec.renewTime > sign.renewTime;
    sign.renewTime = Math.max(sign.renewTime, spec.renewTime);
    sign.steady = heartbeat?.steady === true;
    const seenAt = heartbeat === undefined || sign.steady ? now : heartbeat.lastSeenAt;
    if (renewed || heartbeat !== undefined) sign.probeAt = Math.max(sign.probeAt, this.#passThatSaw(seenAt));
    this.#set(metadata.name, sign);
  }

  /** A status report has come. */
  seen(name: string, now: number): void {
    const sign = this.#signs.get(name);
    if (sign !== undefined) sign.probeAt = Math.max(sign.probeAt, this.#clock.atOrAfter(now));
  }

  /** As if every node had just been heard of: what was silent while all were is not held against it. */
  allSeen(passAt: number): void {
    for (const sign of this.#signs.values()) sign.probeAt = passAt;
  }

  forget(name: string): void {
    this.#signs.delete(name);
    this.#counted.delete(name);
  }

  isOverdue(node: Node, passAt: number): boolean {
    const sign = this.#signs.get(node.metadata.name);
    return sign !== undefined && !sign.steady && passAt > sign.probeAt + this.#grace(node);
  }

  /** Nodes whose silence has lasted too long at a pass and is not written down yet. */
  overdue(passAt: number, nodes: ControllerLister<'Node'>): string[] {
    const names: string[] = [];
    for (const name of this.#counted) {
      const node = nodes.get(name);
      if (node !== undefined && !isUnknown(node) && this.isOverdue(node, passAt)) names.push(name);
    }
    return names;
  }

  /** The first pass that will find a node silent for too long; undefined: none. */
  nextOverdueAt(nodes: ControllerLister<'Node'>): number | undefined {
    let earliest: number | undefined;
    for (const name of this.#counted) {
      const node = nodes.get(name);
      if (node === undefined || isUnknown(node)) continue;
      const at = this.#clock.after(this.#signs.get(name)!.probeAt + this.#grace(node));
      if (earliest === undefined || at < earliest) earliest = at;
    }
    return earliest;
  }

  /** Passes before the clock was last set lie behind; what was seen long ago was seen by one of them. */
  #passThatSaw(seenAt: number): number {
    return this.#clock.atOrAfter(seenAt);
  }

  #grace(node: Node): number {
    const reported = conditionOf(node.status.conditions, 'Ready') !== undefined;
    return reported ? this.#settings.nodeMonitorGracePeriod : this.#settings.nodeStartupGracePeriod;
  }

  /** The order in which a pass comes to nodes. */
  inOrder(names: Iterable<string>): string[] {
    const orderOf = (name: string): number => this.#signs.get(name)?.order ?? Infinity;
    return [...names].sort((a, b) => {
      const [first, second] = [orderOf(a), orderOf(b)];
      return first === second ? 0 : first - second;
    });
  }

  #newSign(steady: boolean): Sign {
    return { order: this.#order++, probeAt: 0, steady, renewTime: -Infinity };
  }

  #set(name: string, sign: Sign): void {
    this.#signs.set(name, sign);
    if (sign.steady) this.#counted.delete(name);
    else this.#counted.add(name);
  }
}

function isUnknown(node: Node): boolean {
  return conditionOf(node.status.conditions, 'Ready')?.status === 'Unknown';
}

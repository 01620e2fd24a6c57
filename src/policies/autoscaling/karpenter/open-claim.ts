import { compileRequiredNodeAffinity } from '../../../sim/api/node-selector.ts';
import type { Resources } from '../../../sim/api/pod-requests.ts';
import { untoleratedTaint } from '../../../sim/api/taints.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { instantiate } from '../simulation/templates.ts';
import type { Offering } from './offerings.ts';

/**
 * A node that is thought of: pods are put on it one after the other, and the offerings it could be are those that take
 * all of them. In the snapshot it stands as the largest of these, so that the scheduler's filters see it.
 */
export class OpenClaim {
  readonly pods: PodInfo[] = [];
  readonly #snapshot: ClusterSnapshot;
  readonly #name: string;
  #offerings: readonly Offering[];
  #standsAs: Offering | undefined;

  /** @param offerings cheapest first */
  constructor(snapshot: ClusterSnapshot, name: string, offerings: readonly Offering[]) {
    this.#snapshot = snapshot;
    this.#name = name;
    this.#offerings = offerings;
  }

  /** What it could be, cheapest first. */
  get offerings(): readonly Offering[] {
    return this.#offerings;
  }

  /** Puts the pod on it where some offering takes all of them; false: nothing has changed but what it stands as. */
  add(pod: PodInfo): boolean {
    const fitting = this.#offerings.filter((one) => takes(one, pod) && hasRoom(one, [...this.pods, pod]));
    for (const zone of this.#zonesToTry(fitting, pod)) {
      const there = fitting.filter((one) => one.zone === zone);
      this.#standAs(largestOf(there));
      if (this.#snapshot.schedulePod(pod, this.#name) !== undefined) continue;
      this.pods.push(pod);
      // Where others are has decided on the zone: it cannot be another any more.
      this.#offerings = isPlacedByOthers(pod) ? there : fitting;
      return true;
    }
    return false;
  }

  /** Gives it up: nothing is left of it in the snapshot. */
  drop(): void {
    if (this.#standsAs !== undefined) this.#snapshot.removeNode(this.#name);
    this.#standsAs = undefined;
  }

  #zonesToTry(fitting: readonly Offering[], pod: PodInfo): readonly string[] {
    const zones = [...new Set(fitting.map(({ zone }) => zone))];
    const current = this.#standsAs?.zone;
    const ordered =
      current !== undefined && zones.includes(current) ? [current, ...zones.filter((one) => one !== current)] : zones;
    return isPlacedByOthers(pod) ? ordered : ordered.slice(0, 1);
  }

  #standAs(offering: Offering): void {
    if (this.#standsAs === offering) return;
    this.drop();
    const { node, pods } = instantiate(offering.template, this.#name);
    this.#snapshot.addNode(node, [...pods, ...this.pods.map(({ pod }) => pod)]);
    this.#standsAs = offering;
  }
}

function takes({ template: { node } }: Offering, { pod }: PodInfo): boolean {
  const { taints = [] } = node.spec;
  if (untoleratedTaint(taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']) !== undefined) return false;
  return compileRequiredNodeAffinity(pod.spec)(node);
}

function hasRoom({ allocatable, overhead }: Offering, pods: readonly PodInfo[]): boolean {
  const asked: readonly Resources[] = [...overhead, ...pods.map(({ requests }) => requests)];
  const sum = (of: (one: Resources) => number): number => asked.reduce((total, one) => total + of(one), 0);
  if (asked.length > allocatable.pods) return false;
  if (sum(({ milliCpu }) => milliCpu) > allocatable.milliCpu) return false;
  if (sum(({ memoryBytes }) => memoryBytes) > allocatable.memoryBytes) return false;
  if (sum(({ ephemeralStorageBytes }) => ephemeralStorageBytes) > allocatable.ephemeralStorageBytes) return false;
  const names = new Set(asked.flatMap(({ scalar }) => [...scalar.keys()]));
  return [...names].every((name) => sum(({ scalar }) => scalar.get(name) ?? 0) <= (allocatable.scalar.get(name) ?? 0));
}

function largestOf(offerings: readonly Offering[]): Offering {
  return offerings.reduce((best, one) => {
    const more = one.allocatable.milliCpu - best.allocatable.milliCpu;
    return more > 0 || (more === 0 && one.allocatable.memoryBytes > best.allocatable.memoryBytes) ? one : best;
  });
}

/** Whether it matters to the pod where other pods are. */
function isPlacedByOthers(info: PodInfo): boolean {
  const { topologySpreadConstraints = [], volumes } = info.pod.spec;
  const terms = info.requiredAffinityTerms.length + info.requiredAntiAffinityTerms.length;
  return terms > 0 || topologySpreadConstraints.length > 0 || volumes !== undefined;
}

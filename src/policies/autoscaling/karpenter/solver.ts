import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { instantiate } from '../simulation/templates.ts';
import { OpenClaim } from './open-claim.ts';
import type { Offering } from './offerings.ts';
import type { NodePool } from './settings.ts';

/** What a pool may still have. */
export interface Room {
  milliCpu: number;
  memoryBytes: number;
  nodes: number;
}

/** Where pods would go. */
export interface Solution {
  /** New nodes, each as what it could be, with its pods. */
  readonly claims: readonly OpenClaim[];
  /** Pods on nodes that are there, by the node. */
  readonly placed: ReadonlyMap<string, readonly PodInfo[]>;
  readonly helpless: readonly PodInfo[];
}

/**
 * Karpenter's scheduling simulation: largest pods first, each on the first node that is there and takes it, else on a node
 * thought of before, emptiest first, else on a new one of the heaviest pool that can. What is left is tried again as long
 * as that helps: pods may want to be beside others. The snapshot is left as it would be.
 */
export function solve(
  snapshot: ClusterSnapshot,
  pods: readonly PodInfo[],
  existing: readonly string[],
  offerings: ReadonlyMap<NodePool, readonly Offering[]>,
  room: ReadonlyMap<NodePool, Room>,
): Solution {
  addDomains(snapshot, pods, offerings);
  const left = new Map([...room].map(([pool, one]) => [pool, { ...one }]));
  const claims: OpenClaim[] = [];
  const placed = new Map<string, PodInfo[]>();
  let waiting = [...pods].sort(largestFirst);
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((pod) => {
      const name = snapshot.scheduleOnFirst(pod, existing);
      if (name === undefined) return !onClaim(pod, claims) && !onNewClaim(pod, claims, snapshot, offerings, left);
      placed.set(name, [...(placed.get(name) ?? []), pod]);
      return false;
    });
  }
  return { claims, placed, helpless: waiting };
}

/**
 * Zones in which there could be nodes count for pods that spread, though there are none yet: each gets a node that takes
 * nothing.
 */
function addDomains(
  snapshot: ClusterSnapshot,
  pods: readonly PodInfo[],
  offerings: ReadonlyMap<NodePool, readonly Offering[]>,
): void {
  if (!pods.some(({ pod }) => (pod.spec.topologySpreadConstraints ?? []).length > 0)) return;
  const zones = new Map<string, Offering>();
  for (const all of offerings.values()) for (const one of all) if (!zones.has(one.zone)) zones.set(one.zone, one);
  for (const [zone, { template }] of zones) {
    const { node } = instantiate({ ...template, daemonSets: [] }, `domain-${zone}`);
    const nothing = { cpu: '0', memory: '0', pods: '0' };
    snapshot.addNode({ ...node, status: { ...node.status, capacity: nothing, allocatable: nothing } });
  }
}

function largestFirst(a: PodInfo, b: PodInfo): number {
  return (
    b.requests.milliCpu - a.requests.milliCpu ||
    b.requests.memoryBytes - a.requests.memoryBytes ||
    a.pod.metadata.creationTimestamp - b.pod.metadata.creationTimestamp ||
    (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1)
  );
}

function onClaim(pod: PodInfo, claims: readonly OpenClaim[]): boolean {
  const emptiestFirst = claims
    .map((claim, order) => ({ claim, order }))
    .sort((a, b) => a.claim.pods.length - b.claim.pods.length || a.order - b.order);
  return emptiestFirst.some(({ claim }) => claim.add(pod));
}

function onNewClaim(
  pod: PodInfo,
  claims: OpenClaim[],
  snapshot: ClusterSnapshot,
  offerings: ReadonlyMap<NodePool, readonly Offering[]>,
  room: ReadonlyMap<NodePool, Room>,
): boolean {
  for (const [pool, all] of offerings) {
    const left = room.get(pool)!;
    const within = left.nodes < 1 ? [] : all.filter((one) => fitsIn(one, left));
    if (within.length === 0) continue;
    const claim = new OpenClaim(snapshot, `new-claim-${claims.length}`, within);
    if (claim.add(pod)) {
      claims.push(claim);
      use(left, claim.offerings);
      return true;
    }
    claim.drop();
  }
  return false;
}

function fitsIn({ type }: Offering, { milliCpu, memoryBytes }: Room): boolean {
  const capacity = resourcesOf(type.capacity);
  return capacity.milliCpu <= milliCpu && capacity.memoryBytes <= memoryBytes;
}

/** Whatever it becomes, it will be no more than the largest it could be. */
function use(room: Room, offerings: readonly Offering[]): void {
  const capacities = offerings.map(({ type }) => resourcesOf(type.capacity));
  room.milliCpu -= Math.max(...capacities.map(({ milliCpu }) => milliCpu));
  room.memoryBytes -= Math.max(...capacities.map(({ memoryBytes }) => memoryBytes));
  room.nodes--;
}

import type { Pod } from '../../../sim/api/pod.ts';
import { conditionOf, isPodReady } from '../../../sim/api/pod.ts';

export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** What the order of deletion looks at, worked out once a pod. */
export interface Deletable {
  readonly pod: Pod;
  readonly unassigned: boolean;
  /** Pending 0, Unknown 1, Running 2. */
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** How many active pods of the same owner's owner are on its node. */
  readonly rank: number;
  /** Whole seconds, undefined while not Ready or when the condition bears no time. */
  readonly readySecond: number | undefined;
  readonly readyAge: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdSecond: number;
  readonly createdAge: number;
}

/**
 * Which `count` of the pods go first when a ReplicaSet is too large (kubernetes-behaviour.md 3.1, "Deletion ranking").
 *
 * @param rankOf how many active pods of the Deployment are on a pod's node; 0 for a ReplicaSet without a controller
 * @param now microseconds
 */
export function podsToDelete(
  pods: readonly Pod[],
  count: number,
  rankOf: (pod: Pod) => number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const isSmall = pods.length <= SMALL_SET;
  const compare = (a: Deletable, b: Deletable): number => compareDeletable(a, b) || (isSmall ? 0 : byUid(a, b));
  const first: Deletable[] = [];
  for (const pod of pods) {
    const rank = rankOf(pod);
    const last = first.length === count ? first[count - 1] : undefined;
    if (last !== undefined && certainlyAfter(pod, rank, last)) continue;
    const one = deletable(pod, rank, now);
    if (last !== undefined && compare(one, last) >= 0) continue;
    insert(first, one, compare);
    if (last !== undefined) first.pop();
  }
  return first.map(({ pod }) => pod);
}

/** Whether a pod goes after another by what costs little to see. Most of a large ReplicaSet do. */
function certainlyAfter(pod: Pod, rank: number, last: Deletable): boolean {
  if (isUnassigned(pod) !== last.unassigned) return last.unassigned;
  const phase = phaseOrder(pod);
  if (phase !== last.phase) return phase > last.phase;
  const ready = isPodReady(pod);
  if (ready !== last.ready) return ready;
  const cost = deletionCost(pod);
  return cost === last.cost ? rank < last.rank : cost > last.cost;
}

export function deletable(pod: Pod, rank: number, now: number): Deletable {
  const ready = isPodReady(pod);
  const readyTime = ready ? conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime : undefined;
  const readySecond = readyTime === undefined ? undefined : secondOf(readyTime);
  const createdSecond = secondOf(pod.metadata.creationTimestamp);
  return {
    pod,
    unassigned: isUnassigned(pod),
    phase: phaseOrder(pod),
    ready,
    cost: deletionCost(pod),
    rank,
    readySecond,
    readyAge: readySecond === undefined ? -1 : ageBucket(now - readySecond * MICROS_PER_SECOND),
    restarts: maxRestarts(pod.status.containerStatuses),
    sidecarRestarts: sidecarRestarts(pod),
    createdSecond,
    createdAge: ageBucket(now - createdSecond * MICROS_PER_SECOND),
  };
}

/**
 * Up to so many pods, equal ones go in the order in which the cache saw them; more of them by their uid, which is drawn
 * at random. Kubernetes takes them as it walks a Go map, and a map of so many entries keeps them in one group, in order
 * of insertion; only where the walk begins is chance. Recorded: of a few equal pods the one created last goes last.
 */
const SMALL_SET = 8;

/**
 * Negative: `a` is deleted before `b`. 0: equal in all that counts. Not transitive where ages share a bucket, as in
 * Kubernetes.
 */
export function compareDeletable(a: Deletable, b: Deletable): number {
  if (a.unassigned !== b.unassigned) return a.unassigned ? -1 : 1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.ready && b.ready && a.readySecond !== b.readySecond) {
    // A pod that is Ready since no known time counts as the youngest.
    if (a.readySecond === undefined) return -1;
    if (b.readySecond === undefined) return 1;
    if (a.readyAge !== b.readyAge) return a.readyAge - b.readyAge;
    return byUid(a, b);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.createdSecond === b.createdSecond) return 0;
  return a.createdAge !== b.createdAge ? a.createdAge - b.createdAge : byUid(a, b);
}

function byUid(a: Deletable, b: Deletable): number {
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1;
}

const MICROS_PER_SECOND = 1_000_000;

function secondOf(time: number): number {
  return Math.floor(time / MICROS_PER_SECOND);
}

/**
 * The whole part of the binary logarithm of an age in nanoseconds, -1 for an age of 0 or less. Taken by halving, since
 * the library's logarithm is not the same everywhere.
 */
export function ageBucket(ageMicros: number): number {
  let nanos = ageMicros * 1_000;
  if (nanos <= 0) return -1;
  let bucket = 0;
  while (nanos >= 4_294_967_296) {
    nanos /= 4_294_967_296;
    bucket += 32;
  }
  return bucket + 31 - Math.clz32(Math.floor(nanos));
}

function phaseOrder(pod: Pod): number {
  const { phase } = pod.status;
  return phase === 'Pending' ? 0 : phase === 'Unknown' ? 1 : 2;
}

/** A 32-bit integer written as Kubernetes accepts it (no leading zeros, no plus sign); anything else counts as 0. */
export function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9][0-9]{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -2_147_483_648 && cost <= 2_147_483_647 ? cost : 0;
}

function sidecarRestarts({ spec, status }: Pod): number {
  const { initContainers } = spec;
  if (initContainers === undefined || initContainers.length === 0) return 0;
  const sidecars = new Set(initContainers.filter((one) => one.restartPolicy === 'Always').map(({ name }) => name));
  return maxRestarts(status.initContainerStatuses?.filter(({ name }) => sidecars.has(name)));
}

function maxRestarts(statuses: readonly { readonly restartCount: number }[] | undefined): number {
  let most = 0;
  if (statuses !== undefined) for (const { restartCount } of statuses) if (restartCount > most) most = restartCount;
  return most;
}

function isUnassigned(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') === '';
}

/**
 * The first in the order of deletion are kept sorted while all pass by: few are wanted as a rule, so most are compared
 * once. The order is not transitive in rare cases, so what comes out then hangs on this very procedure; an engine's sort
 * would be no more right and not the same everywhere.
 */
function insert(sorted: Deletable[], one: Deletable, compare: (a: Deletable, b: Deletable) => number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(one, sorted[middle]!) < 0) high = middle;
    else low = middle + 1;
  }
  sorted.splice(low, 0, one);
}

import type { DaemonSet, DaemonSetStatus } from '../../../sim/api/daemon-set.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Node } from '../../../sim/api/node.ts';
import { isPodAvailable, isPodReady } from '../../../sim/api/pod.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { demand } from '../requests.ts';
import { isUpdated, oldestFirst, type PodsByNode } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';

type Counts = Omit<DaemonSetStatus, 'observedGeneration' | 'collisionCount' | 'conditions'>;

/** Of several pods on a node the oldest speaks for it. */
export function countsOf(
  set: DaemonSet,
  nodes: readonly Node[],
  byNode: PodsByNode,
  hash: string,
  now: number,
): Counts {
  let desired = 0;
  let current = 0;
  let misscheduled = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name);
    if (!eligibilityOf(set, node).run) {
      if (pods !== undefined) misscheduled++;
      continue;
    }
    desired++;
    if (pods === undefined) continue;
    current++;
    const pod = pods.length === 1 ? pods[0]! : oldestFirst(pods)[0]!;
    if (isPodReady(pod)) {
      ready++;
      if (isPodAvailable(pod, set.spec.minReadySeconds, now)) available++;
    }
    if (isUpdated(pod, hash)) updated++;
  }
  return {
    desiredNumberScheduled: desired,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: desired - available,
  };
}

function saysTheSame(status: DaemonSetStatus, counts: Counts): boolean {
  return (Object.keys(counts) as (keyof Counts)[]).every((name) => status[name] === counts[name]);
}

/**
 * Writes the status if it says something new; a refused write is tried once more on the version the server has. Gives
 * the set as it is afterwards.
 *
 * @param observed whether this sync acted on the generation that the set is in
 */
export function* writeStatus(set: DaemonSet, counts: Counts, observed: boolean): Steps<DaemonSet> {
  const { generation } = set.metadata;
  if (saysTheSame(set.status, counts) && set.status.observedGeneration >= generation) return set;
  const withCounts = (latest: DaemonSet): DaemonSet => {
    const observedGeneration = observed ? generation : latest.status.observedGeneration;
    return { ...latest, status: { ...latest.status, ...counts, observedGeneration } };
  };
  const first: Response = yield { verb: 'update', subresource: 'status', object: withCounts(set) };
  if (first.ok) return first.object as DaemonSet;
  const fresh = yield* demand<DaemonSet>({ verb: 'get', kind: 'DaemonSet', key: keyOf(set) });
  const second: Response = yield { verb: 'update', subresource: 'status', object: withCounts(fresh) };
  if (!second.ok) throw new SyncError(second.message);
  return second.object as DaemonSet;
}

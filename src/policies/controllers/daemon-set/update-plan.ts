import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import { isPodAvailable, type Pod } from '../../../sim/api/pod.ts';
import { pairOf, type PodsByNode } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';
import type { Changes } from './node-needs.ts';
import { boundsOf } from './strategy.ts';

/** What a rolling update looks at. Times are microseconds. */
export interface UpdateView {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly nodes: readonly Node[];
  readonly byNode: PodsByNode;
  readonly now: number;
}

/** The next step of a rolling update: pods that make room for new ones, or nodes that get a second one. */
export function updateStep(view: UpdateView): Changes {
  const { set, nodes, byNode } = view;
  let desired = 0;
  let missing = 0;
  for (const node of nodes) {
    if (!eligibilityOf(set, node).run) continue;
    desired++;
    if (!byNode.has(node.metadata.name)) missing++;
  }
  const { maxSurge, maxUnavailable } = boundsOf(set, desired);
  return maxSurge === 0 ? replaceOld(view, maxUnavailable, missing) : surge(view, maxSurge, desired);
}

function isAvailable({ set, now }: UpdateView, pod: Pod): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds, now);
}

/**
 * Old pods that are not available may go at once; of the others as many as leave no more than `maxUnavailable` nodes
 * without an available pod. The pod that follows is made once the old one is gone.
 *
 * @param missing how many nodes want a pod and have none
 */
function replaceOld(view: UpdateView, maxUnavailable: number, missing: number): Changes {
  const { byNode, hash } = view;
  let unavailable = missing;
  const ailing: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pods of byNode.values()) {
    const pair = pairOf(pods, hash);
    if (pair === undefined || (pair.old === undefined) === (pair.updated === undefined)) unavailable++;
    else if (pair.updated !== undefined) {
      if (!isAvailable(view, pair.updated)) unavailable++;
    } else if (!isAvailable(view, pair.old!)) ailing.push(pair.old!);
    else if (unavailable < maxUnavailable) candidates.push(pair.old!);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  return { create: [], remove: [...ailing, ...candidates.slice(0, room)] };
}

/**
 * A node whose old pod is not available gets a new one at once; of the others as many as keep the number of second pods
 * that are not available yet within `maxSurge`. Where the new one is available, the old one goes.
 */
function surge(view: UpdateView, maxSurge: number, desired: number): Changes {
  const { set, nodes, byNode, hash } = view;
  const runs = new Map(nodes.map((node) => [node.metadata.name, node]));
  const mayRun = (name: string): boolean => {
    const node = runs.get(name);
    return node !== undefined && eligibilityOf(set, node).run;
  };
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  /** Available pods on nodes that are to have none any more: they go when others have taken their place. */
  const retiring: Pod[] = [];
  const atOnce: string[] = [];
  const candidates: string[] = [];
  for (const [name, pods] of byNode) {
    const pair = pairOf(pods, hash);
    if (pair === undefined) {
      surging++;
      continue;
    }
    const { old, updated } = pair;
    const counts = old ?? updated;
    if (counts !== undefined && isAvailable(view, counts)) available++;
    if (old === undefined) continue;
    if (updated !== undefined) {
      if (isAvailable(view, updated)) remove.push(old);
      else surging++;
    } else if (!isAvailable(view, old)) {
      if (mayRun(name)) atOnce.push(name);
      else remove.push(old);
    } else if (!mayRun(name)) retiring.push(old);
    else if (surging < maxSurge) candidates.push(name);
  }
  remove.push(...retiring.slice(0, Math.max(0, available - desired)));
  const room = Math.max(0, maxSurge - surging);
  return { create: [...atOnce, ...candidates.slice(0, room)], remove };
}

import { isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import { REVISION_LABEL } from '../history/revisions.ts';
import { targetNode } from './pod-of-node.ts';

/** The pods of a DaemonSet by the node they are on or were made for. */
export type PodsByNode = Map<string, Pod[]>;

/** Every pod that is there. */
export function allByNode(pods: readonly Pod[]): PodsByNode {
  const byNode: PodsByNode = new Map();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined) continue;
    const there = byNode.get(node);
    if (there === undefined) byNode.set(node, [pod]);
    else there.push(pod);
  }
  return byNode;
}

/** Those of a node without pods that have ended and are being taken away: there is nothing left to do about them. */
export function livingOf(pods: readonly Pod[] | undefined): readonly Pod[] | undefined {
  if (pods === undefined || !pods.some(hasEnded)) return pods;
  const living = pods.filter((pod) => !hasEnded(pod));
  return living.length === 0 ? undefined : living;
}

function hasEnded(pod: Pod): boolean {
  return isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function isUpdated(pod: Pod, hash: string): boolean {
  return pod.metadata.labels[REVISION_LABEL] === hash;
}

/** Those on a node first, then the older, then by name. */
export function oldestFirst(pods: readonly Pod[]): Pod[] {
  if (pods.length < 2) return [...pods];
  const unbound = (pod: Pod): number => ((pod.spec.nodeName ?? '') === '' ? 1 : 0);
  return [...pods].sort(
    (a, b) =>
      unbound(a) - unbound(b) ||
      a.metadata.creationTimestamp - b.metadata.creationTimestamp ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  );
}

/** The new and the old pod of a node; `undefined` where there are two of one sort, which is not for an update to sort out. */
export function pairOf(
  pods: readonly Pod[],
  hash: string,
): { readonly updated: Pod | undefined; readonly old: Pod | undefined } | undefined {
  let updated: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (isUpdated(pod, hash)) {
      if (updated !== undefined) return undefined;
      updated = pod;
    } else {
      if (old !== undefined) return undefined;
      old = pod;
    }
  }
  return { updated, old };
}

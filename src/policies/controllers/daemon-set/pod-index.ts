import type { Change } from '../../../sim/api/change.ts';
import { controllerOf, type Labels } from '../../../sim/api/meta.ts';
import { isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import type { PodsByNode } from './daemon-pods.ts';
import { targetNode } from './pod-of-node.ts';

interface Holding {
  readonly byNode: PodsByNode;
  /** How many pods there are of each label object: pods of one revision share theirs. */
  readonly labels: Map<Labels, number>;
  /** Pods that have ended and are being taken away. */
  ended: number;
}

/**
 * The pods of every DaemonSet by their nodes, kept as changes come in: a sync would otherwise sort all of them several
 * times over, and there is one for nearly every change of a pod.
 */
export class PodIndex {
  readonly #byOwner = new Map<string, Holding>();

  apply(change: Change<'Pod'>): void {
    const { type, object } = change;
    const before = type === 'ADDED' ? undefined : (change.previous ?? object);
    if (before !== undefined && type !== 'DELETED' && this.#replace(before, object)) return;
    if (before !== undefined) this.#remove(before);
    if (type !== 'DELETED') this.#add(object);
  }

  /** Most changes move nothing: the pod stands where it stood. */
  #replace(before: Pod, after: Pod): boolean {
    if (before.metadata.uid !== after.metadata.uid || before.metadata.labels !== after.metadata.labels) return false;
    if (before.metadata.ownerReferences !== after.metadata.ownerReferences) return false;
    const uid = ownerOf(after);
    const holding = uid === undefined ? undefined : this.#byOwner.get(uid);
    const node = targetNode(after);
    if (holding === undefined || node === undefined || targetNode(before) !== node) return false;
    const there = holding.byNode.get(node);
    const place = there?.findIndex(({ metadata }) => metadata.uid === after.metadata.uid) ?? -1;
    if (there === undefined || place < 0) return false;
    there[place] = after;
    holding.ended += Number(hasEnded(after)) - Number(hasEnded(before));
    return true;
  }

  /** Every pod of the owner, by node. Not to be changed. */
  all(uid: string): PodsByNode {
    return this.#byOwner.get(uid)?.byNode ?? NOBODY;
  }

  /** The same without pods that have ended and are being taken away; undefined: it would have to be sorted out. */
  living(uid: string): PodsByNode | undefined {
    const holding = this.#byOwner.get(uid);
    if (holding === undefined) return NOBODY;
    return holding.ended === 0 ? holding.byNode : undefined;
  }

  /** The different labels of the owner's pods. */
  labelsOf(uid: string): Iterable<Labels> {
    return this.#byOwner.get(uid)?.labels.keys() ?? [];
  }

  has(uid: string, node: string): boolean {
    return this.#byOwner.get(uid)?.byNode.has(node) ?? false;
  }

  #add(pod: Pod): void {
    const uid = ownerOf(pod);
    if (uid === undefined) return;
    let holding = this.#byOwner.get(uid);
    if (holding === undefined) {
      this.#byOwner.set(uid, (holding = { byNode: new Map(), labels: new Map(), ended: 0 }));
    }
    const { labels } = pod.metadata;
    holding.labels.set(labels, (holding.labels.get(labels) ?? 0) + 1);
    if (hasEnded(pod)) holding.ended++;
    const node = targetNode(pod);
    if (node === undefined) return;
    const there = holding.byNode.get(node);
    if (there === undefined) holding.byNode.set(node, [pod]);
    else there.push(pod);
  }

  #remove(pod: Pod): void {
    const uid = ownerOf(pod);
    const holding = uid === undefined ? undefined : this.#byOwner.get(uid);
    if (holding === undefined) return;
    const { labels } = pod.metadata;
    const count = (holding.labels.get(labels) ?? 0) - 1;
    if (count > 0) holding.labels.set(labels, count);
    else holding.labels.delete(labels);
    if (hasEnded(pod)) holding.ended--;
    const node = targetNode(pod);
    if (node !== undefined) {
      const rest = (holding.byNode.get(node) ?? []).filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
      if (rest.length > 0) holding.byNode.set(node, rest);
      else holding.byNode.delete(node);
    }
    if (holding.labels.size === 0) this.#byOwner.delete(uid!);
  }
}

const NOBODY: PodsByNode = new Map();

function ownerOf({ metadata }: Pod): string | undefined {
  const reference = controllerOf(metadata);
  return reference?.kind === 'DaemonSet' ? reference.uid : undefined;
}

function hasEnded(pod: Pod): boolean {
  return isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

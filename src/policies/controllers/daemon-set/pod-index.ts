import type { Change } from '../../../sim/api/change.ts';
import { controllerOf, type Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodsByNode } from './daemon-pods.ts';
import { targetNode } from './pod-of-node.ts';

interface Holding {
  readonly byNode: PodsByNode;
  /** How many pods there are of each label object: pods of one revision share theirs. */
  readonly labels: Map<Labels, number>;
}

/**
 * The pods of every DaemonSet by their nodes, kept as changes come in: a sync would otherwise sort all of them several
 * times over, and there is one for nearly every change of a pod.
 */
export class PodIndex {
  readonly #byOwner = new Map<string, Holding>();
  readonly #changed: (ownerUid: string, node: string) => void;

  /** @param changed is told of every node whose pods are no longer what they were */
  constructor(changed: (ownerUid: string, node: string) => void) {
    this.#changed = changed;
  }

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
    this.#changed(uid!, node);
    return true;
  }

  /** Every pod of the owner, by node. Not to be changed. */
  all(uid: string): PodsByNode {
    return this.#byOwner.get(uid)?.byNode ?? NOBODY;
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
      this.#byOwner.set(uid, (holding = { byNode: new Map(), labels: new Map() }));
    }
    const { labels } = pod.metadata;
    holding.labels.set(labels, (holding.labels.get(labels) ?? 0) + 1);
    const node = targetNode(pod);
    if (node === undefined) return;
    const there = holding.byNode.get(node);
    if (there === undefined) holding.byNode.set(node, [pod]);
    else there.push(pod);
    this.#changed(uid, node);
  }

  #remove(pod: Pod): void {
    const uid = ownerOf(pod);
    const holding = uid === undefined ? undefined : this.#byOwner.get(uid);
    if (holding === undefined) return;
    const { labels } = pod.metadata;
    const count = (holding.labels.get(labels) ?? 0) - 1;
    if (count > 0) holding.labels.set(labels, count);
    else holding.labels.delete(labels);
    const node = targetNode(pod);
    if (node !== undefined) {
      const rest = (holding.byNode.get(node) ?? []).filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
      if (rest.length > 0) holding.byNode.set(node, rest);
      else holding.byNode.delete(node);
      this.#changed(uid!, node);
    }
    if (holding.labels.size === 0) this.#byOwner.delete(uid!);
  }
}

const NOBODY: PodsByNode = new Map();

function ownerOf({ metadata }: Pod): string | undefined {
  const reference = controllerOf(metadata);
  return reference?.kind === 'DaemonSet' ? reference.uid : undefined;
}

import type { Change } from '../../../sim/api/change.ts';
import { controllerOf, type Labels } from '../../../sim/api/meta.ts';
import { isPodReady, isPodTerminal, readySince, type Pod } from '../../../sim/api/pod.ts';

/** How many pods of one owner with one label object are in which state. */
export interface PodCount {
  readonly labels: Labels;
  /** Neither finished nor being deleted. */
  active: number;
  /** Active, and the Ready condition is True. */
  ready: number;
  /** Those by the time since which they are, in microseconds. */
  readonly readySince: Map<number, number>;
  /** Being deleted and not finished. */
  terminating: number;
  /** Finished, being deleted or not. */
  finished: number;
  /** The active ones by their node; those without one under the empty name. */
  readonly activeByNode: Map<string, number>;
}

const State = { Finished: 0, Active: 1, Ready: 2, Terminating: 3 } as const;
type State = (typeof State)[keyof typeof State];

function stateOf(pod: Pod): State {
  if (isPodTerminal(pod)) return State.Finished;
  if (pod.metadata.deletionTimestamp !== undefined) return State.Terminating;
  return isPodReady(pod) ? State.Ready : State.Active;
}

/** Most changes of a pod move it from nowhere to nowhere. */
function countsTheSame(before: Pod, after: Pod): boolean {
  const state = stateOf(after);
  return (
    before.metadata.labels === after.metadata.labels &&
    before.metadata.ownerReferences === after.metadata.ownerReferences &&
    before.spec.nodeName === after.spec.nodeName &&
    stateOf(before) === state &&
    (state !== State.Ready || readySince(before) === readySince(after))
  );
}

/**
 * Counts the pods of every owner as changes come in, so that a sync need not walk them: a change costs the same whether
 * its ReplicaSet has one replica or five thousand. Pods of a template share their label object, so there is about one
 * count an owner.
 */
export class PodTally {
  readonly #ownerKind: string;
  readonly #byOwner = new Map<string, Map<Labels, PodCount>>();

  /** @param ownerKind pods of owners of other kinds are somebody else's */
  constructor(ownerKind: string) {
    this.#ownerKind = ownerKind;
  }

  apply(change: Change<'Pod'>): void {
    const before = change.type === 'ADDED' ? undefined : (change.previous ?? change.object);
    const after = change.type === 'DELETED' ? undefined : change.object;
    if (before !== undefined && after !== undefined && countsTheSame(before, after)) return;
    if (before !== undefined) this.#add(before, -1);
    if (after !== undefined) this.#add(after, 1);
  }

  /** One count for each label object; empty when the owner has no pods. */
  of(ownerUid: string): Iterable<PodCount> {
    return this.#byOwner.get(ownerUid)?.values() ?? [];
  }

  #add(pod: Pod, by: 1 | -1): void {
    const owner = controllerOf(pod.metadata);
    if (owner?.kind !== this.#ownerKind) return;
    const state = stateOf(pod);
    const { labels } = pod.metadata;
    let counts = this.#byOwner.get(owner.uid);
    if (counts === undefined) this.#byOwner.set(owner.uid, (counts = new Map()));
    let count = counts.get(labels);
    if (count === undefined) counts.set(labels, (count = noPods(labels)));
    if (state === State.Finished) count.finished += by;
    else if (state === State.Terminating) count.terminating += by;
    else {
      count.active += by;
      addTo(count.activeByNode, pod.spec.nodeName ?? '', by);
    }
    if (state === State.Ready) {
      count.ready += by;
      addTo(count.readySince, readySince(pod), by);
    }
    if (by === -1 && count.active + count.terminating + count.finished === 0) {
      counts.delete(labels);
      if (counts.size === 0) this.#byOwner.delete(owner.uid);
    }
  }
}

function noPods(labels: Labels): PodCount {
  return { labels, active: 0, ready: 0, readySince: new Map(), terminating: 0, finished: 0, activeByNode: new Map() };
}

/** Adds to one of many counts; one that comes to nothing goes. */
export function addTo<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

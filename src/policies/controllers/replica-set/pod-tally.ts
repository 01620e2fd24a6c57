import type { Change } from '../../../sim/api/change.ts';
import { controllerOf, type Labels } from '../../../sim/api/meta.ts';
import { isPodReady, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';

/** How many pods of one owner with one label object are in which state. */
export interface PodCount {
  readonly labels: Labels;
  /** Neither finished nor being deleted. */
  active: number;
  /** Active, and the Ready condition is True. */
  ready: number;
  /** Being deleted and not finished. */
  terminating: number;
}

const State = { None: 0, Active: 1, Ready: 2, Terminating: 3 } as const;
type State = (typeof State)[keyof typeof State];

function stateOf(pod: Pod): State {
  if (isPodTerminal(pod)) return State.None;
  if (pod.metadata.deletionTimestamp !== undefined) return State.Terminating;
  return isPodReady(pod) ? State.Ready : State.Active;
}

/** Most changes of a pod move it from nowhere to nowhere. */
function countsTheSame(before: Pod, after: Pod): boolean {
  return (
    before.metadata.labels === after.metadata.labels &&
    before.metadata.ownerReferences === after.metadata.ownerReferences &&
    stateOf(before) === stateOf(after)
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

  /** One count for each label object; empty when the owner has no pods that are active or terminating. */
  of(ownerUid: string): Iterable<PodCount> {
    return this.#byOwner.get(ownerUid)?.values() ?? [];
  }

  #add(pod: Pod, by: 1 | -1): void {
    const owner = controllerOf(pod.metadata);
    if (owner?.kind !== this.#ownerKind) return;
    const state = stateOf(pod);
    if (state === State.None) return;
    const { labels } = pod.metadata;
    let counts = this.#byOwner.get(owner.uid);
    if (counts === undefined) this.#byOwner.set(owner.uid, (counts = new Map()));
    let count = counts.get(labels);
    if (count === undefined) counts.set(labels, (count = { labels, active: 0, ready: 0, terminating: 0 }));
    if (state === State.Terminating) count.terminating += by;
    else count.active += by;
    if (state === State.Ready) count.ready += by;
    if (by === -1 && count.active === 0 && count.terminating === 0) {
      counts.delete(labels);
      if (counts.size === 0) this.#byOwner.delete(owner.uid);
    }
  }
}

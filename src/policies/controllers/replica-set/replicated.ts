import type { LabelSelector, Labels } from '../../../sim/api/meta.ts';
import type { ReplicationController } from '../../../sim/api/replication-controller.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';

/** What keeps a number of equal pods alive: one controller serves both kinds, as the real one does. */
export type Replicated = ReplicaSet | ReplicationController;

export type ReplicatedKind = Replicated['kind'];

const selectors = new WeakMap<Labels, LabelSelector>();

/** The same selector object for the same labels, since caches remember what it matched. */
export function selectorOf(owner: Replicated): LabelSelector {
  if (owner.kind === 'ReplicaSet') return owner.spec.selector;
  const labels = owner.spec.selector;
  let selector = selectors.get(labels);
  if (selector === undefined) selectors.set(labels, (selector = Object.freeze({ matchLabels: labels })));
  return selector;
}

import type { ApiObject } from '../../../sim/api/kinds.ts';

/**
 * The uids of owners that are not among the objects of a recorded cluster though objects name them. `kubectl get
 * nodes,pods` shows pods without their ReplicaSets; those exist all the same, so their pods are no garbage.
 */
export function unrecordedOwners(recorded: readonly ApiObject[]): ReadonlySet<string> {
  const owners = new Set(
    recorded.flatMap(({ metadata }) => metadata.ownerReferences.map((reference) => reference.uid)),
  );
  for (const { metadata } of recorded) owners.delete(metadata.uid);
  return owners;
}

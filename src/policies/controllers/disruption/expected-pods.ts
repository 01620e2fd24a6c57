import { objectKey, type ApiObject, type Kinds } from '../../../sim/api/kinds.ts';
import { controllerOf, type OwnerReference } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import { scaledValue } from '../../../sim/api/int-or-percent.ts';
import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';
import type { BudgetPods } from './budget-pods.ts';

/** Kinds whose scale a PodDisruptionBudget knows by itself. */
type Scaled = 'ReplicationController' | 'ReplicaSet' | 'StatefulSet' | 'Deployment';

export type Expected =
  { readonly expected: number; readonly desired: number; readonly unmanaged: number } | { readonly failure: string };

/** How many replicas the controllers of pods want; the scale of a Deployment stands for that of its ReplicaSets. */
export class ScaleFinder {
  readonly #host: ControllerHost;

  constructor(host: ControllerHost) {
    this.#host = host;
    // Caches have to be there before anybody asks.
    for (const kind of ['ReplicationController', 'ReplicaSet', 'StatefulSet', 'Deployment'] as const) host.lister(kind);
  }

  /** What scale counts for pods that a controller of this namespace has: its uid and the replicas it wants. Undefined: nobody's is known. */
  of(namespace: string, reference: OwnerReference): { readonly uid: string; readonly replicas: number } | undefined {
    if (reference.kind === 'ReplicaSet') {
      const set = this.#find('ReplicaSet', namespace, reference);
      if (set === undefined) return undefined;
      const above = controllerOf(set.metadata);
      if (above?.kind !== 'Deployment') return { uid: set.metadata.uid, replicas: set.spec.replicas };
      const deployment = this.#find('Deployment', namespace, above);
      return deployment && { uid: deployment.metadata.uid, replicas: deployment.spec.replicas };
    }
    if (reference.kind !== 'ReplicationController' && reference.kind !== 'StatefulSet') return undefined;
    const owner = this.#find(reference.kind, namespace, reference);
    return owner && { uid: owner.metadata.uid, replicas: owner.spec.replicas };
  }

  #find<K extends Scaled>(kind: K, namespace: string, { name, uid }: OwnerReference): Kinds[K] | undefined {
    const found: ApiObject | undefined = this.#host.lister(kind).get(objectKey(namespace, name));
    return found?.metadata.uid === uid ? (found as Kinds[K]) : undefined;
  }
}

/**
 * How many pods there should be, and how many of them healthy (kubernetes-behaviour.md 3.12).
 *
 * @param pods all pods of the budget; asked for only to name the one whose controller nobody knows
 */
export function expectedPods(
  { spec, metadata: { namespace } }: PodDisruptionBudget,
  held: BudgetPods,
  scales: ScaleFinder,
  pods: () => readonly Pod[],
): Expected {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expected: held.count, desired: minAvailable, unmanaged: 0 };
  }
  const wanted = new Map<string, number>();
  for (const reference of held.controllers()) {
    const scale = scales.of(namespace, reference);
    if (scale === undefined) return { failure: `found no controllers for pod "${firstWithoutScale(pods(), scales)}"` };
    wanted.set(scale.uid, scale.replicas);
  }
  const { unmanaged } = held;
  let expected = 0;
  for (const replicas of wanted.values()) expected += replicas;
  if (maxUnavailable !== undefined) {
    return { expected, desired: Math.max(0, expected - scaledValue(maxUnavailable, expected, 'up')), unmanaged };
  }
  if (minAvailable === undefined) return { expected: 0, desired: 0, unmanaged: 0 };
  return { expected, desired: scaledValue(minAvailable, expected, 'up'), unmanaged };
}

function firstWithoutScale(pods: readonly Pod[], scales: ScaleFinder): string {
  for (const { metadata } of pods) {
    const reference = controllerOf(metadata);
    if (reference !== undefined && scales.of(metadata.namespace, reference) === undefined) return metadata.name;
  }
  throw new RangeError('the scales of all pods are known');
}

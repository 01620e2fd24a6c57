import { factsOf, type ApiObject, type Kind } from '../../../sim/api/kinds.ts';
import type { Condition } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import { wholeSecond } from '../whole-second.ts';

/** What a pass over a namespace has left behind. */
export class Remaining {
  readonly #byKind = new Map<Kind, number>();
  readonly #byFinalizer = new Map<string, number>();

  get count(): number {
    let sum = 0;
    for (const count of this.#byKind.values()) sum += count;
    return sum;
  }

  /** Whether a finalizer holds any of them. */
  add(kind: Kind, objects: readonly ApiObject[]): boolean {
    this.#byKind.set(kind, objects.length);
    let held = false;
    for (const { metadata } of objects) {
      for (const finalizer of metadata.finalizers) {
        held = true;
        this.#byFinalizer.set(finalizer, (this.#byFinalizer.get(finalizer) ?? 0) + 1);
      }
    }
    return held;
  }

  /** As Kubernetes tells it; empty: nothing is left. */
  get resources(): string {
    return joined([...this.#byKind].map(([kind, n]) => `${resourceOf(kind)} has ${n} resource instances`));
  }

  get finalizers(): string {
    return joined([...this.#byFinalizer].map(([name, n]) => `${name} in ${n} resource instances`));
  }
}

function joined(texts: readonly string[]): string {
  return [...texts].sort((a, b) => (a < b ? -1 : 1)).join(', ');
}

/** `pods.`, `deployments.apps`: resource and group. */
function resourceOf(kind: Kind): string {
  const { apiVersion, plural } = factsOf(kind);
  const at = apiVersion.indexOf('/');
  return `${plural}.${at < 0 ? '' : apiVersion.slice(0, at)}`;
}

/** The conditions of a namespace after a pass. */
export function conditionsOf(remaining: Remaining, before: readonly Condition[], now: number): readonly Condition[] {
  const { resources, finalizers } = remaining;
  const verdicts: readonly (readonly [type: string, bad: boolean, reason: string, message: string])[] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    resources === ''
      ? ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed']
      : ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${resources}`],
    finalizers === ''
      ? ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished']
      : [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers}`,
        ],
  ];
  return verdicts.map(([type, bad, reason, message]): Condition => {
    const old = conditionOf(before, type);
    const status = bad ? 'True' : 'False';
    const since = old?.status === status ? old.lastTransitionTime : undefined;
    return { type, status, reason, message, lastTransitionTime: since ?? wholeSecond(now) };
  });
}

import { isEmptySelector } from '../../../sim/api/label-selector.ts';
import { NO_LABELS, type Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { AffinityTerm, PluginHandle } from '../../../sim/policy-api/scheduling.ts';

/** Says whether a term selects a pod of a namespace with these labels. */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels: Labels): boolean {
  const { namespace, labels } = pod.metadata;
  if (!term.namespaces.has(namespace) && term.matchesNamespaceLabels?.(namespaceLabels) !== true) return false;
  return term.matchesLabels(labels);
}

/** All terms select the pod; false when there is no term. */
export function allTermsMatch(terms: readonly AffinityTerm[], pod: Pod, namespaceLabels: Labels): boolean {
  if (terms.length === 0) return false;
  for (const term of terms) if (!termMatches(term, pod, namespaceLabels)) return false;
  return true;
}

/**
 * The incoming pod's terms with the namespaces added that their selectors select among those that exist (semantics sheet
 * 3.11). The selector itself stays, and is asked about pods of any namespace as if that had no labels.
 */
export function resolveNamespaces<T extends AffinityTerm>(terms: readonly T[], handle: PluginHandle): readonly T[] {
  if (!terms.some(needsNamespaces)) return terms;
  const all = handle.lister('Namespace').list();
  return terms.map((term) => {
    if (!needsNamespaces(term)) return term;
    const matches = term.matchesNamespaceLabels!;
    const selected = all.filter((namespace) => matches(namespace.metadata.labels));
    const namespaces = new Set([...term.namespaces, ...selected.map((namespace) => namespace.metadata.name)]);
    return { ...term, namespaces };
  });
}

function needsNamespaces(term: AffinityTerm): boolean {
  const selector = term.term.namespaceSelector;
  return selector !== undefined && !isEmptySelector(selector);
}

/** The labels of a namespace; none while it has no object. */
export function namespaceLabels(namespace: string, handle: PluginHandle): Labels {
  return handle.lister('Namespace').get(namespace)?.metadata.labels ?? NO_LABELS;
}

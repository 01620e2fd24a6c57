import type { Pod } from '../pod.ts';
import { qosClassOf } from '../qos.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../quota.ts';

/** What a quota asks of the pods it counts: all of it must hold. */
export function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const }));
  return [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])];
}

/** Whether a pod is in the scopes of a quota. */
export function isInScopes(pod: Pod, quota: ResourceQuota): boolean {
  return scopesOf(quota).every((scope) => isInScope(pod, scope));
}

function isInScope({ spec }: Pod, requirement: ScopedResourceSelectorRequirement): boolean {
  const isTerminating = spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return qosClassOf(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesClass(spec.priorityClassName ?? '', requirement);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(spec);
  }
}

function matchesClass(name: string, { operator, values = [] }: ScopedResourceSelectorRequirement): boolean {
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return name !== '' && values.includes(name);
    case 'NotIn':
      return name === '' || !values.includes(name);
  }
}

function reachesOtherNamespaces({ affinity }: Pod['spec']): boolean {
  for (const one of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    const terms = [
      ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
    ];
    if (terms.some((term) => (term.namespaces ?? []).length > 0 || term.namespaceSelector !== undefined)) return true;
  }
  return false;
}

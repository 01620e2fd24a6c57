import type { LabelSelector, LabelSelectorRequirement, Labels } from '../meta.ts';
import type { Affinity, Pod, PodAffinity, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../pod.ts';
import { deepFreeze } from '../freeze.ts';

/**
 * What the API server does once, when a pod is created: for each key in `matchLabelKeys` and `mismatchLabelKeys` that
 * the pod has a label for, the selector of the affinity term or spread constraint gets a requirement with the pod's own
 * value. Pods that share both their spec and their labels share the result; a pod without such keys comes back as it is.
 */
export function withMatchLabelKeys(pod: Pod): Pod {
  const spec = specWithLabelKeys(pod.spec, pod.metadata.labels);
  return spec === pod.spec ? pod : { ...pod, spec };
}

const merged = new WeakMap<PodSpec, WeakMap<Labels, PodSpec>>();

function specWithLabelKeys(spec: PodSpec, labels: Labels): PodSpec {
  const constraints = spec.topologySpreadConstraints;
  const hasKeys =
    constraints?.some(({ matchLabelKeys }) => matchLabelKeys !== undefined) === true ||
    affinityHasKeys(spec.affinity?.podAffinity) ||
    affinityHasKeys(spec.affinity?.podAntiAffinity);
  if (!hasKeys) return spec;
  let byLabels = merged.get(spec);
  if (byLabels === undefined) merged.set(spec, (byLabels = new WeakMap<Labels, PodSpec>()));
  let result = byLabels.get(labels);
  if (result === undefined) {
    const { affinity } = spec;
    result = deepFreeze({
      ...spec,
      ...(constraints === undefined
        ? {}
        : { topologySpreadConstraints: constraints.map((each) => constraintWithKeys(each, labels)) }),
      ...(affinity === undefined ? {} : { affinity: affinityWithKeys(affinity, labels) }),
    });
    byLabels.set(labels, result);
  }
  return result;
}

function termsOf(affinity: PodAffinity): readonly PodAffinityTerm[] {
  return [
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
  ];
}

function affinityHasKeys(affinity: PodAffinity | undefined): boolean {
  if (affinity === undefined) return false;
  return termsOf(affinity).some((term) => term.matchLabelKeys !== undefined || term.mismatchLabelKeys !== undefined);
}

function constraintWithKeys(constraint: TopologySpreadConstraint, labels: Labels): TopologySpreadConstraint {
  const { labelSelector, matchLabelKeys } = constraint;
  if (labelSelector === undefined || matchLabelKeys === undefined) return constraint;
  return { ...constraint, labelSelector: selectorWith(labelSelector, requirements(matchLabelKeys, 'In', labels)) };
}

function affinityWithKeys(affinity: Affinity, labels: Labels): Affinity {
  const { podAffinity, podAntiAffinity } = affinity;
  return {
    ...affinity,
    ...(podAffinity === undefined ? {} : { podAffinity: podAffinityWithKeys(podAffinity, labels) }),
    ...(podAntiAffinity === undefined ? {} : { podAntiAffinity: podAffinityWithKeys(podAntiAffinity, labels) }),
  };
}

function podAffinityWithKeys(affinity: PodAffinity, labels: Labels): PodAffinity {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution;
  return {
    ...(required === undefined
      ? {}
      : { requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => termWithKeys(term, labels)) }),
    ...(preferred === undefined
      ? {}
      : {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((each) => ({
            ...each,
            podAffinityTerm: termWithKeys(each.podAffinityTerm, labels),
          })),
        }),
  };
}

function termWithKeys(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  if (term.labelSelector === undefined) return term;
  const added = [
    ...requirements(term.matchLabelKeys ?? [], 'In', labels),
    ...requirements(term.mismatchLabelKeys ?? [], 'NotIn', labels),
  ];
  return { ...term, labelSelector: selectorWith(term.labelSelector, added) };
}

/** A key that the pod has no label for adds nothing. */
function requirements(keys: readonly string[], operator: 'In' | 'NotIn', labels: Labels): LabelSelectorRequirement[] {
  return keys.flatMap((key) => {
    const value: unknown = labels[key];
    return typeof value === 'string' ? [{ key, operator, values: [value] }] : [];
  });
}

function selectorWith(selector: LabelSelector, added: readonly LabelSelectorRequirement[]): LabelSelector {
  if (added.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}

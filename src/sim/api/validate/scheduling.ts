import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems, labelValueProblems } from '../names.ts';
import type { LabelSelector } from '../meta.ts';
import type { Taint } from '../node.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../pod.ts';
import type { Checker } from './checker.ts';
import { checkLabelSelector } from './labels.ts';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function checkNodeRequirement(requirement: NodeSelectorRequirement, strict: boolean, at: Checker): void {
  const { key, operator, values = [] } = requirement;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) at.at('values').required("must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        at.at('values').forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        at.at('values').required("must be specified single value when `operator` is 'Lt' or 'Gt'");
      }
      break;
    default:
      at.at('operator').invalid(operator, 'not a valid selector operator');
  }
  at.at('key').invalidFor(key, labelKeyProblems(key));
  if (!strict) return;
  values.forEach((value, index) => at.at('values', index).invalidFor(value, labelValueProblems(value)));
}

function checkFieldRequirement({ key, operator, values = [] }: NodeSelectorRequirement, at: Checker): void {
  if (operator !== 'In' && operator !== 'NotIn') at.at('operator').invalid(operator, 'not a valid selector operator');
  else if (values.length !== 1) {
    at.at('values').required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  }
  if (key !== 'metadata.name') return at.at('key').invalid(key, 'not a valid field selector key');
  values.forEach((value, index) => at.at('values', index).invalidFor(value, dnsSubdomainProblems(value)));
}

/** Preferences may name label values that no node could have. */
function checkNodeTerm(term: NodeSelectorTerm, strict: boolean, at: Checker): void {
  (term.matchExpressions ?? []).forEach((requirement, index) => {
    checkNodeRequirement(requirement, strict, at.at('matchExpressions', index));
  });
  (term.matchFields ?? []).forEach((requirement, index) => {
    checkFieldRequirement(requirement, at.at('matchFields', index));
  });
}

export function checkNodeSelector(selector: NodeSelector, strict: boolean, at: Checker): void {
  const terms = at.at('nodeSelectorTerms');
  if (selector.nodeSelectorTerms.length === 0) terms.required('must have at least one node selector term');
  selector.nodeSelectorTerms.forEach((term, index) => checkNodeTerm(term, strict, terms.at(index)));
}

function checkWeight(weight: number, at: Checker): void {
  if (weight < 1 || weight > 100) at.invalid(weight, 'must be in the range 1-100');
}

export function checkAffinity(affinity: Affinity | undefined, at: Checker): void {
  const node = affinity?.nodeAffinity;
  const required = node?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined) {
    checkNodeSelector(required, true, at.at('nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'));
  }
  (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((preferred, index) => {
    const here = at.at('nodeAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', index);
    checkWeight(preferred.weight, here.at('weight'));
    checkNodeTerm(preferred.preference, false, here.at('preference'));
  });
  if (affinity?.podAffinity !== undefined) checkPodAffinity(affinity.podAffinity, at.at('podAffinity'));
  if (affinity?.podAntiAffinity !== undefined) checkPodAffinity(affinity.podAntiAffinity, at.at('podAntiAffinity'));
}

function checkPodAffinity(affinity: PodAffinity, at: Checker): void {
  (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, index) => {
    checkPodAffinityTerm(term, at.at('requiredDuringSchedulingIgnoredDuringExecution', index));
  });
  (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((weighted, index) => {
    const here = at.at('preferredDuringSchedulingIgnoredDuringExecution', index);
    checkWeight(weighted.weight, here.at('weight'));
    checkPodAffinityTerm(weighted.podAffinityTerm, here.at('podAffinityTerm'));
  });
}

function checkPodAffinityTerm(term: PodAffinityTerm, at: Checker): void {
  checkLabelSelector(term.labelSelector, at.at('labelSelector'));
  checkLabelSelector(term.namespaceSelector, at.at('namespaceSelector'));
  (term.namespaces ?? []).forEach((namespace, index) => {
    at.at('namespaces', index).invalidFor(namespace, dnsLabelProblems(namespace));
  });
  checkLabelKeys(term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector, at);
  if (term.topologyKey === '') at.at('topologyKey').required('can not be empty');
  at.at('topologyKey').invalidFor(term.topologyKey, labelKeyProblems(term.topologyKey));
}

/** Keys whose values are taken from the pod's own labels: there must be a selector that they can be added to. */
function checkLabelKeys(
  matching: readonly string[] = [],
  mismatching: readonly string[] = [],
  selector: LabelSelector | undefined,
  at: Checker,
): void {
  for (const [name, keys] of [
    ['matchLabelKeys', matching],
    ['mismatchLabelKeys', mismatching],
  ] as const) {
    if (keys.length === 0) continue;
    if (selector === undefined) at.at(name).forbidden('must not be specified when labelSelector is not set');
    else keys.forEach((key, index) => at.at(name, index).invalidFor(key, labelKeyProblems(key)));
  }
  matching.forEach((key, index) => {
    if (mismatching.includes(key)) {
      at.at('matchLabelKeys', index).invalid(key, 'exists in both matchLabelKeys and mismatchLabelKeys');
    }
  });
}

export function checkTopologySpread(constraints: readonly TopologySpreadConstraint[], at: Checker): void {
  const last = new Map<string, number>();
  constraints.forEach((each, index) => last.set(`{${each.topologyKey}, ${each.whenUnsatisfiable}}`, index));
  constraints.forEach((constraint, index) => {
    const here = at.at(index);
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew < 1) here.at('maxSkew').invalid(maxSkew, 'must be greater than zero');
    if (topologyKey === '') here.at('topologyKey').required('can not be empty');
    if (!(['DoNotSchedule', 'ScheduleAnyway'] as string[]).includes(whenUnsatisfiable)) {
      here.at('whenUnsatisfiable').unsupported(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    }
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (last.get(pair) !== index) here.at('topologyKey').duplicate(pair);
    if (minDomains !== undefined) {
      if (minDomains < 1) here.at('minDomains').invalid(minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${String(whenUnsatisfiable)}`;
        here.at('minDomains').invalid(minDomains, detail);
      }
    }
    checkLabelKeys(constraint.matchLabelKeys, undefined, constraint.labelSelector, here);
    checkLabelSelector(constraint.labelSelector, here.at('labelSelector'));
  });
}

export function checkTolerations(tolerations: readonly Toleration[], at: Checker): void {
  tolerations.forEach((toleration, index) => {
    const here = at.at(index);
    const { key = '', operator, value = '', effect = '', tolerationSeconds } = toleration;
    if (key !== '') here.at('key').invalidFor(key, labelKeyProblems(key));
    else if (operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      here.at('operator').invalid(operator ?? '', detail);
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      here.at('effect').invalid(effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    switch (operator) {
      case undefined:
      case 'Equal': {
        const problems = labelValueProblems(value);
        if (problems.length > 0) here.at('operator').invalid(value, problems.join(';'));
        break;
      }
      case 'Exists':
        if (value !== '') here.at('operator').invalid(value, "value must be empty when `operator` is 'Exists'");
        break;
      case 'Lt':
      case 'Gt':
        here.at('operator').unsupported(operator, ['Equal', 'Exists', 'Lt', 'Gt']);
        break;
      default:
        here.at('operator').unsupported(operator, ['Equal', 'Exists']);
    }
    if (effect !== '' && !EFFECTS.includes(effect)) here.at('effect').unsupported(effect, EFFECTS);
  });
}

export function checkTaints(taints: readonly Taint[], at: Checker): void {
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const here = at.at(index);
    const { key, value = '', effect } = taint;
    here.at('key').invalidFor(key, labelKeyProblems(key));
    const problems = labelValueProblems(value);
    if (problems.length > 0) here.at('value').invalid(value, problems.join(';'));
    if ((effect as string) === '') here.at('effect').required();
    else if (!EFFECTS.includes(effect)) here.at('effect').unsupported(effect, EFFECTS);
    const pair = `${effect} ${key}`;
    if (seen.has(pair)) here.duplicate(taint, 'taints must be unique by key and effect pair');
    seen.add(pair);
  });
}

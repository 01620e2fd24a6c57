import type { Labels } from '../../../sim/api/meta.ts';
import { LABEL_HOSTNAME, LABEL_ZONE } from '../../../sim/api/node.ts';
import type { Pod, TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import { untoleratedTaint } from '../../../sim/api/taints.ts';
import type { NodeInfo } from '../../../sim/policy-api/scheduling.ts';
import { spreadSelector, type SpreadSelector } from './default-spread-selector.ts';
import { requiredNodePredicate } from './node-terms.ts';
import { HARD_EFFECTS } from './taint-toleration.ts';

/** A topology spread constraint with its defaults and its selector resolved for one pod. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: SpreadSelector;
  /** Nodes that the pod could not go to by its node affinity (its taints) do not count. */
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export type Action = TopologySpreadConstraint['whenUnsatisfiable'];

/** What a pod without constraints of its own gets from the system: spread over hosts, then over zones, softly. */
export const SYSTEM_DEFAULT_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { maxSkew: 3, topologyKey: LABEL_HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: LABEL_ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** The constraints with one action, in order; `selector` stands for their own where it is given. */
export function resolveConstraints(
  constraints: readonly TopologySpreadConstraint[],
  action: Action,
  podLabels: Labels,
  selector?: SpreadSelector,
): SpreadConstraint[] {
  return constraints
    .filter((constraint) => constraint.whenUnsatisfiable === action)
    .map((constraint) => ({
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      selector: selector ?? ownSelector(constraint, podLabels),
      honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
}

/** `matchLabelKeys` adds the pod's own values of those labels that it has. */
function ownSelector(constraint: TopologySpreadConstraint, podLabels: Labels): SpreadSelector {
  let labels: Record<string, string> | undefined;
  for (const key of constraint.matchLabelKeys ?? []) {
    const value = podLabels[key];
    if (value !== undefined) (labels ??= {})[key] = value;
  }
  return spreadSelector(constraint.labelSelector, labels);
}

export function hasAllKeys(node: NodeInfo, constraints: readonly SpreadConstraint[]): boolean {
  const { labels } = node.node.metadata;
  return constraints.every((constraint) => labels[constraint.topologyKey] !== undefined);
}

/** Whether the node counts for the constraint by its inclusion policies. */
export function isIncluded(node: NodeInfo, constraint: SpreadConstraint, pod: Pod, comparison: boolean): boolean {
  if (constraint.honorsAffinity && !requiredNodePredicate(pod.spec)(node.node)) return false;
  if (!constraint.honorsTaints) return true;
  return untoleratedTaint(node.node.spec.taints, pod.spec.tolerations, HARD_EFFECTS, comparison) === undefined;
}

/** Pods on the node that the constraint spreads. Those being deleted do not count; nor does anything for an empty selector. */
export function countMatching(node: NodeInfo, selector: SpreadSelector, namespace: string): number {
  if (selector.isEmpty) return 0;
  let count = 0;
  for (const { pod } of node.pods) {
    const { metadata } = pod;
    if (metadata.namespace !== namespace || metadata.deletionTimestamp !== undefined) continue;
    if (selector.matches(metadata.labels)) count++;
  }
  return count;
}

import type { Labels } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import { sameData } from '../../../sim/api/equality.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ClusterEventHint, QueueingHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, isPlaced, isSamePod, queueIf, type ObjectChange } from './object-change.ts';

/** The part of a hard constraint, its own or a default one, that a hint needs. */
export interface HintedConstraint {
  readonly topologyKey: string;
  readonly selector: { readonly matches: (labels: Labels) => boolean };
  readonly honorsTaints: boolean;
}

/**
 * PodTopologySpread: what is counted has changed, or the domains have. `constraintsOf` gives a pod's hard constraints;
 * `ownOnly` says that they follow from its spec, labels and namespace.
 */
export function topologySpreadEvents(
  constraintsOf: (pod: Pod) => readonly HintedConstraint[],
  ownOnly: boolean,
): readonly ClusterEventHint[] {
  const afterPodChange: ClusterEventHint['hint'] = (pod, change) =>
    afterPod(pod, changeOf<'Pod'>(change), constraintsOf);
  return [
    { events: ['Pod/Add', 'Pod/Delete'], hint: afterPodChange, sameForEqualPods: ownOnly },
    { events: ['Pod/UpdatePodLabel', 'Pod/UpdatePodToleration'], hint: afterPodChange },
    {
      events: ['Node/Add', 'Node/Delete', 'Node/UpdateNodeLabel', 'Node/UpdateNodeTaint'],
      hint: (pod, change) => afterNode(changeOf<'Node'>(change), constraintsOf(pod)),
      sameForEqualPods: ownOnly,
    },
  ];
}

function afterPod(
  pod: Pod,
  { before, after }: ObjectChange<'Pod'>,
  constraintsOf: (pod: Pod) => readonly HintedConstraint[],
): QueueingHint {
  const other = after ?? before;
  if (other === undefined) return 'QueueSkip';
  const isInvolved = isSamePod(pod, other) || (isPlaced(other) && other.metadata.namespace === pod.metadata.namespace);
  if (!isInvolved) return 'QueueSkip';
  const constraints = constraintsOf(pod);
  if (before === undefined || after === undefined) {
    return queueIf(constraints.some(({ selector }) => selector.matches(other.metadata.labels)));
  }
  const toleratesOthers =
    isSamePod(pod, after) && !sameData(before.spec.tolerations ?? [], after.spec.tolerations ?? []);
  if (toleratesOthers && constraints.some(({ honorsTaints }) => honorsTaints)) return 'Queue';
  const [old, current] = [before.metadata.labels, after.metadata.labels];
  return queueIf(constraints.some(({ selector }) => selector.matches(old) !== selector.matches(current)));
}

function afterNode({ before, after }: ObjectChange<'Node'>, constraints: readonly HintedConstraint[]): QueueingHint {
  const counts = (node: Node): boolean =>
    constraints.every(({ topologyKey }) => node.metadata.labels[topologyKey] !== undefined);
  if (before === undefined || after === undefined) return queueIf(counts((after ?? before)!));
  if (counts(before) !== counts(after)) return 'Queue';
  if (!counts(after)) return 'QueueSkip';
  const moved = constraints.some(
    ({ topologyKey }) => before.metadata.labels[topologyKey] !== after.metadata.labels[topologyKey],
  );
  return queueIf(moved || !sameData(before.spec.taints ?? [], after.spec.taints ?? []));
}

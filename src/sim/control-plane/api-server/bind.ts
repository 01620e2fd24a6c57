import type { ApiObject } from '../../api/kinds.ts';
import type { Condition, Labels } from '../../api/meta.ts';
import { metaAnnotated, metaAt, podStatusWith, specOnNode, withParts } from '../../api/versions.ts';
import { mergeConditions } from './patch.ts';
import { refuse, wholeSecond, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { refuseOtherUid } from './preconditions.ts';
import { refuseNotFound } from './refusals.ts';

/**
 * POST pods/binding: gives the pod its node, for good. Atomic: it fails where the pod has one already, is being
 * deleted, or is gated. Annotations of the binding become the pod's.
 */
export function bind(
  current: ApiObject | undefined,
  name: string,
  uid: string,
  { node, annotations }: { readonly node: string; readonly annotations?: Labels | undefined },
  context: WriteContext,
): Outcome {
  if (current === undefined || current.kind !== 'Pod') return refuseNotFound('Pod', name);
  if (uid !== current.metadata.uid) return refuseOtherUid(current, uid);
  const { spec, status } = current;
  if (spec.nodeName !== undefined) return cannot(name, `is already assigned to node "${spec.nodeName}"`);
  if (current.metadata.deletionTimestamp !== undefined) {
    return cannot(name, 'is being deleted, cannot be assigned to a host');
  }
  if (spec.schedulingGates !== undefined && spec.schedulingGates.length > 0) {
    return cannot(name, 'has non-empty .spec.schedulingGates');
  }
  const scheduled: Condition = {
    type: 'PodScheduled',
    status: 'True',
    lastTransitionTime: wholeSecond(context.now),
  };
  const metadata = metaAt(current.metadata, context.revision);
  return {
    does: 'put',
    object: withParts(
      current,
      annotations === undefined ? metadata : metaAnnotated(metadata, { ...metadata.annotations, ...annotations }),
      specOnNode(spec, node),
      podStatusWith(status, {
        nominatedNodeName: undefined,
        conditions: mergeConditions(status.conditions, [scheduled]),
      }),
    ),
  };
}

function cannot(name: string, why: string): Refusal {
  return refuse('Conflict', `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} ${why}`);
}

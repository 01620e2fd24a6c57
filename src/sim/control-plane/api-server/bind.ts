import type { ApiObject } from '../../api/kinds.ts';
import type { Condition, Labels } from '../../api/meta.ts';
import { metaAnnotated, metaAt, podStatusWith, specOnNode, withParts } from '../../api/versions.ts';
import { mergeConditions } from './patch.ts';
import { refuse, wholeSecond, type Outcome, type WriteContext } from './outcome.ts';

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
  if (current === undefined || current.kind !== 'Pod') return refuse('NotFound', `pods "${name}" not found`);
  if (uid !== current.metadata.uid) {
    return refuse(
      'Conflict',
      `the uid in the precondition (${uid}) does not match the uid in record (${current.metadata.uid})`,
    );
  }
  const { spec, status } = current;
  if (spec.nodeName !== undefined) {
    return refuse('Conflict', `pod ${name} is already assigned to node "${spec.nodeName}"`);
  }
  if (current.metadata.deletionTimestamp !== undefined) {
    return refuse('Conflict', `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (spec.schedulingGates !== undefined && spec.schedulingGates.length > 0) {
    return refuse('Conflict', `pod ${name} has non-empty .spec.schedulingGates`);
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

import type { Change } from '../../../sim/api/change.ts';
import type { Kind, Kinds } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { QueueingHint } from '../../../sim/policy-api/scheduling.ts';

/** What an object was and what it has become: `before` is absent when it is new, `after` when it is gone. */
export interface ObjectChange<K extends Kind> {
  readonly before: Kinds[K] | undefined;
  readonly after: Kinds[K] | undefined;
}

/** A change of a kind that the registration named, so that it can be no other. */
export function changeOf<K extends Kind>(change: Change): ObjectChange<K> {
  const { object, previous } = change as unknown as Change<K>;
  return change.type === 'DELETED' ? { before: object, after: undefined } : { before: previous, after: object };
}

export function queueIf(condition: boolean): QueueingHint {
  return condition ? 'Queue' : 'QueueSkip';
}

/** Whether a pod holds a place on a node, or one is kept for it: others can profit when it goes. */
export function isPlaced(pod: Pod): boolean {
  const { spec, status } = pod;
  return (spec.nodeName ?? '') !== '' || (status.nominatedNodeName ?? '') !== '';
}

export function isSamePod(pod: Pod, other: Pod | undefined): boolean {
  return other !== undefined && pod.metadata.uid === other.metadata.uid;
}

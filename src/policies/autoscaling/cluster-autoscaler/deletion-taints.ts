import type { Node, Taint } from '../../../sim/api/node.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { insistOnTaints } from '../../controllers/node-lifecycle/write-taints.ts';
import { hasTaint } from '../../controllers/node-lifecycle/taints.ts';

const MICROS_PER_SECOND = 1_000_000;

/** The node is about to go. */
export const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
/** The node may go some time: better put nothing on it. */
export const DELETION_CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';

export function isToBeDeleted(node: Node): boolean {
  return hasTaint(node, TO_BE_DELETED, 'NoSchedule');
}

export function isDeletionCandidate(node: Node): boolean {
  return hasTaint(node, DELETION_CANDIDATE, 'PreferNoSchedule');
}

/** When the node was marked, in microseconds; undefined: it is not. */
export function toBeDeletedSince({ spec: { taints = [] } }: Node): number | undefined {
  const taint = taints.find(({ key }) => key === TO_BE_DELETED);
  return taint === undefined ? undefined : Number(taint.value ?? 0) * MICROS_PER_SECOND;
}

export function markToBeDeleted(nodeName: string, now: () => number): Steps<boolean> {
  return insistOnTaints(nodeName, { add: [taint(TO_BE_DELETED, 'NoSchedule', now())], remove: [] }, now);
}

export function cleanToBeDeleted(nodeName: string, now: () => number): Steps<boolean> {
  return insistOnTaints(nodeName, { add: [], remove: [{ key: TO_BE_DELETED, effect: 'NoSchedule' }] }, now);
}

export function markDeletionCandidate(nodeName: string, now: () => number): Steps<boolean> {
  return insistOnTaints(nodeName, { add: [taint(DELETION_CANDIDATE, 'PreferNoSchedule', now())], remove: [] }, now);
}

export function cleanDeletionCandidate(nodeName: string, now: () => number): Steps<boolean> {
  return insistOnTaints(nodeName, { add: [], remove: [{ key: DELETION_CANDIDATE, effect: 'PreferNoSchedule' }] }, now);
}

function taint(key: string, effect: Taint['effect'], now: number): Taint {
  return { key, value: String(Math.floor(now / MICROS_PER_SECOND)), effect };
}

import { conditionOf, isPodReady, type Pod } from '../../../sim/api/pod.ts';

/**
 * Which of a Job's pods go first: unassigned, not running, not ready, ready for the shortest time, restarted most,
 * youngest (kubernetes-behaviour.md 3.1, the older order without costs and ranks). Negative: `a` goes before `b`.
 */
export function compareActivePods(a: Pod, b: Pod): number {
  const unassignedA = a.spec.nodeName === undefined;
  if (unassignedA !== (b.spec.nodeName === undefined)) return unassignedA ? -1 : 1;
  const phase = phaseOrder(a) - phaseOrder(b);
  if (phase !== 0) return phase;
  const ready = isPodReady(a);
  if (ready !== isPodReady(b)) return ready ? 1 : -1;
  if (ready) {
    const since = laterFirst(readySince(a), readySince(b));
    if (since !== 0) return since;
  }
  const restarts = mostRestarts(b) - mostRestarts(a);
  if (restarts !== 0) return restarts;
  const created = laterFirst(a.metadata.creationTimestamp, b.metadata.creationTimestamp);
  if (created !== 0) return created;
  // The rest is in no order; a uid is drawn at random and favours nobody.
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}

function phaseOrder({ status }: Pod): number {
  return status.phase === 'Pending' ? 0 : status.phase === 'Unknown' ? 1 : 2;
}

function readySince(pod: Pod): number | undefined {
  return conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime;
}

/** An unknown time counts as the latest. */
function laterFirst(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return b - a;
}

function mostRestarts({ status }: Pod): number {
  return (status.containerStatuses ?? []).reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

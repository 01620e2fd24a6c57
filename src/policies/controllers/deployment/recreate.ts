import { isPodTerminal } from '../../../sim/api/pod.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import type { Draft } from './draft.ts';
import { cleanUpHistory } from './history.ts';
import { generationsOf } from './new-replica-set.ts';
import { active, sumOf, type Generations } from './replica-sets.ts';
import { resize } from './scale-replica-set.ts';
import { isComplete, syncRolloutStatus } from './status.ts';

/** One step of a Recreate: first every old pod goes, then the new ReplicaSet comes (kubernetes-behaviour.md 3.2). */
export function* recreate(draft: Draft, replicaSets: readonly ReplicaSet[]): Steps<void> {
  // What still runs is what the cache showed at the start of the sync.
  const running = new Set(replicaSets.filter((rs) => hasRunningPods(draft, rs)).map((rs) => rs.metadata.uid));
  let generations = yield* generationsOf(draft, replicaSets, 'find');
  const leaving = active(generations.old);
  for (const rs of leaving) yield* resize(draft, rs, 0);
  if (leaving.length > 0 || oldPodsRun(generations, running)) {
    yield* syncRolloutStatus(draft, generations);
    return;
  }
  if (generations.current === undefined) generations = yield* generationsOf(draft, replicaSets, 'create');
  if (generations.current !== undefined) yield* resize(draft, generations.current, draft.spec.replicas);
  if (isComplete(draft, draft.status)) yield* cleanUpHistory(draft, generations.old);
  yield* syncRolloutStatus(draft, generations);
}

function oldPodsRun({ current, old }: Generations, running: ReadonlySet<string>): boolean {
  if (sumOf(old, (rs) => rs.status.replicas) > 0) return true;
  for (const uid of running) if (uid !== current?.metadata.uid) return true;
  return false;
}

/** A pod that is being deleted still runs; only one that has ended does not. */
function hasRunningPods(draft: Draft, rs: ReplicaSet): boolean {
  return draft.host
    .lister('Pod')
    .ownedBy(rs.metadata.uid)
    .some((pod) => !isPodTerminal(pod));
}

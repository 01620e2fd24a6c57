import type { DaemonSet, DaemonSetStatus } from '../../../sim/api/daemon-set.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { demand } from '../requests.ts';
import type { NodeStandings } from './node-standings.ts';
import { Standing } from './standing.ts';

type Counts = Omit<DaemonSetStatus, 'observedGeneration' | 'collisionCount' | 'conditions'>;

export function countsOf(standings: NodeStandings): Counts {
  const desired = standings.count(Standing.Desired);
  const available = standings.count(Standing.Available);
  return {
    desiredNumberScheduled: desired,
    currentNumberScheduled: standings.count(Standing.Current),
    numberMisscheduled: standings.count(Standing.Misscheduled),
    numberReady: standings.count(Standing.Ready),
    updatedNumberScheduled: standings.count(Standing.Updated),
    numberAvailable: available,
    numberUnavailable: desired - available,
  };
}

function saysTheSame(status: DaemonSetStatus, counts: Counts): boolean {
  return (Object.keys(counts) as (keyof Counts)[]).every((name) => status[name] === counts[name]);
}

/**
 * Writes the status if it says something new; a refused write is tried once more on the version the server has. Gives
 * the set as it is afterwards.
 *
 * @param observed whether this sync acted on the generation that the set is in
 */
export function* writeStatus(set: DaemonSet, counts: Counts, observed: boolean): Steps<DaemonSet> {
  const { generation } = set.metadata;
  if (saysTheSame(set.status, counts) && set.status.observedGeneration >= generation) return set;
  const withCounts = (latest: DaemonSet): DaemonSet => {
    const observedGeneration = observed ? generation : latest.status.observedGeneration;
    return { ...latest, status: { ...latest.status, ...counts, observedGeneration } };
  };
  const first: Response = yield { verb: 'update', subresource: 'status', object: withCounts(set) };
  if (first.ok) return first.object as DaemonSet;
  const fresh = yield* demand<DaemonSet>({ verb: 'get', kind: 'DaemonSet', key: keyOf(set) });
  const second: Response = yield { verb: 'update', subresource: 'status', object: withCounts(fresh) };
  if (!second.ok) throw new SyncError(second.message);
  return second.object as DaemonSet;
}

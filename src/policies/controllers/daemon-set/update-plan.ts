import { isPodAvailable, type Pod } from '../../../sim/api/pod.ts';
import { livingOf, pairOf } from './daemon-pods.ts';
import type { Changes } from './node-needs.ts';
import type { NodeStandings } from './node-standings.ts';
import { Standing, type Subject } from './standing.ts';
import { boundsOf } from './strategy.ts';

/** The next step of a rolling update: pods that make room for new ones, or nodes that get a second one. */
export function updateStep(subject: Subject, standings: NodeStandings): Changes {
  if (standings.count(Standing.Old) === 0) return { create: [], remove: [] };
  const desired = standings.count(Standing.Desired);
  const { maxSurge, maxUnavailable } = boundsOf(subject.set, desired);
  return maxSurge === 0 ? replaceOld(standings, maxUnavailable) : surge(subject, standings, maxSurge, desired);
}

/**
 * Old pods that are not available may go at once; of the others as many as leave no more than `maxUnavailable` nodes
 * without an available pod. The pod that follows is made once the old one is gone.
 */
function replaceOld(standings: NodeStandings, maxUnavailable: number): Changes {
  const unavailable = standings.count(Standing.Missing) + standings.count(Standing.Unavailable);
  const room = Math.max(0, maxUnavailable - unavailable);
  const ailing: Pod[] = [];
  const candidates: Pod[] = [];
  for (const [name, pods] of standings.pods) {
    if (ailing.length === standings.count(Standing.Ailing) && candidates.length === room) break;
    if (!standings.is(name, Standing.OldAlone)) continue;
    const old = livingOf(pods)!.find(({ metadata }) => metadata.deletionTimestamp === undefined)!;
    if (standings.is(name, Standing.Ailing)) ailing.push(old);
    else if (candidates.length < room) candidates.push(old);
  }
  return { create: [], remove: [...ailing, ...candidates] };
}

/**
 * A node whose old pod is not available gets a new one at once; of the others as many as keep the number of second pods
 * that are not available yet within `maxSurge`. Where the new one is available, the old one goes.
 */
function surge({ set, hash, now }: Subject, standings: NodeStandings, maxSurge: number, desired: number): Changes {
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds, now);
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  /** Available pods on nodes that are to have none any more: they go when others have taken their place. */
  const retiring: Pod[] = [];
  const atOnce: string[] = [];
  const candidates: string[] = [];
  for (const [name, pods] of standings.pods) {
    const pair = pairOf(livingOf(pods) ?? [], hash);
    const mayRun = standings.is(name, Standing.Desired);
    if (pair === undefined) {
      surging++;
      continue;
    }
    const { old, updated } = pair;
    const counts = old ?? updated;
    if (counts !== undefined && isAvailable(counts)) available++;
    if (old === undefined) continue;
    if (updated !== undefined) {
      if (isAvailable(updated)) remove.push(old);
      else surging++;
    } else if (!isAvailable(old)) {
      if (mayRun) atOnce.push(name);
      else remove.push(old);
    } else if (!mayRun) retiring.push(old);
    else if (surging < maxSurge) candidates.push(name);
  }
  remove.push(...retiring.slice(0, Math.max(0, available - desired)));
  const room = Math.max(0, maxSurge - surging);
  return { create: [...atOnce, ...candidates.slice(0, room)], remove };
}

import { priorityOf, startTimeOf } from './importance.ts';
import type { Victims } from './select-victims.ts';

export interface Candidate {
  readonly nodeName: string;
  readonly victims: Victims;
}

/** The more the better, in this order; each is asked only about those that all before it left (kube-scheduler-semantics.md 6.5). */
const SHIFT = 2_147_483_648;

const CRITERIA: readonly ((victims: Victims) => number)[] = [
  (victims) => -victims.violations,
  (victims) => -priorityOf(victims.pods[0]!.pod),
  // Shifted, so that one victim more is never better than none, whatever its priority.
  (victims) => -victims.pods.reduce((sum, { pod }) => sum + priorityOf(pod) + SHIFT, 0),
  (victims) => -victims.pods.length,
  earliestStartOfTheHighest,
];

/** The candidates that no criterion separates; the first of them is taken. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let left = candidates;
  for (const criterion of CRITERIA) {
    if (left.length <= 1) break;
    const marks = left.map((candidate) => criterion(candidate.victims));
    const best = marks.reduce((a, b) => Math.max(a, b));
    left = left.filter((_, i) => marks[i] === best);
  }
  return left;
}

/** Victims that started late have done less work: the earliest start among those of the highest priority. */
function earliestStartOfTheHighest(victims: Victims): number {
  let highest = -Infinity;
  let earliest = Infinity;
  for (const { pod } of victims.pods) {
    const priority = priorityOf(pod);
    if (priority > highest) {
      highest = priority;
      earliest = startTimeOf(pod);
    } else if (priority === highest) {
      earliest = Math.min(earliest, startTimeOf(pod));
    }
  }
  return earliest;
}

import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import { isPodAvailable, isPodReady, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import { isUpdated, livingOf, oldestFirst, pairOf } from './daemon-pods.ts';
import { eligibilityOf, type Eligibility } from './eligibility.ts';

/** What a sync asks of every node: a bit each, so that all the answers of a node are one number. */
export const Standing = {
  /** It is to have a pod; and has one; it has one and is to have none. */
  Desired: 1 << 0,
  Current: 1 << 1,
  Misscheduled: 1 << 2,
  /** Of the pod that speaks for a node that is to have one. */
  Ready: 1 << 3,
  Available: 1 << 4,
  Updated: 1 << 5,
  /** A pod may have to come or to go. */
  Needy: 1 << 6,
  /** There is no such node, and a pod that was made for it never got onto it. */
  Stray: 1 << 7,
  /** For a rolling update: nobody is there who should be; who is there does not count as available. */
  Missing: 1 << 8,
  Unavailable: 1 << 9,
  /** A pod of an old revision stays until it is asked to go; alone; alone, and it is not available. */
  Old: 1 << 10,
  OldAlone: 1 << 11,
  Ailing: 1 << 12,
  /** A pod is ready and not yet for long enough: without any change it will have another standing. */
  Ripening: 1 << 13,
} as const;

export const QUESTIONS = 14;

/** By what nodes are judged. `now` in microseconds. */
export interface Subject {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly now: number;
}

/** @param pods all that are on the node or were made for it; `node` is undefined where there is none of their name */
export function standingOf(subject: Subject, node: Node | undefined, pods: readonly Pod[] | undefined): number {
  const eligibility = node === undefined ? undefined : eligibilityOf(subject.set, node);
  const living = livingOf(pods);
  return (
    inStatus(subject, eligibility, pods) |
    inNeeds(eligibility, living) |
    inUpdate(subject, eligibility, living) |
    (ripens(subject, pods) ? Standing.Ripening : 0)
  );
}

/** Of several pods on a node the oldest speaks for it. */
function inStatus({ set, hash, now }: Subject, eligibility: Eligibility | undefined, pods?: readonly Pod[]): number {
  if (eligibility === undefined) return 0;
  if (!eligibility.run) return pods === undefined ? 0 : Standing.Misscheduled;
  if (pods === undefined) return Standing.Desired;
  let standing: number = Standing.Desired | Standing.Current;
  const pod = pods.length === 1 ? pods[0]! : oldestFirst(pods)[0]!;
  if (isPodReady(pod)) {
    standing |= Standing.Ready;
    if (isPodAvailable(pod, set.spec.minReadySeconds, now)) standing |= Standing.Available;
  }
  return isUpdated(pod, hash) ? standing | Standing.Updated : standing;
}

/** One pod that may stay and goes on running wants nothing. */
function inNeeds(eligibility: Eligibility | undefined, living: readonly Pod[] | undefined): number {
  if (eligibility === undefined) return living?.some(isUnbound) === true ? Standing.Stray : 0;
  if (living === undefined) return eligibility.run ? Standing.Needy : 0;
  const [pod, second] = living;
  const isWell =
    eligibility.stay && second === undefined && pod!.metadata.deletionTimestamp === undefined && !isPodTerminal(pod!);
  return isWell ? 0 : Standing.Needy;
}

export function isUnbound(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') === '';
}

function inUpdate({ set, hash, now }: Subject, eligibility?: Eligibility, living?: readonly Pod[]): number {
  if (living === undefined) return eligibility?.run === true ? Standing.Missing : 0;
  const pair = pairOf(living, hash);
  if (pair === undefined) return Standing.Unavailable;
  const { old, updated } = pair;
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds, now);
  if (old === undefined) return updated === undefined || !isAvailable(updated) ? Standing.Unavailable : 0;
  if (updated !== undefined) return Standing.Old | Standing.Unavailable;
  return Standing.Old | Standing.OldAlone | (isAvailable(old) ? 0 : Standing.Ailing);
}

function ripens({ set, now }: Subject, pods: readonly Pod[] = []): boolean {
  const { minReadySeconds } = set.spec;
  return minReadySeconds > 0 && pods.some((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now));
}

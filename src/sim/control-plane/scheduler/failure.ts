import { conditionOf, type Pod, type PodStatus } from '../../api/pod.ts';
import { isRejection, type Status } from '../../policy-api/status.ts';
import { wholeSecond } from '../api-server/outcome.ts';
import { nominationOf } from './nomination.ts';

/** Why a pod was not placed. */
export interface Failure {
  readonly message: string;
  readonly unschedulablePlugins: Iterable<string>;
  readonly pendingPlugins: Iterable<string>;
  /** `''` clears the nomination, absent leaves it as it is. */
  readonly nominatedNodeName: string | undefined;
}

const NOBODY: readonly string[] = Object.freeze([]);
/** An Event's note is cut there. */
const LONGEST_NOTE = 1024;

export function failureOf(message: string, plugin: string | undefined): Failure {
  return {
    message,
    unschedulablePlugins: plugin === undefined ? NOBODY : [plugin],
    pendingPlugins: NOBODY,
    nominatedNodeName: '',
  };
}

/** After a node was chosen the error knows of that one alone, however many nodes there are (semantics sheet 1.7). */
export function refusedThere(reason: string): string {
  return `0/1 nodes are available: 1 ${reason}.`;
}

export function messageOf(status: Status): string {
  return status.reasons.join(', ');
}

export function outcomeOf(status: Status): 'unschedulable' | 'error' {
  return isRejection(status) ? 'unschedulable' : 'error';
}

export function noteOf({ message }: Failure): string {
  const suffix = ' ...';
  return message.length <= LONGEST_NOTE ? message : message.slice(0, LONGEST_NOTE - suffix.length) + suffix;
}

/**
 * What the pod's status is to say of a failure (semantics sheet 1.7); `undefined`: it says so already.
 *
 * @param rejected some plugin did not want the pod; otherwise something went wrong
 * @param now microseconds
 */
export function failureStatus(
  pod: Pod,
  failure: Failure,
  rejected: boolean,
  now: number,
): Partial<PodStatus> | undefined {
  const reason = rejected ? 'Unschedulable' : 'SchedulerError';
  const old = conditionOf(pod.status.conditions, 'PodScheduled');
  const sameCondition = old?.status === 'False' && old.reason === reason && old.message === failure.message;
  const nomination = failure.nominatedNodeName;
  const sameNomination = nomination === undefined || nomination === nominationOf(pod);
  if (sameCondition && sameNomination) return undefined;
  const lastTransitionTime = old?.status === 'False' ? (old.lastTransitionTime ?? 0) : wholeSecond(now);
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message: failure.message,
    lastTransitionTime,
  } as const;
  return {
    conditions: [condition],
    ...(sameNomination ? {} : { nominatedNodeName: nomination === '' ? undefined : nomination }),
  };
}

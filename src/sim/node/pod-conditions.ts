import type { Condition, ConditionStatus } from '../api/meta.ts';
import { conditionOf, conditionStatus, type ContainerStatus, type Pod, type PodPhase } from '../api/pod.ts';
import { incompleteInit, isInitialized, isSidecar } from './pod-phase.ts';

const MICROS_PER_SECOND = 1_000_000;

/** Times in statuses are whole seconds, cut off as the wire cuts them. */
export function wholeSecond(micros: number): number {
  return micros - (micros % MICROS_PER_SECOND);
}

interface Verdict {
  readonly status: ConditionStatus;
  readonly reason?: string;
  readonly message?: string;
}

const TRUE: Verdict = { status: 'True' };
const FALSE: Verdict = { status: 'False' };
const COMPLETED: Verdict = { status: 'False', reason: 'PodCompleted' };
const FAILED: Verdict = { status: 'False', reason: 'PodFailed' };

function initializedVerdict(
  pod: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (initStatuses.length === 0 || isInitialized(pod.spec, initStatuses, statuses)) return TRUE;
  const names = incompleteInit(pod.spec, initStatuses).join(' ');
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [' + names + ']',
  };
}

function containersReadyVerdict(
  pod: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return COMPLETED;
  if (phase === 'Failed') return FAILED;
  let unready: string[] | undefined;
  const initContainers = pod.spec.initContainers;
  for (let i = 0; i < initStatuses.length; i++) {
    if (isSidecar(initContainers![i]!) && !initStatuses[i]!.ready) (unready ??= []).push(initStatuses[i]!.name);
  }
  for (const status of statuses) if (!status.ready) (unready ??= []).push(status.name);
  if (unready === undefined) return TRUE;
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [' + unready.join(' ') + ']',
  };
}

function readyVerdict(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const gates = pod.spec.readinessGates;
  if (gates === undefined || gates.length === 0) return TRUE;
  const messages: string[] = [];
  for (const { conditionType } of gates) {
    const status = conditionStatus(pod.status.conditions, conditionType);
    if (status === undefined)
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${status}`);
    }
  }
  if (messages.length === 0) return TRUE;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

/** Keeps the condition that is there when nothing changed; its transition time moves with its status only. */
function settle(previous: readonly Condition[], type: string, verdict: Verdict, now: number): Condition {
  const old = conditionOf(previous, type);
  if (
    old !== undefined &&
    old.status === verdict.status &&
    old.reason === verdict.reason &&
    old.message === verdict.message
  ) {
    return old;
  }
  const lastTransitionTime = old !== undefined && old.status === verdict.status ? old.lastTransitionTime : undefined;
  return {
    type,
    status: verdict.status,
    ...(verdict.reason !== undefined && { reason: verdict.reason }),
    ...(verdict.message !== undefined && { message: verdict.message }),
    lastTransitionTime: lastTransitionTime ?? wholeSecond(now),
  };
}

/** What the conditions of a pod follow from. */
export interface ConditionFacts {
  readonly pod: Pod;
  readonly phase: PodPhase;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
}

/**
 * The five conditions that belong to the kubelet (kubernetes-behaviour.md 4.7). `previous` are those it last wrote, or
 * found: the same array comes back when none changed.
 */
export function podConditions(
  facts: ConditionFacts,
  previous: readonly Condition[],
  now: number,
): readonly Condition[] {
  const { pod, phase, initStatuses, statuses } = facts;
  const containersReady = containersReadyVerdict(pod, phase, initStatuses, statuses);
  const conditions = [
    settle(previous, 'PodReadyToStartContainers', facts.sandboxReady ? TRUE : FALSE, now),
    settle(previous, 'Initialized', initializedVerdict(pod, phase, initStatuses, statuses), now),
    settle(previous, 'Ready', readyVerdict(pod, containersReady), now),
    settle(previous, 'ContainersReady', containersReady, now),
    conditionStatus(previous, 'PodScheduled') === 'True'
      ? conditionOf(previous, 'PodScheduled')!
      : settle(pod.status.conditions, 'PodScheduled', TRUE, now),
  ];
  if (previous.length === conditions.length && conditions.every((one, i) => one === previous[i])) return previous;
  return conditions;
}

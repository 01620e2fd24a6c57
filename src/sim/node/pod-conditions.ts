import type { Condition, ConditionStatus } from '../api/meta.ts';
import { conditionOf, conditionStatus, type ContainerStatus, type Pod, type PodPhase } from '../api/pod.ts';
import { incompleteInit, isInitialized, isSidecar } from './pod-phase.ts';

const MICROS_PER_SECOND = 1_000_000;

/** Times in statuses are whole seconds, cut off as the wire cuts them. */
export function wholeSecond(micros: number): number {
  return Math.floor(micros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}

/** What stands in a condition, save when it came to be. */
class Verdict {
  readonly status: ConditionStatus;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** The condition last made of it, by type: pods that get there in the same second share it. */
  readonly made = new Map<string, Condition>();

  constructor(status: ConditionStatus, reason?: string, message?: string) {
    this.status = status;
    this.reason = reason;
    this.message = message;
  }

  /** The condition that holds since a time. */
  since(type: string, lastTransitionTime: number): Condition {
    const last = this.made.get(type);
    if (last !== undefined && last.lastTransitionTime === lastTransitionTime) return last;
    const { status, reason, message } = this;
    const condition: Condition = Object.freeze({ type, status, reason, message, lastTransitionTime });
    this.made.set(type, condition);
    return condition;
  }
}

const TRUE = new Verdict('True');
const FALSE = new Verdict('False');
const INITIALIZED_COMPLETED = new Verdict('True', 'PodCompleted');
const COMPLETED = new Verdict('False', 'PodCompleted');
const FAILED = new Verdict('False', 'PodFailed');

/** Verdicts on single containers, by name: most pods have one. */
const unreadyContainer = new Map<string, Verdict>();
const MOST_REMEMBERED = 10_000;

function unready(names: string): Verdict {
  let verdict = unreadyContainer.get(names);
  if (verdict === undefined) {
    if (unreadyContainer.size >= MOST_REMEMBERED) unreadyContainer.clear();
    verdict = new Verdict('False', 'ContainersNotReady', 'containers with unready status: [' + names + ']');
    unreadyContainer.set(names, verdict);
  }
  return verdict;
}

function initializedVerdict(
  pod: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return INITIALIZED_COMPLETED;
  if (initStatuses.length === 0 || isInitialized(pod.spec, initStatuses, statuses)) return TRUE;
  const names = incompleteInit(pod.spec, initStatuses).join(' ');
  return new Verdict('False', 'ContainersNotInitialized', 'containers with incomplete status: [' + names + ']');
}

function containersReadyVerdict(
  pod: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return COMPLETED;
  if (phase === 'Failed') return FAILED;
  let names = '';
  const initContainers = pod.spec.initContainers;
  for (let i = 0; i < initStatuses.length; i++) {
    const { name, ready } = initStatuses[i]!;
    if (!ready && isSidecar(initContainers![i]!)) names = names === '' ? name : names + ' ' + name;
  }
  for (const { name, ready } of statuses) if (!ready) names = names === '' ? name : names + ' ' + name;
  return names === '' ? TRUE : unready(names);
}

function readyVerdict(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const gates = pod.spec.readinessGates;
  if (gates === undefined || gates.length === 0) return TRUE;
  const messages: string[] = [];
  for (const { conditionType } of gates) {
    const status = conditionStatus(pod.status.conditions, conditionType);
    if (status === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${status}`);
    }
  }
  if (messages.length === 0) return TRUE;
  return new Verdict('False', 'ReadinessGatesNotReady', messages.join(', '));
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
  const since = old !== undefined && old.status === verdict.status ? old.lastTransitionTime : undefined;
  return verdict.since(type, since ?? wholeSecond(now));
}

/** The conditions that belong to the kubelet, in the order in which it writes them. */
const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** Of a pod's conditions those that are the kubelet's; the rest is for others to write. */
export function ownConditions(conditions: readonly Condition[]): readonly Condition[] {
  return OWN.map((type) => conditionOf(conditions, type)).filter((one) => one !== undefined);
}

/**
 * The five conditions that belong to the kubelet (kubernetes-behaviour.md 4.7). `previous` are those it last wrote, or
 * found: the same array comes back when none changed.
 */
export function podConditions(
  pod: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  sandboxReady: boolean,
  previous: readonly Condition[],
  now: number,
): readonly Condition[] {
  const containersReady = containersReadyVerdict(pod, phase, initStatuses, statuses);
  const sandbox = settle(previous, 'PodReadyToStartContainers', sandboxReady ? TRUE : FALSE, now);
  const initialized = settle(previous, 'Initialized', initializedVerdict(pod, phase, initStatuses, statuses), now);
  const ready = settle(previous, 'Ready', readyVerdict(pod, containersReady), now);
  const containers = settle(previous, 'ContainersReady', containersReady, now);
  // Nearly always the scheduler has said so already.
  const scheduled = conditionOf(previous, 'PodScheduled');
  const settled = scheduled?.status === 'True' ? scheduled : settle(previous, 'PodScheduled', TRUE, now);
  if (
    previous.length === 5 &&
    previous[0] === sandbox &&
    previous[1] === initialized &&
    previous[2] === ready &&
    previous[3] === containers &&
    previous[4] === settled
  ) {
    return previous;
  }
  return [sandbox, initialized, ready, containers, settled];
}

import type { ContainerStatus, PodStatus } from '../api/pod.ts';
import { Role, type ContainerRecord } from './container.ts';
import { containerStatus, lostContainer } from './container-status.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import { mayRestart } from './sync-plan.ts';
import type { PodWorker } from './pod-worker.ts';

const NO_STATUSES: readonly ContainerStatus[] = Object.freeze([]);
const NO_INIT_STATUSES = NO_STATUSES as ContainerStatus[];

export interface MadeStatus {
  readonly status: PodStatus;
  /** The phase that follows is Succeeded or Failed, whether it may be told already or not. */
  readonly terminal: boolean;
}

/**
 * The status of a pod as its kubelet sees it. A terminal phase is kept back while a container may still run (the
 * conditions show it already [REC]); `gone` says that none does any more. Identical parts keep their identity, so that an
 * unchanged status is the same object.
 */
export function makePodStatus(worker: PodWorker, gone: boolean, now: number): MadeStatus {
  const { pod, containers, initCount } = worker;
  const before = worker.writer.status;
  const hasInit = initCount > 0;
  const statuses: ContainerStatus[] = [];
  const initStatuses: ContainerStatus[] = hasInit ? [] : NO_INIT_STATUSES;
  const deleted = worker.isDeleted;
  for (const container of containers) {
    const restarts = !deleted && mayRestart(pod.spec, container);
    (container.role === Role.Regular ? statuses : initStatuses).push(containerStatus(container, hasInit, restarts));
  }
  const { verdict } = worker;
  const phase = verdict !== undefined ? 'Failed' : podPhase(pod.spec, initStatuses, statuses, gone && deleted);
  const terminal = phase === 'Succeeded' || phase === 'Failed';
  const told = terminal && !gone ? before.phase : phase;
  const conditions = podConditions(pod, phase, initStatuses, statuses, worker.sandboxReady, before.conditions, now);
  return { status: settle(before, worker, told, conditions, initStatuses, statuses), terminal };
}

/** The status last made, but for the sandbox, which has come to stand in the middle of a sync. */
export function withSandbox(worker: PodWorker, now: number): PodStatus {
  const before = worker.writer.status;
  const statuses = before.containerStatuses ?? NO_STATUSES;
  const initStatuses = before.initContainerStatuses ?? NO_STATUSES;
  return settle(
    before,
    worker,
    before.phase,
    conditionsOf(worker, before, initStatuses, statuses, now),
    initStatuses,
    statuses,
  );
}

function conditionsOf(
  worker: PodWorker,
  before: PodStatus,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  now: number,
): PodStatus['conditions'] {
  const { pod, sandboxReady, verdict } = worker;
  const phase = verdict === undefined ? before.phase : 'Failed';
  return podConditions(pod, phase, initStatuses, statuses, sandboxReady, before.conditions, now);
}

function settle(
  before: PodStatus,
  worker: PodWorker,
  phase: PodStatus['phase'],
  conditions: PodStatus['conditions'],
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): PodStatus {
  const verdict = phase === 'Failed' ? worker.verdict : undefined;
  const reason = verdict?.reason ?? before.reason;
  const message = verdict?.message ?? before.message;
  const podIP = worker.podIPSeen ? worker.podIP : before.podIP;
  const { generation } = worker.pod.metadata;
  if (
    before.phase === phase &&
    before.conditions === conditions &&
    before.reason === reason &&
    before.message === message &&
    before.podIP === podIP &&
    before.startTime === worker.startTime &&
    before.observedGeneration === generation &&
    sameItems(before.containerStatuses ?? NO_STATUSES, statuses) &&
    sameItems(before.initContainerStatuses ?? NO_STATUSES, initStatuses)
  ) {
    return before;
  }
  return {
    phase,
    conditions,
    podIP,
    hostIP: worker.kubelet.hostIP,
    startTime: worker.startTime,
    reason,
    message,
    containerStatuses: statuses,
    initContainerStatuses: initStatuses.length === 0 ? undefined : initStatuses,
    observedGeneration: generation,
  };
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A probe has decided on a container in the middle of a sync: the status last made is corrected in that one point, at once
 * (4.5). What the sync has done so far stays unsaid.
 */
export function withProbeResult(worker: PodWorker, container: ContainerRecord, now: number): PodStatus {
  const before = worker.writer.status;
  const { started } = container;
  const ready = started && container.ready;
  const correct = (status: ContainerStatus): ContainerStatus =>
    status.name === container.spec.name &&
    status.state.running !== undefined &&
    (status.ready !== ready || status.started !== started)
      ? { ...status, ready, started }
      : status;
  const statuses = (before.containerStatuses ?? NO_STATUSES).map(correct);
  const initStatuses = (before.initContainerStatuses ?? NO_STATUSES).map(correct);
  const conditions = conditionsOf(worker, before, initStatuses, statuses, now);
  return settle(before, worker, before.phase, conditions, initStatuses, statuses);
}

/**
 * The last word on a pod whose resources are reclaimed: containers that nobody saw end are lost, and a pod that is not
 * through has failed (4.6). What could not have run yet, for the init containers before it, is left as it is.
 */
export function finalStatus(status: PodStatus): PodStatus {
  const statuses = status.containerStatuses ?? NO_STATUSES;
  const initStatuses = status.initContainerStatuses ?? NO_STATUSES;
  const terminal = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (terminal && statuses.every(hasEnded) && initStatuses.every(hasEnded)) return status;
  let begun = initStatuses.length;
  while (begun > 0 && !hasRun(initStatuses[begun - 1]!)) begun--;
  const lastInit = initStatuses.map((one, i) => (i < begun ? lostIfNotEnded(one) : one));
  const last = begunAtAll(initStatuses, statuses) ? statuses.map(lostIfNotEnded) : statuses;
  if (terminal && sameItems(last, statuses) && sameItems(lastInit, initStatuses)) return status;
  return {
    ...status,
    phase: terminal ? status.phase : 'Failed',
    containerStatuses: last,
    initContainerStatuses: lastInit.length === 0 ? undefined : lastInit,
  };
}

/** Whether regular containers were due: there was nothing before them, or one of them has run [REC]. */
function begunAtAll(initStatuses: readonly ContainerStatus[], statuses: readonly ContainerStatus[]): boolean {
  return initStatuses.length === 0 || statuses.some(hasRun);
}

function hasRun(status: ContainerStatus): boolean {
  return status.state.waiting === undefined || status.lastState !== undefined;
}

function hasEnded(status: ContainerStatus): boolean {
  return status.state.terminated !== undefined;
}

function lostIfNotEnded(status: ContainerStatus): ContainerStatus {
  return hasEnded(status) ? status : lostContainer(status);
}

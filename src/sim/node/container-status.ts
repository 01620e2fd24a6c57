import type { ContainerState, ContainerStatus } from '../api/pod.ts';
import { NEVER, Role, RunState, type ContainerRecord } from './container.ts';
import { wholeSecond } from './pod-conditions.ts';

/** Waiting states without a message, shared by all containers in them. */
const CREATING: ContainerState = Object.freeze({ waiting: Object.freeze({ reason: 'ContainerCreating' }) });
const INITIALIZING: ContainerState = Object.freeze({ waiting: Object.freeze({ reason: 'PodInitializing' }) });

/** Containers that start within one second share their state. */
let lastRunning: ContainerState & { running: { startedAt: number } } = { running: { startedAt: -1 } };

function runningState(startedAt: number): ContainerState {
  if (lastRunning.running.startedAt !== startedAt) lastRunning = { running: { startedAt } };
  return lastRunning;
}

/** How a container that has ended is shown. */
export function terminatedState(container: ContainerRecord): ContainerState {
  const reason = container.exitReason !== '' ? container.exitReason : container.exitCode === 0 ? 'Completed' : 'Error';
  return {
    terminated: {
      exitCode: container.exitCode,
      reason,
      startedAt: container.startedAt === NEVER ? undefined : wholeSecond(container.startedAt),
      finishedAt: wholeSecond(container.finishedAt),
    },
  };
}

function sameState(a: ContainerState, b: ContainerState): boolean {
  if (a === b) return true;
  if (a.running !== undefined) return b.running?.startedAt === a.running.startedAt;
  if (a.waiting !== undefined) {
    return b.waiting !== undefined && b.waiting.reason === a.waiting.reason && b.waiting.message === a.waiting.message;
  }
  const { terminated } = a;
  const other = b.terminated;
  return (
    terminated !== undefined &&
    other !== undefined &&
    terminated.exitCode === other.exitCode &&
    terminated.reason === other.reason &&
    terminated.startedAt === other.startedAt &&
    terminated.finishedAt === other.finishedAt
  );
}

/**
 * The status of one container as the kubelet sees it after its last relist. `hasInit` decides the waiting reason before
 * the first start. A waiting reason stands here only once a sync has found it, so it lags one sync behind [REC 4.2], and
 * only while the container is to be started again (`restarts`). The status last made is returned when nothing changed.
 */
export function containerStatus(container: ContainerRecord, hasInit: boolean, restarts: boolean): ContainerStatus {
  const { seen, role, spec } = container;
  let state: ContainerState;
  let { lastState } = container;
  let ready = false;
  let started = false;
  if (seen === RunState.Running) {
    state = runningState(wholeSecond(container.startedAt));
    started = container.started;
    ready = role !== Role.Init && container.started && container.ready;
  } else if (seen === RunState.Exited) {
    state = terminatedState(container);
    ready = role === Role.Init && container.exitCode === 0;
    if (restarts && container.waitingReason !== '') {
      lastState = state;
      state = waitingState(container);
    }
  } else {
    state = restarts && container.waitingReason !== '' ? waitingState(container) : hasInit ? INITIALIZING : CREATING;
  }
  const old = container.status;
  if (
    old !== undefined &&
    old.ready === ready &&
    old.started === started &&
    old.restartCount === container.attempt &&
    old.image === spec.image &&
    sameState(old.state, state) &&
    (old.lastState === lastState ||
      (old.lastState !== undefined && lastState !== undefined && sameState(old.lastState, lastState)))
  ) {
    return old;
  }
  const status: ContainerStatus = {
    name: spec.name,
    image: spec.image,
    ready,
    started,
    restartCount: container.attempt,
    state,
    lastState,
  };
  container.status = status;
  return status;
}

function waitingState(container: ContainerRecord): ContainerState {
  const { waitingReason: reason, waitingMessage: message } = container;
  return { waiting: message === '' ? { reason } : { reason, message } };
}

/** What is written of a container nobody can find any more when its pod has ended (4.6). */
export function lostContainer(status: ContainerStatus): ContainerStatus {
  return {
    ...status,
    ready: false,
    started: false,
    state: {
      terminated: {
        exitCode: 137,
        reason: 'ContainerStatusUnknown',
        message: 'The container could not be located when the pod was terminated',
      },
    },
  };
}

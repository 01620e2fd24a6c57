import { NEVER, RunState, type ContainerRecord } from './container.ts';
import { beginAnew, settleLife } from './pod-remains.ts';
import type { PodWorker } from './pod-worker.ts';

/**
 * A container that ran before its kubelet came goes on as its status says. Times of the status may lie before the run's
 * epoch; a life that would have ended by now ends at once.
 */
export function takeOver(worker: PodWorker, container: ContainerRecord): void {
  const { initContainerStatuses = [], containerStatuses = [] } = worker.pod.status;
  const { name } = container.spec;
  const found =
    initContainerStatuses.find((one) => one.name === name) ?? containerStatuses.find((one) => one.name === name);
  if (found === undefined) return;
  container.status = found;
  container.attempt = found.restartCount;
  container.lastState = found.lastState;
  const dead = found.state.terminated ?? found.lastState?.terminated;
  if (dead !== undefined) {
    container.state = RunState.Exited;
    container.startedAt = dead.startedAt ?? NEVER;
    container.finishedAt = dead.finishedAt ?? 0;
    container.lastFinishedAt = container.finishedAt;
    container.exitCode = dead.exitCode;
    container.exitReason = dead.reason ?? '';
  }
  const { running } = found.state;
  if (running === undefined) return;
  const { engine, behaviours, kinds } = worker.kubelet.services;
  const life = behaviours.life(worker.pod, container.spec, container.attempt);
  container.state = RunState.Running;
  container.startedAt = Math.min(running.startedAt, engine.now);
  container.life = life;
  const exitsAt = Math.max(engine.now, container.startedAt + life.exitAge);
  if (exitsAt === Infinity) return;
  container.exitEvent = engine.at(exitsAt, kinds.containerExited, worker.slot, container.index);
}

/** A container goes on as the runtime has it; `lost`: its sandbox has not survived, and it begins anew if it may. */
export function pickUp(worker: PodWorker, container: ContainerRecord, left: ContainerRecord, lost: boolean): void {
  const { engine, kinds } = worker.kubelet.services;
  const { now } = engine;
  settleLife(left, now);
  container.state = left.state;
  container.attempt = left.attempt;
  container.life = left.life;
  container.startedAt = left.startedAt;
  container.finishedAt = left.finishedAt;
  container.exitCode = left.exitCode;
  container.exitReason = left.exitReason;
  container.lastState = left.lastState;
  container.lastFinishedAt = left.lastFinishedAt;
  container.pullAttempts = left.pullAttempts;
  container.status = left.status;
  if (lost) beginAnew(worker.pod, container);
  if (container.state !== RunState.Running) return;
  container.started = left.started;
  container.ready = left.ready;
  const exitsAt = container.startedAt + (container.life?.exitAge ?? Infinity);
  if (exitsAt === Infinity) return;
  container.exitEvent = engine.at(Math.max(now, exitsAt), kinds.containerExited, worker.slot, container.index);
}

import type { Pod } from '../api/pod.ts';
import { terminatedState } from './container-status.ts';
import { RunState, type ContainerRecord } from './container.ts';
import { mayRestart } from './sync-plan.ts';

/** What is left of a pod on its node when the kubelet is not there. */
export interface PodRemains {
  readonly pod: Pod;
  readonly podIP: string | undefined;
  /** The containers as the runtime has them; their lives go on. */
  readonly containers: readonly ContainerRecord[];
  /** The machine has gone down: no container and no sandbox has survived. */
  readonly lost: boolean;
}

/** What the runtime says of a container that went down with its machine. */
const LOST_CODE = 255;
const LOST_REASON = 'Unknown';

/** The machine goes down at a time: whatever ran is dead. */
export function killRemains(remains: PodRemains, now: number): PodRemains {
  for (const container of remains.containers) {
    settleLife(container, now);
    if (container.state !== RunState.Running) continue;
    container.state = RunState.Exited;
    container.finishedAt = now;
    container.exitCode = LOST_CODE;
    container.exitReason = LOST_REASON;
    container.exitUnseen = false;
  }
  return { ...remains, podIP: undefined, lost: true };
}

/** A life that has come to its own end meanwhile is over. */
export function settleLife(container: ContainerRecord, now: number): void {
  const { life } = container;
  if (container.state !== RunState.Running || life === undefined) return;
  const endsAt = container.startedAt + life.exitAge;
  if (endsAt > now) return;
  container.state = RunState.Exited;
  container.finishedAt = endsAt;
  container.exitCode = life.exitCode;
  container.exitReason = life.exitReason ?? '';
  container.exitUnseen = false;
}

/**
 * A container that died with its sandbox begins anew in the next one: what it was becomes its last state. One that may
 * not be restarted stays dead.
 */
export function beginAnew(pod: Pod, container: ContainerRecord): void {
  if (container.state !== RunState.Exited || !mayRestart(pod.spec, container)) return;
  container.lastState = terminatedState(container);
  container.lastFinishedAt = container.finishedAt;
  container.attempt++;
  container.state = RunState.Absent;
}

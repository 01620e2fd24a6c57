import { Role, RunState, type ContainerRecord } from './container.ts';
import { restartPolicyOf } from './pod-phase.ts';
import type { PodSpec } from '../api/pod.ts';

/** What one sync has to do. Indices are those of the pod's containers, init containers first. */
export interface SyncPlan {
  /** To be killed first, one after the other. */
  readonly kill: readonly ContainerRecord[];
  /** To be started then, in this order. */
  readonly start: readonly ContainerRecord[];
  /** Nothing is left that should run: what runs beside it (sidecars) goes too. */
  readonly killPod: boolean;
}

export const NOTHING_TO_DO: SyncPlan = { kill: [], start: [], killPod: false };

/** What to start in a sandbox that is new: the first init container, or everything that has not ended for good. */
export function firstPlan(spec: PodSpec, containers: readonly ContainerRecord[]): SyncPlan {
  const first = containers[0];
  if (first === undefined) return NOTHING_TO_DO;
  if (first.role !== Role.Regular) return { kill: [], start: [first], killPod: false };
  const start = containers.every(isAbsent) ? containers : containers.filter((one) => mayRestart(spec, one));
  return { kill: [], start, killPod: false };
}

function isAbsent({ state }: ContainerRecord): boolean {
  return state === RunState.Absent;
}

/**
 * What a sync does in a sandbox that stands, from what the last relist saw (kubernetes-behaviour.md 4.2, 4.4, 4.5). Init
 * containers run one at a time; the furthest one that has ever run decides whether the next may start. Sidecars before
 * it are kept up.
 */
export function planSync(spec: PodSpec, containers: readonly ContainerRecord[]): SyncPlan {
  const kill: ContainerRecord[] = [];
  const start: ContainerRecord[] = [];
  const verdict = planInit(spec, containers, kill, start);
  if (verdict === 'failed') return { kill: [], start: [], killPod: true };
  if (verdict === 'waiting') return kill.length + start.length === 0 ? NOTHING_TO_DO : { kill, start, killPod: false };
  let kept = 0;
  let toStart = 0;
  for (const container of containers) {
    if (container.role !== Role.Regular) continue;
    if (container.seen === RunState.Running) {
      if (container.definitionChanged) {
        kill.push(container);
        start.push(container);
        toStart++;
      } else if (container.condemnedBy !== undefined) {
        kill.push(container);
        if (restartPolicyOf(spec, container.spec) === 'Never') continue;
        start.push(container);
        toStart++;
      } else {
        kept++;
      }
    } else if (mayRestart(spec, container)) {
      start.push(container);
      toStart++;
    }
  }
  if (kept === 0 && toStart === 0) return { kill: [], start: [], killPod: true };
  return kill.length + start.length === 0 ? NOTHING_TO_DO : { kill, start, killPod: false };
}

/** Whether a container that has ended, or never run, may be started by its restart policy. */
export function mayRestart(spec: PodSpec, container: ContainerRecord): boolean {
  if (container.seen === RunState.Absent) return true;
  const policy = restartPolicyOf(spec, container.spec);
  return policy === 'Always' || (policy === 'OnFailure' && container.exitCode !== 0);
}

function planInit(
  spec: PodSpec,
  containers: readonly ContainerRecord[],
  kill: ContainerRecord[],
  start: ContainerRecord[],
): 'initialized' | 'waiting' | 'failed' {
  let count = 0;
  while (count < containers.length && containers[count]!.role !== Role.Regular) count++;
  if (count === 0) return 'initialized';
  let furthest = count - 1;
  while (furthest >= 0 && containers[furthest]!.seen === RunState.Absent) furthest--;
  // A regular container that has run shows that the init containers were through: only sidecars are looked after then.
  let initialized = containers.some((one) => one.role === Role.Regular && one.seen !== RunState.Absent);
  for (let i = 0; i < furthest; i++) keepSidecar(containers[i]!, kill, start);
  const last = containers[furthest];
  if (last === undefined) {
    start.push(containers[0]!);
    return 'waiting';
  }
  let through = false;
  if (last.role === Role.Sidecar) {
    keepSidecar(last, kill, start);
    through = last.seen === RunState.Running && last.started && last.condemnedBy !== 'startup';
  } else if (!initialized && last.seen === RunState.Exited) {
    if (last.exitCode === 0) through = true;
    else if (restartPolicyOf(spec, last.spec) === 'Never') return 'failed';
    else start.push(last);
  }
  if (initialized) return 'initialized';
  if (through && furthest === count - 1) initialized = true;
  else if (through) start.push(containers[furthest + 1]!);
  return initialized ? 'initialized' : 'waiting';
}

function keepSidecar(container: ContainerRecord, kill: ContainerRecord[], start: ContainerRecord[]): void {
  if (container.role !== Role.Sidecar) return;
  if (container.seen === RunState.Exited) start.push(container);
  else if (container.seen === RunState.Running && container.condemnedBy !== undefined) {
    kill.push(container);
    start.push(container);
  }
}

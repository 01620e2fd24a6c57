import type { Container, ContainerStatus, PodPhase, PodSpec } from '../api/pod.ts';

/** The restart policy of a container: its own where it has one, else the pod's. */
export function restartPolicyOf(spec: PodSpec, container: Container): 'Always' | 'OnFailure' | 'Never' {
  return container.restartPolicy ?? spec.restartPolicy ?? 'Always';
}

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** How a container last ended, if it is not running now: the state it is in, or the one before a wait. */
function lastExitCode(status: ContainerStatus): number | undefined {
  const { terminated, waiting } = status.state;
  if (terminated !== undefined) return terminated.exitCode;
  if (waiting !== undefined) return status.lastState?.terminated?.exitCode;
  return undefined;
}

/**
 * The phase that follows from the containers' statuses (kubernetes-behaviour.md 4.7). `gone`: the pod is being ended for
 * good and none of its containers runs any more.
 */
export function podPhase(
  spec: PodSpec,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  gone: boolean,
): PodPhase {
  let initPending = false;
  let running = 0;
  const initContainers = spec.initContainers ?? [];
  const initialized = isInitialized(spec, initStatuses, statuses);
  for (let i = 0; i < initContainers.length; i++) {
    const container = initContainers[i]!;
    const status = initStatuses[i]!;
    if (isSidecar(container)) {
      if (!initialized && !status.started) initPending = true;
      if (status.state.running !== undefined) running++;
      continue;
    }
    const code = lastExitCode(status);
    if (code !== undefined && code !== 0) {
      if (restartPolicyOf(spec, container) === 'Never') return 'Failed';
      initPending = true;
    } else if (status.state.terminated === undefined) {
      initPending = true;
    }
  }
  let waiting = 0;
  let stopped = 0;
  let succeeded = 0;
  let restartable = 0;
  for (let i = 0; i < statuses.length; i++) {
    const status = statuses[i]!;
    const code = lastExitCode(status);
    if (status.state.running !== undefined) running++;
    else if (code === undefined) waiting++;
    else {
      stopped++;
      if (code === 0) succeeded++;
      const policy = restartPolicyOf(spec, spec.containers[i]!);
      if (policy === 'Always' || (policy === 'OnFailure' && code !== 0)) restartable++;
    }
  }
  if (initPending || waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (gone) return stopped === succeeded ? 'Succeeded' : 'Failed';
  if (restartable > 0) return 'Running';
  return stopped === succeeded ? 'Succeeded' : 'Failed';
}

/** Whether every init container has completed and every sidecar has started, or a regular container shows that they had. */
export function isInitialized(
  spec: PodSpec,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): boolean {
  for (const status of statuses) {
    if (status.state.waiting === undefined || status.lastState?.terminated !== undefined) return true;
  }
  return incompleteInit(spec, initStatuses).length === 0;
}

/** The names of init containers that are not through yet, in order. */
export function incompleteInit(spec: PodSpec, initStatuses: readonly ContainerStatus[]): string[] {
  const names: string[] = [];
  const initContainers = spec.initContainers ?? [];
  for (let i = 0; i < initContainers.length; i++) {
    const status = initStatuses[i]!;
    const complete = isSidecar(initContainers[i]!) ? status.started : status.ready;
    if (!complete) names.push(status.name);
  }
  return names;
}

import { isPodTerminal, type Container, type ContainerStatus, type Pod } from '../../sim/api/pod.ts';
import { age } from './age.ts';

/** What the columns READY, STATUS and RESTARTS say of a pod. */
export interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

interface Counted {
  restarts: number;
  /** When the last container that restarted had ended; -Infinity: nobody knows. */
  lastEnd: number;
  ready: number;
}

/** As kubectl's printer has it: the container that holds the pod up gives the status its name. */
export function summaryOf(pod: Pod, now: number): PodSummary {
  const { spec, status, metadata } = pod;
  const initContainers = new Map((spec.initContainers ?? []).map((container) => [container.name, container]));
  const sidecars = [...initContainers.values()].filter(isSidecar).length;
  const initial: Counted = { restarts: 0, lastEnd: -Infinity, ready: 0 };
  const ofSidecars: Counted = { restarts: 0, lastEnd: -Infinity, ready: 0 };
  const isGated = status.conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  let reason: string = isGated ? 'SchedulingGated' : (status.reason ?? status.phase);
  let holding: string | undefined;
  for (const [index, one] of (status.initContainerStatuses ?? []).entries()) {
    const container = initContainers.get(one.name);
    count(one, initial);
    if (isSidecar(container)) count(one, ofSidecars);
    if (one.state.terminated?.exitCode === 0) continue;
    if (isSidecar(container) && one.started) {
      if (one.ready) initial.ready++;
      continue;
    }
    holding = `Init:${initReason(one) ?? `${index}/${initContainers.size}`}`;
    break;
  }
  let counted = initial;
  if (holding !== undefined) reason = holding;
  if (holding === undefined || isTrue(pod, 'Initialized')) {
    counted = { ...ofSidecars, ready: initial.ready };
    reason = runningReason(pod, reason, counted);
  }
  if (metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (!isPodTerminal(pod)) reason = 'Terminating';
  }
  const { restarts, lastEnd } = counted;
  return {
    ready: `${counted.ready}/${spec.containers.length + sidecars}`,
    status: reason,
    restarts: restarts > 0 && lastEnd > -Infinity ? `${restarts} (${age(lastEnd, now)} ago)` : String(restarts),
  };
}

function count(one: ContainerStatus, counted: Counted): void {
  counted.restarts += one.restartCount;
  counted.lastEnd = Math.max(counted.lastEnd, one.lastState?.terminated?.finishedAt ?? -Infinity);
}

function initReason({ state }: ContainerStatus): string | undefined {
  if (state.terminated !== undefined) return endOf(state.terminated);
  const waiting = state.waiting?.reason ?? '';
  return waiting === '' || waiting === 'PodInitializing' ? undefined : waiting;
}

/** The first container that does not run counts; a pod with one that runs is not completed. */
function runningReason(pod: Pod, from: string, counted: Counted): string {
  let reason = from;
  let failure = '';
  let isRunning = false;
  for (const one of [...(pod.status.containerStatuses ?? [])].reverse()) {
    count(one, counted);
    const { waiting, terminated, running } = one.state;
    if (waiting !== undefined && waiting.reason !== '') reason = waiting.reason;
    else if (terminated !== undefined) {
      reason = endOf(terminated);
      if (terminated.exitCode !== 0) failure = reason;
    } else if (one.ready && running !== undefined) {
      isRunning = true;
      counted.ready++;
    }
  }
  if (reason !== 'Completed') return reason;
  if (isRunning && isTrue(pod, 'Ready')) return 'Running';
  return failure !== '' ? failure : isRunning ? 'NotReady' : reason;
}

function endOf({ reason = '', signal = 0, exitCode }: NonNullable<ContainerStatus['state']['terminated']>): string {
  if (reason !== '') return reason;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function isSidecar(container: Container | undefined): boolean {
  return container?.restartPolicy === 'Always';
}

function isTrue(pod: Pod, condition: string): boolean {
  return pod.status.conditions.some(({ type, status }) => type === condition && status === 'True');
}

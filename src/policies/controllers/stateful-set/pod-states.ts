import { isPodAvailable, isPodReady, type Pod } from '../../../sim/api/pod.ts';

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && isPodReady(pod);
}

export function isRunningAndAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return pod.status.phase === 'Running' && isPodAvailable(pod, minReadySeconds, now);
}

/** A pod that does not exist is as unavailable as one that does not run. */
export function isUnavailable(pod: Pod | undefined, minReadySeconds: number, now: number): boolean {
  return pod === undefined || isTerminating(pod) || !isRunningAndAvailable(pod, minReadySeconds, now);
}

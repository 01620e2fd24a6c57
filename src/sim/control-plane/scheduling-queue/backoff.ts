import { MICROS_PER_SECOND } from '../../engine/time.ts';
import type { QueuedPod } from './queued-pod.ts';

export interface BackoffLimits {
  readonly initialMicros: number;
  /** 0 disables back-off. */
  readonly maxMicros: number;
}

/** Doubles with each failure: initial, 2 x, 4 x, … up to the maximum (semantics sheet 5.4). */
export function backoffDuration(failures: number, limits: BackoffLimits): number {
  if (failures === 0) return 0;
  let duration = limits.initialMicros;
  for (let i = 1; i < failures; i++) {
    if (duration * 2 > limits.maxMicros) return limits.maxMicros;
    duration *= 2;
  }
  return Math.min(duration, limits.maxMicros);
}

/** When the pod's back-off ends: a whole second, because pods that back off together shall come back together. */
export function backoffExpiration(pod: QueuedPod, limits: BackoffLimits): number {
  if (limits.maxMicros === 0) return -1;
  const failures = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
  if (failures === 0) return -1;
  pod.backoffExpiration ??= floorToSecond(pod.timestamp + backoffDuration(failures, limits));
  return pod.backoffExpiration;
}

export function floorToSecond(time: number): number {
  return time - (time % MICROS_PER_SECOND);
}

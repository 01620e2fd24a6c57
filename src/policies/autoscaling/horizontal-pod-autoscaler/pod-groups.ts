import { conditionOf, type Pod } from '../../../sim/api/pod.ts';

/** A pod's sample. Values are thousandths of the metric's unit. */
export interface PodMetric {
  readonly value: number;
  /** When its window ended. Microseconds. */
  readonly timestamp: number;
  readonly windowMicros: number;
}

export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** How long after its start a pod may still be busy with starting. Microseconds. */
export interface ReadinessTimes {
  readonly cpuInitializationPeriod: number;
  readonly initialReadinessDelay: number;
}

/** Names of pods, by what their sample is worth. */
export interface PodGroups {
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

/**
 * Sorts pods (kubernetes-behaviour.md 3.7): those that go or failed are ignored; those that have not run are unready, and
 * where processors are measured also those that are just starting; those without a sample are missing.
 */
export function groupPods(
  pods: readonly Pod[],
  metrics: PodMetrics,
  isCpu: boolean,
  times: ReadinessTimes,
  now: number,
): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') {
      ignored.add(name);
      continue;
    }
    if (pod.status.phase === 'Pending') {
      unready.add(name);
      continue;
    }
    const metric = metrics.get(name);
    if (metric === undefined) missing.add(name);
    else if (isCpu && isStarting(pod, metric, times, now)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** Whether a pod's sample is that of a start and not of work. */
function isStarting({ status }: Pod, metric: PodMetric, times: ReadinessTimes, now: number): boolean {
  const ready = conditionOf(status.conditions, 'Ready');
  const { startTime } = status;
  if (ready === undefined || startTime === undefined) return true;
  const turned = ready.lastTransitionTime ?? 0;
  if (startTime + times.cpuInitializationPeriod > now) {
    // A sample counts when one whole window of it lies after the pod became ready.
    return ready.status === 'False' || metric.timestamp < turned + metric.windowMicros;
  }
  // Later on only a pod that has never been ready is left out.
  return ready.status === 'False' && startTime + times.initialReadinessDelay > turned;
}

export function without(metrics: PodMetrics, ...names: readonly ReadonlySet<string>[]): Map<string, PodMetric> {
  const left = new Map<string, PodMetric>();
  for (const [name, metric] of metrics) if (!names.some((set) => set.has(name))) left.set(name, metric);
  return left;
}

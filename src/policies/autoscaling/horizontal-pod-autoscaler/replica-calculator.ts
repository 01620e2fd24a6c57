import { isPodReady, type Pod } from '../../../sim/api/pod.ts';
import {
  groupPods,
  without,
  type PodGroups,
  type PodMetric,
  type PodMetrics,
  type ReadinessTimes,
} from './pod-groups.ts';
import { requestsOf } from './requests.ts';
import { isWithin, type Tolerances } from './tolerance.ts';

/** How many replicas one metric asks for, before any limits; or why it cannot tell. */
export type Proposal =
  | {
      readonly replicas: number;
      /** Thousandths: the average of a pod, or the whole of a metric that is not of pods. */
      readonly usage: number;
      /** Percent of the requests. */
      readonly utilization?: number;
    }
  | { readonly error: string };

/** What all calculations need. */
export interface Situation {
  readonly currentReplicas: number;
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  readonly times: ReadinessTimes;
  /** Microseconds. */
  readonly now: number;
}

const NO_PODS = { error: 'no pods returned by selector while calculating replica count' };
const NO_METRICS = { error: 'did not receive metrics for targeted pods (pods might be unready)' };
const NO_MATCH = { error: 'no metrics returned matched known pods' };

/** Of a resource, against a percentage of what the pods ask for. */
export function byUtilization(
  situation: Situation,
  samples: PodMetrics,
  resource: string,
  container: string | undefined,
  target: number,
): Proposal {
  const { pods } = situation;
  if (pods.length === 0) return NO_PODS;
  const groups = groupPods(pods, samples, resource === 'cpu', situation.times, situation.now);
  const metrics = without(samples, groups.ignored, groups.unready);
  if (metrics.size === 0) return NO_METRICS;
  const requests = requestsOf(pods, resource, container);
  if (typeof requests === 'string') return { error: requests };
  const current = utilizationOf(metrics, requests);
  if (current === undefined) return NO_MATCH;
  const { utilization, usage } = current;
  const ratio = utilization / target;
  const fallback = Math.max(100, target);
  const replicas = replicasFor(situation, groups, metrics, ratio, {
    missing: (name) => Math.floor(((requests.get(name) ?? 0) * fallback) / 100),
    ratioOf: (filled) => {
      const filledUtilization = utilizationOf(filled, requests);
      return filledUtilization === undefined ? undefined : filledUtilization.utilization / target;
    },
    // A ratio of exactly 1 leaves missing samples missing here.
    fillsAtOne: false,
  });
  return replicas === undefined ? NO_MATCH : { replicas, usage, utilization };
}

/** Of a resource or of any metric of pods, against an average value in thousandths. */
export function byAverageValue(situation: Situation, samples: PodMetrics, isCpu: boolean, target: number): Proposal {
  const { pods } = situation;
  if (pods.length === 0) return NO_PODS;
  const groups = groupPods(pods, samples, isCpu, situation.times, situation.now);
  const metrics = without(samples, groups.ignored, groups.unready);
  if (metrics.size === 0) return NO_METRICS;
  const usage = averageOf(metrics);
  const replicas = replicasFor(situation, groups, metrics, usage / target, {
    missing: () => target,
    ratioOf: (filled) => averageOf(filled) / target,
    fillsAtOne: true,
  });
  return { replicas: replicas ?? situation.currentReplicas, usage };
}

/** Of something that is not a pod, against a value of the whole. */
export function byValue(situation: Situation, usage: number, target: number): Proposal {
  const { currentReplicas, pods, tolerances } = situation;
  const ratio = usage / target;
  if (currentReplicas === 0) return { replicas: Math.ceil(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: currentReplicas, usage };
  if (pods.length === 0) return NO_PODS;
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isPodReady(pod)).length;
  return { replicas: Math.ceil(ratio * ready), usage };
}

/** Of something that is not a pod, against a value for each pod; `statusReplicas` are those the target says it has. */
export function byValuePerPod(
  { tolerances }: Situation,
  statusReplicas: number,
  usage: number,
  target: number,
): Proposal {
  const ratio = usage / (target * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : Math.ceil(usage / target);
  return { replicas, usage: Math.ceil(usage / statusReplicas) };
}

interface Filling {
  /** What a pod without a sample counts as where less is wanted. */
  missing(name: string): number;
  ratioOf(metrics: PodMetrics): number | undefined;
  readonly fillsAtOne: boolean;
}

/**
 * The number of replicas that brings the ratio to 1. Where samples are missing or pods are not ready it errs on the side
 * of doing nothing: they count as busy where less is wanted, as idle where more is wanted.
 */
function replicasFor(
  { currentReplicas, tolerances }: Situation,
  { readyCount, missing, unready }: PodGroups,
  metrics: Map<string, PodMetric>,
  ratio: number,
  filling: Filling,
): number | undefined {
  const growsWithUnready = unready.size > 0 && ratio > 1;
  if (!growsWithUnready && missing.size === 0) {
    return isWithin(tolerances, ratio) ? currentReplicas : Math.ceil(ratio * readyCount);
  }
  const fill = (name: string, value: number): void => {
    metrics.set(name, { value, timestamp: 0, windowMicros: 0 });
  };
  for (const name of missing) {
    if (ratio < 1) fill(name, filling.missing(name));
    else if (ratio > 1 || filling.fillsAtOne) fill(name, 0);
  }
  if (growsWithUnready) for (const name of unready) fill(name, 0);
  const filled = filling.ratioOf(metrics);
  if (filled === undefined) return undefined;
  const turnsAround = (ratio < 1 && filled > 1) || (ratio > 1 && filled < 1);
  if (isWithin(tolerances, filled) || turnsAround) return currentReplicas;
  const replicas = Math.ceil(filled * metrics.size);
  const contradicts = (filled < 1 && replicas > currentReplicas) || (filled > 1 && replicas < currentReplicas);
  return contradicts ? currentReplicas : replicas;
}

/** Whole percent, and the average of a pod; undefined when nobody asks for anything. */
function utilizationOf(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
): { readonly utilization: number; readonly usage: number } | undefined {
  let usage = 0;
  let requested = 0;
  let pods = 0;
  for (const [name, { value }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    usage += value;
    requested += request;
    pods++;
  }
  if (requested === 0) return undefined;
  return { utilization: Math.floor((usage * 100) / requested), usage: Math.floor(usage / pods) };
}

function averageOf(metrics: PodMetrics): number {
  let sum = 0;
  for (const { value } of metrics.values()) sum += value;
  return Math.floor(sum / metrics.size);
}

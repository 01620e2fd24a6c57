import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Condition } from '../../src/sim/api/meta.ts';
import type { Pod, PodPhase } from '../../src/sim/api/pod.ts';
import { normalise, type NormaliseInput } from '../../src/policies/autoscaling/horizontal-pod-autoscaler/normalise.ts';
import type { PodMetric } from '../../src/policies/autoscaling/horizontal-pod-autoscaler/pod-groups.ts';
import type { Note } from '../../src/policies/autoscaling/horizontal-pod-autoscaler/replica-history.ts';
import {
  byAverageValue,
  byUtilization,
  byValue,
  byValuePerPod,
  type Proposal,
  type Situation,
} from '../../src/policies/autoscaling/horizontal-pod-autoscaler/replica-calculator.ts';

/** Two functions of the real autoscaler that were recorded call by call, asked of the simulator's. */

const NOW = 10_000_000_000;

type Out = Readonly<Record<string, unknown>>;

export interface Case<In> {
  readonly in: In;
  readonly out: Out;
}

interface RecordedPod {
  readonly phase: PodPhase;
  readonly ready: 'True' | 'False' | 'absent';
  readonly startedAgo_s: number | null;
  readonly readyChangedAgo_s?: number;
  readonly deleting?: boolean;
  readonly request: number;
  readonly metric: number | null;
  readonly metricAgo_s?: number;
  readonly metricWindow_s?: number;
}

interface CalculatorInput {
  readonly kind: string;
  readonly currentReplicas: number;
  readonly pods: readonly RecordedPod[];
  readonly resource?: string;
  readonly target: number;
  readonly toleranceDown: number;
  readonly toleranceUp: number;
  readonly value?: number;
  readonly values?: readonly number[];
}

interface RecordedNote {
  readonly ago_s: number;
  readonly value: number;
}

interface RecordedProposal extends Omit<NormaliseInput, 'behavior' | 'now' | 'downscaleStabilization'> {
  readonly behavior: NormaliseInput['behavior'] | null;
  readonly recommendations: readonly RecordedNote[] | null;
  readonly scaleUpEvents?: readonly RecordedNote[] | null;
  readonly scaleDownEvents?: readonly RecordedNote[] | null;
}

/** What each table's function makes of one input, by the table's name. */
export const TABLES: Readonly<Record<string, (given: never) => Out>> = {
  'replica-calculator': (given: CalculatorInput) => {
    const proposal = calculate(given);
    if (!('error' in proposal)) return { ...proposal };
    // The recorder noted the utilization of a failed call as well, as the zero it is there.
    return given.kind === 'resourceUtilization' ? { ...proposal, utilization: 0 } : { ...proposal };
  },
  'behaviour-normalisation': (given: RecordedProposal) => {
    const history = {
      recommendations: notes(given.recommendations),
      scaleUps: notes(given.scaleUpEvents),
      scaleDowns: notes(given.scaleDownEvents),
    };
    const behavior = given.behavior ?? undefined;
    const input = { ...given, behavior, downscaleStabilization: 300_000_000, now: NOW };
    const { replicas, able, limited, isLimited } = normalise(input, history);
    return {
      replicas,
      'cond.AbleToScale': `True/${able.reason}`,
      'cond.ScalingLimited': `${isLimited ? 'True' : 'False'}/${limited.reason}`,
    };
  },
};

/** The cases of a recorded table. */
export function casesIn(folder: string): Case<unknown>[] {
  return readFileSync(join(folder, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case<unknown>);
}

/** The same table with the simulator's answers, as text. */
export function answeredTable(name: string, folder: string): string | undefined {
  const answer = TABLES[name];
  if (answer === undefined) return undefined;
  return casesIn(folder)
    .map((one) => JSON.stringify({ in: one.in, out: answer(one.in as never) }) + '\n')
    .join('');
}

function ago(seconds: number | null | undefined): number | undefined {
  return seconds === null || seconds === undefined ? undefined : NOW - Math.round(seconds * 1_000_000);
}

function podOf(recorded: RecordedPod, index: number, resource: string): Pod {
  const { phase, ready, startedAgo_s, readyChangedAgo_s, deleting = false, request } = recorded;
  const conditions: Condition[] =
    ready === 'absent' ? [] : [{ type: 'Ready', status: ready, lastTransitionTime: ago(readyChangedAgo_s) ?? 0 }];
  const requests = request === 0 ? {} : { [resource]: `${request}m` };
  return {
    kind: 'Pod',
    metadata: {
      name: `p${index}`,
      namespace: 'default',
      uid: `p${index}`,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      deletionTimestamp: deleting ? NOW : undefined,
      labels: {},
      annotations: {},
      ownerReferences: [],
      finalizers: [],
    },
    spec: { containers: [{ name: 'c', image: 'img:1', resources: { requests } }] },
    status: { phase, conditions, startTime: ago(startedAgo_s) },
  };
}

function samplesOf(pods: readonly RecordedPod[]): Map<string, PodMetric> {
  const samples = new Map<string, PodMetric>();
  pods.forEach(({ metric, metricAgo_s, metricWindow_s = 0 }, index) => {
    if (metric === null) return;
    const timestamp = ago(metricAgo_s) ?? NOW;
    samples.set(`p${index}`, { value: metric, timestamp, windowMicros: metricWindow_s * 1_000_000 });
  });
  return samples;
}

function calculate(given: CalculatorInput): Proposal {
  const { kind, resource = 'cpu', target, values = [], value = 0, currentReplicas } = given;
  const samples = samplesOf(given.pods);
  const ofPods = kind === 'pods' || kind.startsWith('resource');
  if (ofPods && samples.size === 0) {
    // The recorded calculator had a metrics client of its own, which says this for custom metrics too.
    const what = kind === 'pods' ? 'metric m' : `metrics for resource ${resource}`;
    return { error: `unable to get ${what}: no metrics returned from resource metrics API` };
  }
  const situation: Situation = {
    currentReplicas,
    pods: given.pods.map((pod, index) => podOf(pod, index, resource)),
    tolerances: { scaleUp: given.toleranceUp, scaleDown: given.toleranceDown },
    times: { cpuInitializationPeriod: 300_000_000, initialReadinessDelay: 30_000_000 },
    now: NOW,
  };
  const sum = values.reduce((all, one) => all + one, 0);
  switch (kind) {
    case 'resourceUtilization':
      return byUtilization(situation, samples, resource, undefined, target);
    case 'resourceAverageValue':
      return byAverageValue(situation, samples, resource === 'cpu', target);
    case 'pods':
      return byAverageValue(situation, samples, false, target);
    case 'object':
      return byValue(situation, value, target);
    case 'external':
      return byValue(situation, sum, target);
    case 'objectPerPod':
      return byValuePerPod(situation, currentReplicas, value, target);
    case 'externalPerPod':
      return byValuePerPod(situation, currentReplicas, sum, target);
    default:
      throw new Error(`no calculation is called ${kind}`);
  }
}

function notes(recorded: readonly RecordedNote[] | null | undefined): Note[] {
  return (recorded ?? []).map(({ ago_s, value }) => ({ value, at: ago(ago_s) ?? NOW }));
}

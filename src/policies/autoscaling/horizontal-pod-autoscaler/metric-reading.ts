import type { MetricIdentifier, MetricSpec, MetricStatus } from '../../../sim/api/autoscaling.ts';
import type { MetricSample, MetricsQuery } from '../../../sim/api/metrics.ts';
import { formatQuantity, milliValue } from '../../../sim/api/quantity.ts';
import type { LabelSelector } from '../../../sim/api/meta.ts';
import type { Scale } from '../../../sim/api/request.ts';
import type { PodMetric } from './pod-groups.ts';
import {
  byAverageValue,
  byUtilization,
  byValue,
  byValuePerPod,
  type Proposal,
  type Situation,
} from './replica-calculator.ts';

/** What a metric asks for, in the words of the status and of Events; or what is wrong. */
export type Reading =
  | { readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  /** `cause` for the Event and the condition; `error` has one more layer of words around it, for the pass as a whole. */
  | { readonly reason: string; readonly cause: string; readonly error: string };

const NANO_PER_MILLI = 1_000_000n;

/** What the metrics APIs have to be asked for a metric. */
export function queryOf(spec: MetricSpec, namespace: string, selector: string): MetricsQuery {
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource':
      return { api: 'resource', namespace, selector };
    case 'Pods':
      return { api: 'pods', namespace, selector, metric: spec.pods!.metric };
    case 'Object':
      return { api: 'object', namespace, object: spec.object!.describedObject, metric: spec.object!.metric };
    case 'External':
      return { api: 'external', namespace, metric: spec.external!.metric };
  }
}

/** The APIs' names in their clients' errors. */
const API_NAMES = { resource: 'resource', pods: 'custom', object: 'custom', external: 'external' } as const;

/**
 * Works out what one metric asks for.
 *
 * @param answer the samples, or why the API gave none
 */
export function readMetric(
  spec: MetricSpec,
  scale: Scale,
  situation: Situation,
  answer: readonly MetricSample[] | string,
): Reading {
  const api = API_NAMES[queryOf(spec, '', '').api];
  const failure =
    typeof answer === 'string'
      ? `unable to fetch metrics from ${api} metrics API: ${answer}`
      : answer.length === 0
        ? `no metrics returned from ${api} metrics API`
        : undefined;
  const samples = typeof answer === 'string' ? [] : answer;
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource':
      return readResource(spec, situation, samples, failure);
    case 'Pods':
      return readPods(spec, situation, samples, failure);
    case 'Object':
      return readObject(spec, scale, situation, samples, failure);
    case 'External':
      return readExternal(spec, scale, situation, samples, failure);
  }
}

function readResource(
  spec: MetricSpec,
  situation: Situation,
  samples: readonly MetricSample[],
  failure: string | undefined,
): Reading {
  const isContainer = spec.type === 'ContainerResource';
  const source = isContainer ? spec.containerResource! : spec.resource!;
  const container = isContainer ? spec.containerResource!.container : undefined;
  const { name, target } = source;
  const isUtilization = target.averageValue === undefined;
  const reason = isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric';
  const what = isUtilization ? 'utilization' : 'usage';
  const fail = (error: string): Reading => {
    const cause = `failed to get ${name} ${what}: ${error}`;
    const layer = isContainer ? 'container' : 'resource';
    return { reason, cause, error: `failed to get ${name} ${layer} metric value: ${cause}` };
  };
  if (failure !== undefined) return fail(`unable to get metrics for resource ${name}: ${failure}`);
  const metrics = resourceMetrics(samples, name, container);
  if (typeof metrics === 'string') return fail(`unable to get metrics for resource ${name}: ${metrics}`);
  const proposal = isUtilization
    ? byUtilization(situation, metrics, name, container, target.averageUtilization ?? 100)
    : byAverageValue(situation, metrics, name === 'cpu', milliValue(target.averageValue));
  if ('error' in proposal) return fail(proposal.error);
  const average = { averageValue: milliText(proposal.usage, name === 'memory' ? 'BinarySI' : 'DecimalSI') };
  const current = isUtilization ? { averageUtilization: proposal.utilization!, ...average } : average;
  const status: MetricStatus = isContainer
    ? { type: 'ContainerResource', containerResource: { name, container: container!, current } }
    : { type: 'Resource', resource: { name, current } };
  const words = isContainer && isUtilization ? `${name} container resource` : `${name} resource`;
  const detail = isUtilization ? ' utilization (percentage of request)' : '';
  return { replicas: proposal.replicas, name: words + detail, status };
}

/** The usage of each pod that has all of its containers measured. */
function resourceMetrics(
  samples: readonly MetricSample[],
  resource: string,
  container: string | undefined,
): Map<string, PodMetric> | string {
  const metrics = new Map<string, PodMetric>();
  for (const { pod = '', timestamp, windowMicros, containers = [] } of samples) {
    const wanted = container === undefined ? containers : containers.filter(({ name }) => name === container);
    if (container !== undefined && wanted.length === 0) {
      return `container ${container} not present in metrics for pod ${pod}`;
    }
    const usages = wanted.map(({ usage }) => usage[resource]);
    if (usages.length === 0 || usages.includes(undefined)) continue;
    metrics.set(pod, { value: usages.reduce<number>((sum, one) => sum + (one ?? 0), 0), timestamp, windowMicros });
  }
  return metrics;
}

function readPods(
  spec: MetricSpec,
  situation: Situation,
  samples: readonly MetricSample[],
  failure: string | undefined,
): Reading {
  const { metric, target } = spec.pods!;
  const fail = (cause: string): Reading => ({
    reason: 'FailedGetPodsMetric',
    cause,
    error: `failed to get pods metric value: ${cause}`,
  });
  if (failure !== undefined) return fail(`unable to get metric ${metric.name}: ${failure}`);
  const metrics = new Map<string, PodMetric>();
  for (const { pod = '', value = 0, timestamp, windowMicros } of samples) {
    metrics.set(pod, { value, timestamp, windowMicros });
  }
  const proposal = byAverageValue(situation, metrics, false, milliValue(target.averageValue ?? '0'));
  if ('error' in proposal) return fail(proposal.error);
  const status: MetricStatus = { type: 'Pods', pods: { metric, current: { averageValue: milliText(proposal.usage) } } };
  return { replicas: proposal.replicas, name: `pods metric ${metric.name}`, status };
}

function readObject(
  spec: MetricSpec,
  scale: Scale,
  situation: Situation,
  samples: readonly MetricSample[],
  failure: string | undefined,
): Reading {
  const { metric, target, describedObject } = spec.object!;
  const { kind, name } = describedObject;
  const fail = (cause: string): Reading => ({
    reason: 'FailedGetObjectMetric',
    cause,
    error: `failed to get object metric value: ${cause}`,
  });
  if (failure !== undefined) {
    return fail(`unable to get metric ${metric.name}: ${kind} on ${scale.namespace} ${name}/${failure}`);
  }
  const usage = samples[0]?.value ?? 0;
  const ofWhole = target.type === 'Value' && target.value !== undefined;
  const proposal = ofWhole
    ? byValue(situation, usage, milliValue(target.value))
    : byValuePerPod(situation, scale.statusReplicas, usage, milliValue(target.averageValue ?? '0'));
  if ('error' in proposal) return fail(proposal.error);
  const current = valueOf(proposal, ofWhole);
  const status: MetricStatus = { type: 'Object', object: { describedObject, metric, current } };
  const words = ofWhole ? `${kind} metric ${metric.name}` : externalName(metric);
  return { replicas: proposal.replicas, name: words, status };
}

function readExternal(
  spec: MetricSpec,
  scale: Scale,
  situation: Situation,
  samples: readonly MetricSample[],
  failure: string | undefined,
): Reading {
  const { metric, target } = spec.external!;
  const fail = (error: string): Reading => {
    const cause = `failed to get ${metric.name} external metric: ${error}`;
    return {
      reason: 'FailedGetExternalMetric',
      cause,
      error: `failed to get ${metric.name} external metric value: ${cause}`,
    };
  };
  if (failure !== undefined) {
    const selector = goSelector(metric.selector);
    return fail(`unable to get external metric ${scale.namespace}/${metric.name}/${selector}: ${failure}`);
  }
  const usage = samples.reduce((sum, { value = 0 }) => sum + value, 0);
  const ofWhole = target.averageValue === undefined;
  const proposal = ofWhole
    ? byValue(situation, usage, milliValue(target.value ?? '0'))
    : byValuePerPod(situation, scale.statusReplicas, usage, milliValue(target.averageValue));
  if ('error' in proposal) return fail(proposal.error);
  const status: MetricStatus = { type: 'External', external: { metric, current: valueOf(proposal, ofWhole) } };
  return { replicas: proposal.replicas, name: externalName(metric), status };
}

function valueOf(
  { usage }: Extract<Proposal, { usage: number }>,
  ofWhole: boolean,
): {
  readonly value?: string;
  readonly averageValue?: string;
} {
  return ofWhole ? { value: milliText(usage) } : { averageValue: milliText(usage) };
}

function milliText(milli: number, format: 'BinarySI' | 'DecimalSI' = 'DecimalSI'): string {
  return formatQuantity({ nano: BigInt(Math.round(milli)) * NANO_PER_MILLI, format });
}

function externalName({ name, selector }: MetricIdentifier): string {
  return `external metric ${name}(${goSelector(selector)})`;
}

/** A selector as the real controller's messages print it. */
function goSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = selector.matchLabels ?? {};
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}: ${labels[key]},`)
    .join('');
  const expressions = (selector.matchExpressions ?? [])
    .map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`)
    .join(' ');
  return `&LabelSelector{MatchLabels:map[string]string{${pairs}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}

import type { Container, Pod, PodSpec, ResourceList } from '../pod.ts';
import { isPodTerminal } from '../pod.ts';
import { containerTotals, isExtendedResource, isPodLevelResource } from '../pod-requests.ts';
import type { Quantity } from '../quantity.ts';
import { addTo, amountsOf, type Amounts } from './resource-lists.ts';

const ONE: Quantity = { nano: 1_000_000_000n, format: 'DecimalSI' };
const MICROS_PER_SECOND = 1_000_000;

/** Resources of a pod that quotas know by name; huge pages and extended resources come on top. */
export const POD_RESOURCES: ReadonlySet<string> = new Set([
  'count/pods',
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);

/** Of these every container must name its own amount where a quota limits them. */
const MUST_BE_NAMED = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'] as const;

export function isPodResource(name: string): boolean {
  if (POD_RESOURCES.has(name)) return true;
  const resource = name.startsWith('requests.') ? name.slice('requests.'.length) : name;
  return resource.startsWith('hugepages-') || (name !== resource && isExtendedResource(resource));
}

/** Whether a pod still counts: not once it has ended, nor once it should have been gone for its grace period. */
export function countsForQuota(pod: Pod, now: number): boolean {
  return !isPodTerminal(pod) && now <= endOfGrace(pod);
}

/** The last microsecond at which a pod that goes is within its grace period; infinite for one that does not go. */
export function endOfGrace({ metadata }: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return Infinity;
  return deletionTimestamp + deletionGracePeriodSeconds * MICROS_PER_SECOND;
}

/** What a pod uses of a quota (kubernetes-behaviour.md 2.8). */
export function podUsage(pod: Pod, now: number): Amounts {
  if (!countsForQuota(pod, now)) return new Map([['count/pods', ONE]]);
  let usage = usageOfSpec.get(pod.spec);
  if (usage === undefined) usageOfSpec.set(pod.spec, (usage = specUsage(pod.spec)));
  return usage;
}

const usageOfSpec = new WeakMap<PodSpec, Amounts>();

function specUsage(spec: PodSpec): Amounts {
  const usage = computeUsage(totals(spec, 'requests'), totals(spec, 'limits'));
  usage.set('count/pods', ONE);
  usage.set('pods', ONE);
  return usage;
}

function totals(spec: PodSpec, which: 'requests' | 'limits'): Map<string, Quantity> {
  const amounts = amountsOf(containerTotals(spec, which));
  for (const [name, amount] of amountsOf(spec.resources?.[which])) {
    if (isPodLevelResource(name)) amounts.set(name, amount);
  }
  addTo(amounts, amountsOf(spec.overhead));
  return amounts;
}

/** Requests and limits under the names that quotas have for them. */
function computeUsage(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map<string, Quantity>();
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests.get(name);
    const limit = limits.get(name);
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) usage.set(name, request).set(`requests.${name}`, request);
    else if (isExtendedResource(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** Why a pod cannot be counted: containers that do not name what the quota limits. */
export function missingFrom(spec: PodSpec, limited: ReadonlySet<string>): string | undefined {
  const containers: readonly Container[] = [...spec.containers, ...(spec.initContainers ?? [])];
  const complaints: string[] = [];
  for (const resource of MUST_BE_NAMED) {
    if (!limited.has(resource)) continue;
    const without = containers.filter(({ resources }) => !names(resource, resources?.requests, resources?.limits));
    const list = [...new Set(without.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1));
    if (list.length > 0) complaints.push(`${resource} for: ${list.join(',')}`);
  }
  return complaints.length === 0 ? undefined : `must specify ${complaints.join('; ')}`;
}

function names(resource: string, requests: ResourceList = {}, limits: ResourceList = {}): boolean {
  const dot = resource.indexOf('.');
  const name = resource.slice(dot + 1);
  return (resource.startsWith('limits.') ? limits : requests)[name] !== undefined;
}

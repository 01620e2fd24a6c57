import { labelKeyProblems } from '../names.ts';
import type { PodSpec, ResourceList, ResourceRequirements } from '../pod.ts';
import { containerTotals, isPodLevelResource } from '../pod-requests.ts';
import { compareQuantities, quantityOf } from '../quantity.ts';
import type { Checker } from './checker.ts';

const STANDARD_FOR_CONTAINERS = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD = new Set([
  ...STANDARD_FOR_CONTAINERS,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);
const COUNTED = new Set(['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps']);

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}
function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && labelKeyProblems('requests.' + name).length === 0;
}
/** What can be promised to several at once. */
function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function checkName(name: string, at: Checker): boolean {
  const problems = labelKeyProblems(name);
  at.invalidFor(name, problems);
  if (problems.length > 0) return false;
  if (name.includes('/') || STANDARD.has(name) || isHugePages(name)) return true;
  at.invalid(name, 'must be a standard resource type or fully qualified');
  return false;
}

function checkContainerName(name: string, at: Checker): void {
  checkName(name, at);
  if (!name.includes('/')) {
    if (!STANDARD_FOR_CONTAINERS.includes(name) && !isHugePages(name)) {
      at.invalid(name, 'must be a standard resource for containers');
    }
  } else if (!isNative(name) && !isExtended(name)) {
    at.invalid(name, "doesn't follow extended resource name standard");
  }
}

function checkPodName(name: string, at: Checker): void {
  if (checkName(name, at) && !isPodLevelResource(name)) at.unsupported(name, ['cpu', 'hugepages-', 'memory']);
}

/** Not negative, and whole where it is counted. */
export function checkAmount(name: string, text: string, at: Checker): void {
  const { nano } = quantityOf(text);
  if (nano < 0n) at.invalid(text, 'must be greater than or equal to 0');
  if ((COUNTED.has(name) || isExtended(name)) && nano % 1_000_000_000n !== 0n) {
    at.invalid(text, 'must be an integer');
  }
}

function checkHugePages(name: string, text: string, at: Checker): void {
  const size = /^hugepages-(.+)$/.exec(name)?.[1] ?? '';
  let isMultiple = false;
  try {
    const page = quantityOf(size).nano;
    isMultiple = page > 0n && page % 1_000_000_000n === 0n && quantityOf(text).nano % page === 0n;
  } catch {
    // A size that is no quantity divides nothing.
  }
  if (!isMultiple) at.invalid(text, `${text} is not positive integer multiple of ${name}`);
}

function checkList(list: ResourceList, at: Checker, checkResource: (name: string, at: Checker) => void): void {
  for (const name of Object.keys(list)) {
    const text = list[name] ?? '0';
    checkResource(name, at.at(name));
    checkAmount(name, text, at.at(name));
    if (isHugePages(name)) checkHugePages(name, text, at.at(name));
  }
}

function checkRequirements(
  { requests = {}, limits = {} }: ResourceRequirements,
  at: Checker,
  checkResource: (name: string, at: Checker) => void,
): void {
  checkList(limits, at.at('limits'), checkResource);
  checkList(requests, at.at('requests'), checkResource);
  for (const name of Object.keys(requests)) {
    const request = requests[name] ?? '0';
    const limit = limits[name];
    if (limit === undefined) {
      if (!mayOvercommit(name)) at.at('limits').required('Limit must be set for non overcommitable resources');
      continue;
    }
    const order = compareQuantities(quantityOf(request), quantityOf(limit));
    if (order !== 0 && !mayOvercommit(name)) {
      at.at('requests').invalid(request, `must be equal to ${name} limit of ${limit}`);
    } else if (order > 0) {
      at.at('requests').invalid(request, `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
  const named = [...Object.keys(requests), ...Object.keys(limits)];
  if (named.some(isHugePages) && !named.includes('cpu') && !named.includes('memory')) {
    at.forbidden('HugePages require cpu or memory');
  }
}

export function checkContainerResources(
  resources: ResourceRequirements | undefined,
  claims: ReadonlySet<string>,
  at: Checker,
): void {
  if (resources === undefined) return;
  checkRequirements(resources, at, checkContainerName);
  const seen = new Set<string>();
  (resources.claims ?? []).forEach((claim, index) => {
    if (claim.name === '') return;
    const key = claim.request === undefined ? claim.name : `${claim.name}/${claim.request}`;
    if (seen.has(key) || seen.has(claim.name)) at.at('claims', index).duplicate(key);
    seen.add(key);
    if (!claims.has(claim.name)) {
      const known = claims.size === 0 ? ' which is empty' : `: ${[...claims].join(', ')}`;
      at.at('claims', index).notFound(claim.name, `must be one of the names in pod.spec.resourceClaims${known}`);
    }
  });
}

/** Resources for the pod as a whole: within their limits, and never less than its containers ask for together. */
export function checkPodResources(spec: PodSpec, at: Checker): void {
  const { resources } = spec;
  if (resources === undefined) return;
  if (spec.os?.name === 'windows') return at.forbidden('may not be set for a windows pod');
  if (resources.claims !== undefined) at.at('claims').forbidden('claims may not be set for Resources at pod-level');
  checkRequirements(resources, at, checkPodName);
  checkCovers(containerTotals(spec, 'requests'), resources.requests, at.at('requests'), 'requests');
  checkCovers(hugePagesOf(containerTotals(spec, 'limits')), resources.limits, at.at('limits'), 'limits');
  spec.containers.forEach((container) => {
    const limits = container.resources?.limits ?? {};
    for (const name of Object.keys(limits)) {
      const ofPod = resources.limits?.[name];
      const own = limits[name] ?? '0';
      if (ofPod !== undefined && compareQuantities(quantityOf(own), quantityOf(ofPod)) > 0) {
        at.at('limits', name).invalid(own, `must be less than or equal to pod limits of ${ofPod}`);
      }
    }
  });
}

function hugePagesOf(list: ResourceList): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([name]) => isHugePages(name)));
}

function checkCovers(totals: ResourceList, list: ResourceList | undefined, at: Checker, which: string): void {
  for (const name of Object.keys(totals)) {
    const total = totals[name] ?? '0';
    const given = list?.[name];
    if (given !== undefined && compareQuantities(quantityOf(total), quantityOf(given)) > 0) {
      at.at(name).invalid(given, `must be greater than or equal to aggregate container ${which} of ${total}`);
    }
  }
}

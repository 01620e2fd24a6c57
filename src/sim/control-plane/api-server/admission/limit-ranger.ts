import { deepFreeze } from '../../../api/freeze.ts';
import type { ApiObject } from '../../../api/kinds.ts';
import type { Container, Pod, PodSpec, ResourceList } from '../../../api/pod.ts';
import { containerTotals } from '../../../api/pod-requests.ts';
import { compareQuantities, milliOfNano, quantityOf } from '../../../api/quantity.ts';
import type { LimitRange, LimitRangeItem } from '../../../api/quota.ts';
import type { Refusal } from '../outcome.ts';
import { refuseForbidden } from '../refusals.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';
const NO_AMOUNTS: ResourceList = Object.freeze({});

/** Fills in the limits and requests that a namespace's limit ranges give to containers that name none. */
export function withRangeDefaults(pod: Pod, ranges: readonly LimitRange[]): Pod {
  let result = pod;
  for (const range of ranges) {
    for (const item of range.spec.limits) {
      if (item.type === 'Container') result = withItemDefaults(result, item);
    }
  }
  return result;
}

function withItemDefaults(pod: Pod, item: LimitRangeItem): Pod {
  const notes: string[] = [];
  const fill = (prefix: string) => (container: Container) => withResources(container, item, prefix, notes);
  const containers = pod.spec.containers.map(fill('container'));
  const initContainers = pod.spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return pod;
  const spec: PodSpec = deepFreeze({
    ...pod.spec,
    containers,
    ...(initContainers === undefined ? {} : { initContainers }),
  });
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}

function withResources(container: Container, item: LimitRangeItem, prefix: string, notes: string[]): Container {
  const { limits = NO_AMOUNTS, requests = NO_AMOUNTS } = container.resources ?? {};
  const { default: defaultLimits = NO_AMOUNTS, defaultRequest = NO_AMOUNTS } = item;
  const setLimits = missingNames(limits, defaultLimits);
  const setRequests = missingNames(requests, defaultRequest);
  if (setRequests.length > 0) notes.push(`${setRequests.join(', ')} request for ${prefix} ${container.name}`);
  if (setLimits.length > 0) notes.push(`${setLimits.join(', ')} limit for ${prefix} ${container.name}`);
  if (setLimits.length === 0 && setRequests.length === 0) return container;
  const resources = {
    ...container.resources,
    limits: { ...defaultLimits, ...limits },
    requests: { ...defaultRequest, ...requests },
  };
  return { ...container, resources };
}

function missingNames(given: ResourceList, defaults: ResourceList): readonly string[] {
  return Object.keys(defaults)
    .filter((name) => given[name] === undefined)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** 403 for a pod or a claim that asks for more or less than the limit ranges of its namespace allow. */
export function refuseOutOfRange(object: ApiObject, ranges: readonly LimitRange[]): Refusal | undefined {
  for (const range of ranges) {
    const complaints = range.spec.limits.flatMap((item) => complaintsAbout(object, item));
    if (complaints.length === 0) continue;
    const why = complaints.length === 1 ? complaints[0]! : `[${complaints.join(', ')}]`;
    return refuseForbidden(object.kind, object.metadata.name, why);
  }
  return undefined;
}

function complaintsAbout(object: ApiObject, item: LimitRangeItem): readonly string[] {
  if (object.kind === 'PersistentVolumeClaim' && item.type === 'PersistentVolumeClaim') {
    return claimComplaints(object.spec.resources?.requests ?? NO_AMOUNTS, item);
  }
  if (object.kind !== 'Pod') return [];
  const { spec } = object;
  if (item.type === 'Pod') return complaints(item, containerTotals(spec, 'requests'), containerTotals(spec, 'limits'));
  if (item.type !== 'Container') return [];
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return all.flatMap(({ resources }) =>
    complaints(item, resources?.requests ?? NO_AMOUNTS, resources?.limits ?? NO_AMOUNTS),
  );
}

function sortedNames(list: ResourceList | undefined): readonly string[] {
  return Object.keys(list ?? NO_AMOUNTS).sort((a, b) => (a < b ? -1 : 1));
}

function isLess(a: string, b: string): boolean {
  return compareQuantities(quantityOf(a), quantityOf(b)) < 0;
}

function complaints(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): readonly string[] {
  const found: string[] = [];
  for (const name of sortedNames(item.min)) {
    const words = atLeast(`minimum ${name} usage per ${item.type} is`, item.min![name]!, requests[name], limits[name]);
    if (words !== undefined) found.push(words);
  }
  for (const name of sortedNames(item.max)) {
    const words = atMost(`maximum ${name} usage per ${item.type} is`, item.max![name]!, requests[name], limits[name]);
    if (words !== undefined) found.push(words);
  }
  for (const name of sortedNames(item.maxLimitRequestRatio)) {
    const ratio = item.maxLimitRequestRatio![name]!;
    const words = ratioOf(
      `${name} max limit to request ratio per ${item.type} is ${ratio}`,
      ratio,
      requests[name],
      limits[name],
    );
    if (words !== undefined) found.push(words);
  }
  return found;
}

type Amount = string | undefined;

function atLeast(rule: string, bound: string, request: Amount, limit: Amount): string | undefined {
  if (request === undefined) return `${rule} ${bound}.  No request is specified`;
  if (isLess(request, bound)) return `${rule} ${bound}, but request is ${request}`;
  if (limit !== undefined && isLess(limit, bound)) return `${rule} ${bound}, but limit is ${limit}`;
  return undefined;
}

function atMost(rule: string, bound: string, request: Amount, limit: Amount): string | undefined {
  if (limit === undefined) return `${rule} ${bound}.  No limit is specified`;
  if (isLess(bound, limit)) return `${rule} ${bound}, but limit is ${limit}`;
  if (request !== undefined && isLess(bound, request)) return `${rule} ${bound}, but request is ${request}`;
  return undefined;
}

function ratioOf(rule: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const asked = milliOfNano(quantityOf(request ?? '0').nano);
  const most = milliOfNano(quantityOf(limit ?? '0').nano);
  if (asked === 0) return `${rule}, but no request is specified or request is 0`;
  if (most === 0) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = most / asked;
  return ratio * 1000 > milliOfNano(quantityOf(bound).nano)
    ? `${rule}, but provided ratio is ${ratio.toFixed(6)}`
    : undefined;
}

function claimComplaints(requests: ResourceList, { min, max }: LimitRangeItem): readonly string[] {
  const found: string[] = [];
  const request = requests['storage'];
  for (const name of sortedNames(min)) {
    const words = atLeast(`minimum ${name} usage per PersistentVolumeClaim is`, min![name]!, requests[name], undefined);
    if (words !== undefined) found.push(words);
  }
  for (const name of sortedNames(max)) {
    const rule = `maximum ${name} usage per PersistentVolumeClaim is ${max![name]!}`;
    if (request === undefined) found.push(`${rule}.  No request is specified`);
    else if (isLess(max![name]!, request)) found.push(`${rule}, but request is ${request}`);
  }
  return found;
}

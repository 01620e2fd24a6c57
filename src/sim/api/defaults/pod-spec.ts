import type { Container, PodSpec, ResourceList } from '../pod.ts';
import { containerTotals, isPodLevelResource } from '../pod-requests.ts';
import { POD_SPEC } from '../schema/pod.ts';
import { fillDefaults } from './fill-defaults.ts';

/**
 * The spec of a pod with everything that is filled in for pods. Some of it is filled in for pods only and not for the
 * template they come from: requests from limits, pod-level requests, host ports.
 */
export function podSpecWithDefaults(given: PodSpec): PodSpec {
  let spec = fillDefaults(POD_SPEC, given) as PodSpec & { readonly enableServiceLinks?: boolean };
  spec = withContainers(spec, requestsFromLimits);
  spec = withPodLevelRequests(spec);
  if (spec.enableServiceLinks === undefined) spec = { ...spec, enableServiceLinks: true };
  // A negative grace period is the shortest there is.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec = { ...spec, terminationGracePeriodSeconds: 1 };
  return spec.hostNetwork === true ? withContainers(spec, portsOfHost) : spec;
}

function withContainers(spec: PodSpec, change: (container: Container) => Container): PodSpec {
  const containers = changed(spec.containers, change);
  const initContainers = spec.initContainers === undefined ? undefined : changed(spec.initContainers, change);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  return { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
}

function changed<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const result = list.map(change);
  return result.every((item, index) => item === list[index]) ? list : result;
}

/** `list` and what `more` has besides, in order of the names; `list` itself when that is nothing. */
function joined(list: ResourceList | undefined, more: ResourceList): ResourceList | undefined {
  const missing = Object.keys(more).filter((name) => list?.[name] === undefined);
  if (missing.length === 0) return list;
  const result = Object.create(null) as Record<string, string>;
  const names = [...Object.keys(list ?? {}), ...missing].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const name of names) result[name] = list?.[name] ?? more[name] ?? '0';
  return result;
}

/** What is limited and not requested is requested up to the limit. */
function requestsFromLimits(container: Container): Container {
  const { resources } = container;
  if (resources?.limits === undefined) return container;
  const requests = joined(resources.requests, resources.limits);
  return requests === resources.requests ? container : { ...container, resources: { ...resources, requests } };
}

function portsOfHost(container: Container): Container {
  if (container.ports === undefined) return container;
  const ports = changed(container.ports, (port) =>
    port.hostPort === undefined ? { ...port, hostPort: port.containerPort } : port,
  );
  return ports === container.ports ? container : { ...container, ports };
}

/** Huge pages are never handed out twice, so they cannot be promised beyond what is there. */
function mayOvercommit(name: string): boolean {
  return !name.startsWith('hugepages-');
}

/**
 * A pod that is limited as a whole requests, as a whole, what its containers request together, and its limit where
 * they request nothing.
 */
function withPodLevelRequests(given: PodSpec): PodSpec {
  const spec = withHugePageLimits(given);
  const { resources } = spec;
  if (resources?.limits === undefined || Object.keys(resources.limits).length === 0) return spec;
  const fromContainers = filtered(
    containerTotals(spec, 'requests'),
    (name) => isPodLevelResource(name) && mayOvercommit(name),
  );
  const fromLimits = filtered(resources.limits, isPodLevelResource);
  const requests = joined(joined(resources.requests, fromContainers), fromLimits);
  return requests === resources.requests ? spec : { ...spec, resources: { ...resources, requests } };
}

/** Huge pages that containers limit are limited for the pod as a whole too, once it has resources of its own. */
function withHugePageLimits(spec: PodSpec): PodSpec {
  const { resources } = spec;
  if (resources?.limits === undefined && resources?.requests === undefined) return spec;
  const limits = filtered(
    containerTotals(spec, 'limits'),
    (name) => !mayOvercommit(name) && resources.requests?.[name] === undefined,
  );
  const joint = joined(resources.limits, limits);
  return joint === resources.limits ? spec : { ...spec, resources: { ...resources, limits: joint } };
}

function filtered(list: ResourceList, keep: (name: string) => boolean): ResourceList {
  const result = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(list)) if (keep(name)) result[name] = list[name] ?? '0';
  return result;
}

import { factsOf, type ApiObject, type Kind } from '../kinds.ts';
import { groupOf } from '../qualified-names.ts';
import type { Quantity } from '../quantity.ts';
import type { ResourceQuota } from '../quota.ts';
import type { Service } from '../service.ts';
import type { PersistentVolumeClaim } from '../storage.ts';
import { quantityOf } from '../quantity.ts';
import { isPodResource, podUsage } from './pod-usage.ts';
import type { Amounts } from './resource-lists.ts';
import { isInScopes, scopesOf } from './scopes.ts';

const ONE: Quantity = { nano: 1_000_000_000n, format: 'DecimalSI' };

/** Kinds that quotas count under a plain name besides `count/…`. */
const PLAIN_NAMES: ReadonlySet<string> = new Set([
  'ConfigMap',
  'PersistentVolumeClaim',
  'ReplicationController',
  'ResourceQuota',
  'Secret',
  'Service',
]);

const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

function countName(kind: Kind): string {
  const group = groupOf(kind);
  return `count/${factsOf(kind).plural}${group === '' ? '' : '.' + group}`;
}

/** Whether objects of a kind are counted under this name of a resource. */
export function isResourceOf(kind: Kind, name: string): boolean {
  if (kind === 'Pod') return isPodResource(name);
  if (!factsOf(kind).namespaced) return false;
  if (name === countName(kind)) return true;
  if (PLAIN_NAMES.has(kind) && name === factsOf(kind).plural) return true;
  if (kind === 'Service') return name === 'services.nodeports' || name === 'services.loadbalancers';
  return (
    kind === 'PersistentVolumeClaim' &&
    (name === 'requests.storage' ||
      name.endsWith(`${STORAGE_CLASS_SUFFIX}requests.storage`) ||
      name.endsWith(`${STORAGE_CLASS_SUFFIX}persistentvolumeclaims`))
  );
}

/** The resources of a kind among `names`. */
export function resourcesOfKind(kind: Kind, names: Iterable<string>): ReadonlySet<string> {
  return new Set([...names].filter((name) => isResourceOf(kind, name)));
}

/** What an object uses, by the names that quotas have for it. */
export function usageOf(object: ApiObject, now: number): Amounts {
  if (object.kind === 'Pod') return podUsage(object, now);
  const usage = new Map<string, Quantity>([[countName(object.kind), ONE]]);
  if (PLAIN_NAMES.has(object.kind)) usage.set(factsOf(object.kind).plural, ONE);
  if (object.kind === 'Service') addServiceUsage(object, usage);
  if (object.kind === 'PersistentVolumeClaim') addClaimUsage(object, usage);
  return usage;
}

function addServiceUsage({ spec }: Service, usage: Map<string, Quantity>): void {
  if (spec.type === 'NodePort') usage.set('services.nodeports', countOf(spec.ports.length));
  if (spec.type !== 'LoadBalancer') return;
  usage.set('services.loadbalancers', ONE);
  usage.set('services.nodeports', countOf(spec.ports.length));
}

function countOf(n: number): Quantity {
  return { nano: BigInt(n) * 1_000_000_000n, format: 'DecimalSI' };
}

function addClaimUsage({ spec }: PersistentVolumeClaim, usage: Map<string, Quantity>): void {
  const prefix = spec.storageClassName === undefined ? undefined : spec.storageClassName + STORAGE_CLASS_SUFFIX;
  if (prefix !== undefined) usage.set(`${prefix}persistentvolumeclaims`, ONE);
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) return;
  usage.set('requests.storage', quantityOf(storage));
  if (prefix !== undefined) usage.set(`${prefix}requests.storage`, quantityOf(storage));
}

/** Whether a quota is about an object at all: scopes are for pods only. */
export function isCounted(object: ApiObject, quota: ResourceQuota): boolean {
  return object.kind === 'Pod' ? isInScopes(object, quota) : scopesOf(quota).length === 0;
}

import type { Namespace, PriorityClass } from './core.ts';
import type { ApiObject } from './kinds.ts';
import { NO_LABELS, type Labels, type ObjectMeta } from './meta.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const PRIORITIES: readonly (readonly [string, number])[] = [
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
];

/** Namespaces and priority classes that every cluster has, but for those that are `there` already. */
export function* systemObjects(there: readonly ApiObject[]): Generator<ApiObject> {
  const isThere = (kind: ApiObject['kind'], name: string): boolean =>
    there.some((object) => object.kind === kind && object.metadata.name === name);
  for (const name of NAMESPACES) if (!isThere('Namespace', name)) yield systemNamespace(name);
  for (const [name, value] of PRIORITIES) if (!isThere('PriorityClass', name)) yield systemPriority(name, value);
}

function systemPriority(name: string, value: number): PriorityClass {
  return {
    kind: 'PriorityClass',
    metadata: systemMeta(name, NO_LABELS),
    value,
    globalDefault: false,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function systemNamespace(name: string): Namespace {
  const labels = { 'kubernetes.io/metadata.name': name };
  return { kind: 'Namespace', metadata: systemMeta(name, labels), status: { phase: 'Active' } };
}

function systemMeta(name: string, labels: Labels): ObjectMeta {
  return {
    name,
    namespace: '',
    uid: '',
    resourceVersion: 0,
    generation: 1,
    creationTimestamp: 0,
    labels,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  };
}

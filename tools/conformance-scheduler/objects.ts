import { NO_LABELS, type Condition, type Labels, type ObjectMeta } from '../../src/sim/api/meta.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Container, Pod, PodSpec } from '../../src/sim/api/pod.ts';
import type { ListedKinds } from '../../src/sim/policy-api/scheduling.ts';

/**
 * The objects of recordings: plain Kubernetes JSON as the API server stores it, without members that only repeat a
 * default. They are taken as they are: no defaulting and no validation, for kube-scheduler does neither.
 */

type Json = Record<string, unknown>;

/** An object of a recording that cannot be what it should be. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

export function jsonObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RecordingError(`${what}: expected an object, found ${JSON.stringify(value)}`);
  }
  return value as Json;
}

export function jsonList(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RecordingError(`${what}: expected a list, found ${JSON.stringify(value)}`);
  return value;
}

/** Whole microseconds; recordings have whole seconds. Only the order of times has a meaning here. */
function micros(value: unknown): number {
  if (typeof value !== 'string') throw new RecordingError(`expected a time, found ${JSON.stringify(value)}`);
  const millis = Date.parse(value);
  if (Number.isNaN(millis)) throw new RecordingError(`${JSON.stringify(value)} is no time`);
  return millis * 1000;
}

/** Members whose text is a time wherever they stand. */
const TIMES: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'startTime',
  'startedAt',
  'finishedAt',
  'timeAdded',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
]);

/** Members that hold resource names and quantities: a number stands for its text. */
const QUANTITIES: ReadonlySet<string> = new Set([
  'requests',
  'limits',
  'allocatable',
  'capacity',
  'overhead',
  'allocatedResources',
]);

/** What Go's omitempty drops when it is empty, and what null stands for: nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) && value.length === 0;
}

/** Maps of texts; an empty one means the same as none. */
const MAPS: ReadonlySet<string> = new Set(['nodeSelector', 'labels', 'annotations', 'matchLabels']);

/** A copy with times as microseconds and quantities as text, and without empty members. */
function tidied(value: unknown, member = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => tidied(item, member));
  if (TIMES.has(member) && typeof value === 'string') return micros(value);
  if (typeof value !== 'object' || value === null) return value;
  const isQuantities = QUANTITIES.has(member);
  const copy: Json = {};
  for (const [name, inner] of Object.entries(value)) {
    if (isNothing(inner) && name !== 'nodeSelectorTerms') continue;
    if (isQuantities) copy[name] = String(inner);
    else if (!MAPS.has(name)) copy[name] = tidied(inner, name);
    else if (Object.keys(inner as object).length > 0) copy[name] = inner;
  }
  return copy;
}

function labelsOf(value: unknown): Labels {
  return value === undefined ? NO_LABELS : (value as Labels);
}

function metaOf(raw: Json, what: string, namespaced: boolean): ObjectMeta {
  const metadata = jsonObject(raw['metadata'], `${what}: metadata`);
  const name = metadata['name'];
  if (typeof name !== 'string') throw new RecordingError(`${what}: metadata.name: expected a text`);
  const namespace = namespaced ? ((metadata['namespace'] as string | undefined) ?? 'default') : '';
  const resourceVersion = Number(metadata['resourceVersion'] ?? 0);
  return {
    ...(metadata as Partial<ObjectMeta>),
    name,
    namespace,
    uid: (metadata['uid'] as string | undefined) ?? (namespace === '' ? name : `${namespace}/${name}`),
    resourceVersion: Number.isSafeInteger(resourceVersion) ? resourceVersion : 0,
    generation: (metadata['generation'] as number | undefined) ?? 0,
    creationTimestamp: (metadata['creationTimestamp'] as number | undefined) ?? 0,
    labels: labelsOf(metadata['labels']),
    annotations: labelsOf(metadata['annotations']),
    ownerReferences: (metadata['ownerReferences'] as ObjectMeta['ownerReferences'] | undefined) ?? [],
    finalizers: (metadata['finalizers'] as string[] | undefined) ?? [],
  };
}

export function decodeNode(value: unknown, what: string): Node {
  const raw = jsonObject(tidied(value), what);
  const status = (raw['status'] ?? {}) as Partial<Node['status']>;
  return {
    kind: 'Node',
    metadata: metaOf(raw, what, false),
    spec: (raw['spec'] ?? {}) as Node['spec'],
    status: {
      ...status,
      capacity: status.capacity ?? status.allocatable ?? {},
      allocatable: status.allocatable ?? {},
      conditions: status.conditions ?? [],
    },
  };
}

/** Go leaves an empty image out. */
function withImage(container: Container): Container {
  return { ...container, image: (container.image as string | undefined) ?? '' };
}

/** A pod; `metadata.name` may be absent where the caller gives one. */
export function decodePod(value: unknown, what: string, name?: string): Pod {
  const raw = jsonObject(tidied(value), what);
  const metadata = jsonObject(raw['metadata'] ?? {}, `${what}: metadata`);
  const spec = jsonObject(raw['spec'] ?? {}, `${what}: spec`) as unknown as PodSpec;
  const status = (raw['status'] ?? {}) as Partial<Pod['status']>;
  return {
    kind: 'Pod',
    metadata: metaOf(name === undefined ? raw : { ...raw, metadata: { ...metadata, name } }, what, true),
    spec: {
      ...spec,
      containers: (spec.containers ?? []).map(withImage),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withImage) }),
      schedulerName: spec.schedulerName ?? 'default-scheduler',
    },
    status: {
      ...status,
      phase: status.phase ?? 'Pending',
      conditions: (status.conditions ?? []) as readonly Condition[],
    },
  };
}

/** Any other kind: its own members as they came, with complete metadata. */
export function decodeOther<K extends keyof ListedKinds>(
  kind: K,
  namespaced: boolean,
  value: unknown,
  what: string,
): ListedKinds[K] {
  const raw = jsonObject(tidied(value), what);
  return { spec: {}, ...raw, kind, metadata: metaOf(raw, what, namespaced) } as unknown as ListedKinds[K];
}

import { decodeObject } from '../sim/api/decode/decode-object.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { factsOf, keyOf, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import { fieldPath, type Problem as FieldProblem } from '../sim/api/problem.ts';
import type { CustomResources } from './custom-resources.ts';
import { valueAt, type Path, type SourceDocument } from './document.ts';
import type { Problem, ProblemSink } from './problem.ts';

/** An API object and where it was written. */
export interface Manifest {
  readonly object: ApiObject;
  readonly document: SourceDocument;
  /** Path of the object inside its document: not empty inside a List. */
  readonly path: Path;
  /** Part of a cluster that is there, not something to apply: it carries what only the API server gives, or is a Node. */
  readonly recorded: boolean;
}

/** Members that most objects have, and that are no slips of another. */
const TOP_LEVEL: ReadonlySet<string> = new Set(['metadata', 'spec', 'status', 'data', 'items']);

/** No object has as many members; of a map that does not all are looked at. */
const MOST_MEMBERS = 1_000;

/** In so many objects each one is told what of it is not simulated; beyond, every kind and field once. */
const FEW_OBJECTS = 500;

/** Decodes the objects of some documents; Lists are opened. Problems are reported where they were written. */
export function decodeManifests(
  documents: readonly SourceDocument[],
  report: ProblemSink,
  customResources: CustomResources,
): Manifest[] {
  const manifests: Manifest[] = [];
  const told = new Set<string>();
  let objects = 0;
  for (const document of documents)
    for (const path of objectPaths(document.data)) {
      const raw = valueAt(document.data, path);
      const recorded = isRecorded(raw);
      const tell = (problem: FieldProblem) => report(placed(problem, document, path, raw));
      if (isBrokenList(raw)) {
        tell({ path: ['items'], severity: 'error', code: 'wrong-type', message: 'expected a list' });
        continue;
      }
      if (reportMisspeltIdentity(raw, tell)) continue;
      const warned = ++objects > FEW_OBJECTS ? told : new Set<string>();
      const object = decodeObject(raw, tell, { snapshot: recorded, warned, customResources });
      if (object !== undefined) manifests.push({ object, document, path, recorded });
    }
  return manifests;
}

/** A problem of the decoder, which knows paths, as one with a place. */
export function placed(problem: FieldProblem, document: SourceDocument, prefix: Path, raw: unknown): Problem {
  const path = [...prefix, ...problem.path];
  const place = document.locate(path, problem.at);
  const field = fieldPath(problem.path);
  return {
    code: problem.code,
    severity: problem.severity,
    message: [nameOf(raw), field, problem.message].filter((part) => part !== '').join(': '),
    source: place.source,
    span: place.span,
    path: fieldPath(path),
    help: problem.suggestion === undefined ? undefined : `did you mean \`${problem.suggestion}\`?`,
  };
}

/** `Deployment web`, as far as the raw object says what it is. */
function nameOf(raw: unknown): string {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return '';
  const kind = valueAt(raw, ['kind']);
  const name = valueAt(raw, ['metadata', 'name']);
  const shownKind = typeof kind === 'string' && kind !== '' ? kind.slice(0, 60) : 'object';
  return typeof name === 'string' && name !== '' ? `${shownKind} ${name.slice(0, 80)}` : shownKind;
}

/** The objects in a document: itself, or the items of a List, of Lists in a List too. */
export function objectPaths(data: unknown, path: Path = []): Path[] {
  const raw = valueAt(data, path);
  const kind = valueAt(raw, ['kind']);
  const items = valueAt(raw, ['items']);
  if (typeof kind !== 'string' || !/List$/.test(kind) || !Array.isArray(items)) return [path];
  return items.flatMap((_, index) => objectPaths(data, [...path, 'items', index]));
}

function isBrokenList(raw: unknown): boolean {
  return valueAt(raw, ['kind']) === 'List' && valueAt(raw, ['apiVersion']) === 'v1';
}

/** Whether an object without `apiVersion` or `kind` has them under misspelt names. */
export function isMisspeltIdentity(raw: unknown): boolean {
  return reportMisspeltIdentity(raw, () => {});
}

/** `apiVersion` or `kind` misspelt: without them nothing else can be told, so this is. */
function reportMisspeltIdentity(raw: unknown, tell: (problem: FieldProblem) => void): boolean {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return false;
  const missing = ['apiVersion', 'kind'].filter((name) => !Object.hasOwn(raw, name));
  let found = false;
  for (const key of missing.length > 0 ? Object.keys(raw).slice(0, MOST_MEMBERS) : []) {
    const meant = TOP_LEVEL.has(key) ? undefined : nearest(key, missing);
    if (meant === undefined) continue;
    found = true;
    const message = `unknown field "${key}"`;
    tell({ path: [key], severity: 'error', code: 'unknown-field', message, suggestion: meant, at: 'key' });
  }
  return found;
}

/** A Node is never applied: nobody makes a machine by writing its manifest, which describes one that is there. */
function isRecorded(raw: unknown): boolean {
  if (valueAt(raw, ['kind']) === 'Node' && valueAt(raw, ['apiVersion']) === 'v1') return true;
  return valueAt(raw, ['metadata', 'uid']) !== undefined && valueAt(raw, ['metadata', 'resourceVersion']) !== undefined;
}

/**
 * One object for every name. When a name comes twice the later object counts, as it would had both been applied; a
 * warning names both places.
 */
export function withoutTwins(manifests: readonly Manifest[], report: ProblemSink): Manifest[] {
  const byName = new Map<string, Manifest>();
  const nameless: Manifest[] = [];
  for (const manifest of manifests) {
    const { object } = manifest;
    if (object.metadata.name === '') {
      nameless.push(manifest);
      continue;
    }
    const name = `${object.kind} ${keyOf(object)}`;
    const first = byName.get(name);
    if (first !== undefined) {
      const place = manifest.document.locate([...manifest.path, 'metadata', 'name']);
      const before = first.document.locate([...first.path, 'metadata', 'name']);
      report({
        code: 'defined-twice',
        severity: 'warning',
        message: `${name} is defined twice; the later definition counts`,
        source: place.source,
        span: place.span,
        label: 'this one counts',
        related: [{ source: before.source, span: before.span, label: 'defined first here' }],
      });
      byName.delete(name);
    }
    byName.set(name, manifest);
  }
  return [...byName.values(), ...nameless];
}

/** What others refer to comes before what refers to it. Kinds not named come last. */
const ORDER: readonly Kind[] = [
  'CustomResourceDefinition',
  'Namespace',
  'Node',
  'PriorityClass',
  'StorageClass',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'PersistentVolume',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'Service',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
  'Pod',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
];

/** In order of application by kind; equal kinds stay as they were written. */
export function inOrderOfApplication(objects: readonly ApiObject[]): ApiObject[] {
  const rank = (kind: Kind) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return objects
    .map((object, index) => ({ object, index }))
    .sort((a, b) => rank(a.object.kind) - rank(b.object.kind) || a.index - b.index)
    .map(({ object }) => object);
}

/** Namespaces that every cluster has. */
export const BUILT_IN_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Namespaces that objects live in but that nothing declares: they are made first, so that a folder of manifests that
 * leaves the namespace to its installer can be applied.
 */
export function undeclaredNamespaces(objects: readonly ApiObject[], others: readonly string[] = []): ApiObject[] {
  const declared = new Set(BUILT_IN_NAMESPACES);
  for (const object of objects) if (object.kind === 'Namespace') declared.add(object.metadata.name);
  const needed = new Set(others);
  for (const object of objects) if (factsOf(object.kind).namespaced) needed.add(object.metadata.namespace);
  return [...needed]
    .filter((name) => !declared.has(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => decodeObject({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, () => {}))
    .filter((object) => object !== undefined);
}

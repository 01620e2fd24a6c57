import { factsOf, KINDS, type Kind } from '../../src/sim/api/kinds.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type { ListedKinds } from '../../src/sim/policy-api/scheduling.ts';
import { decodeNode, decodeOther, decodePod, jsonList, jsonObject, RecordingError } from './objects.ts';

/** The objects of a case by kind, each list in file order. */
export type Objects = { [K in keyof ListedKinds]?: ListedKinds[K][] };

/** What a case or sequence gives a scheduler to start with. */
export interface Setting {
  readonly configuration: unknown;
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly nextStartNodeIndex: number;
  readonly nodes: readonly Node[];
  /** All pods but the incoming one, in file order. */
  readonly pods: readonly Pod[];
  /** Whatever else the listers know. */
  readonly objects: Objects;
}

type OtherKind = Exclude<keyof ListedKinds, 'Node' | 'Pod'>;

/** Members of a case that are lists of objects, besides nodes and pods. */
const LISTS: ReadonlyMap<string, OtherKind> = new Map<string, OtherKind>([
  ['namespaces', 'Namespace'],
  ['services', 'Service'],
  ['replicationControllers', 'ReplicationController'],
  ['replicaSets', 'ReplicaSet'],
  ['statefulSets', 'StatefulSet'],
  ['podDisruptionBudgets', 'PodDisruptionBudget'],
  ['persistentVolumes', 'PersistentVolume'],
  ['persistentVolumeClaims', 'PersistentVolumeClaim'],
  ['storageClasses', 'StorageClass'],
  ['csiNodes', 'CSINode'],
  ['csiDrivers', 'CSIDriver'],
  ['csiStorageCapacities', 'CSIStorageCapacity'],
  ['volumeAttachments', 'VolumeAttachment'],
]);

const ABOUT_THE_CASE = ['id', 'family', 'seed', 'shape'];
const OF_A_SETTING = ['configuration', 'featureGates', 'nextStartNodeIndex', 'nodes', 'pods', ...LISTS.keys()];

/** Refuses a line with members that this runner does not know: it could not take them into account. */
export function refuseUnknownMembers(raw: Record<string, unknown>, known: readonly string[]): void {
  const names = [...ABOUT_THE_CASE, ...known];
  const unknown = Object.keys(raw).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new RecordingError(`unknown members: ${unknown.join(', ')}`);
}

function decodeSetting(raw: Record<string, unknown>): Setting {
  const objects: Record<string, unknown[]> = {};
  for (const [member, kind] of LISTS) {
    const namespaced = !(kind in KINDS) || factsOf(kind as Kind).namespaced;
    const list = jsonList(raw[member], member);
    if (list.length === 0) continue;
    objects[kind] = list.map((value, i) => decodeOther(kind, namespaced, value, `${member}[${i}]`));
  }
  return {
    configuration: raw['configuration'],
    featureGates: jsonObject(raw['featureGates'] ?? {}, 'featureGates') as Record<string, boolean>,
    nextStartNodeIndex: Number(raw['nextStartNodeIndex'] ?? 0),
    nodes: jsonList(raw['nodes'], 'nodes').map((value, i) => decodeNode(value, `nodes[${i}]`)),
    pods: jsonList(raw['pods'], 'pods').map((value, i) => decodePod(value, `pods[${i}]`)),
    objects: objects as Objects,
  };
}

export interface Case extends Setting {
  readonly pod: Pod;
  readonly expect: Readonly<Record<string, unknown>>;
}

export function decodeCase(raw: Record<string, unknown>): Case {
  refuseUnknownMembers(raw, [...OF_A_SETTING, 'pod', 'expect']);
  return {
    ...decodeSetting(raw),
    pod: decodePod(raw['pod'], 'pod'),
    expect: jsonObject(raw['expect'], 'expect'),
  };
}

export type Arrival =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'addNode'; readonly node: Node }
  | { readonly kind: 'updateNode'; readonly node: Node }
  | { readonly kind: 'deleteNode'; readonly name: string };

export interface Sequence extends Setting {
  readonly arrivals: readonly Arrival[];
  /** The answers, list by list, and the hash. */
  readonly expect: Readonly<Record<string, unknown>>;
}

export const SEQUENCE_ANSWERS = ['placements', 'startIndex', 'totalOfWinner', 'feasible', 'evaluated', 'hash'];

export function decodeSequence(raw: Record<string, unknown>): Sequence {
  refuseUnknownMembers(raw, [...OF_A_SETTING, 'templates', 'arrivals', ...SEQUENCE_ANSWERS]);
  const templates = new Map(Object.entries(jsonObject(raw['templates'] ?? {}, 'templates')));
  const decoded = new Map<string, Pod>();
  const podOf = (template: string, name: string): Pod => {
    let first = decoded.get(template);
    if (first === undefined) {
      if (!templates.has(template)) throw new RecordingError(`there is no template ${template}`);
      first = decodePod(templates.get(template), `templates.${template}`, name);
      decoded.set(template, first);
    }
    const { namespace } = first.metadata;
    // Pods of one template share its spec.
    return { ...first, metadata: { ...first.metadata, name, uid: `${namespace}/${name}` } };
  };
  const arrivals = jsonList(raw['arrivals'], 'arrivals').map((value, i): Arrival => {
    const what = `arrivals[${i}]`;
    const arrival = jsonObject(value, what);
    if ('pod' in arrival) return { kind: 'pod', pod: podOf(String(arrival['template']), String(arrival['pod'])) };
    if ('delete' in arrival) return { kind: 'delete', name: String(arrival['delete']) };
    if ('addNode' in arrival) return { kind: 'addNode', node: decodeNode(arrival['addNode'], what) };
    if ('updateNode' in arrival) return { kind: 'updateNode', node: decodeNode(arrival['updateNode'], what) };
    if ('deleteNode' in arrival) return { kind: 'deleteNode', name: String(arrival['deleteNode']) };
    throw new RecordingError(`${what}: none of pod, delete, addNode, updateNode, deleteNode`);
  });
  const expect: Record<string, unknown> = {};
  for (const name of SEQUENCE_ANSWERS) expect[name] = raw[name];
  return { ...decodeSetting(raw), arrivals, expect };
}

export type Operation = { readonly atMillis: number } & (
  | { readonly kind: 'add' | 'update' | 'assignedAdd' | 'assignedDelete'; readonly pod: Pod }
  | { readonly kind: 'delete' | 'done' | 'activate'; readonly name: string }
  | { readonly kind: 'pop' }
  | {
      readonly kind: 'fail';
      readonly name: string;
      readonly plugins: readonly string[];
      readonly pending: readonly string[];
    }
  | { readonly kind: 'nodeAdd'; readonly node: Node }
  | { readonly kind: 'nodeUpdate'; readonly old: Node; readonly node: Node }
);

export interface QueueHistory {
  readonly configuration: unknown;
  readonly operations: readonly Operation[];
  /** The queue after each operation. */
  readonly after: readonly unknown[];
}

export function decodeQueueHistory(raw: Record<string, unknown>): QueueHistory {
  refuseUnknownMembers(raw, ['configuration', 'operations', 'after']);
  const operations = jsonList(raw['operations'], 'operations').map((value, i) => {
    const what = `operations[${i}]`;
    return decodeOperation(jsonObject(value, what), what);
  });
  return { configuration: raw['configuration'], operations, after: jsonList(raw['after'], 'after') };
}

function decodeOperation(raw: Record<string, unknown>, what: string): Operation {
  const { at, ...rest } = raw;
  const atMillis = Number(at);
  const kinds = Object.keys(rest);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new RecordingError(`${what}: exactly one operation is needed`);
  const value = rest[kind];
  switch (kind) {
    case 'add':
    case 'update':
    case 'assignedAdd':
    case 'assignedDelete':
      return { atMillis, kind, pod: decodePod(value, what) };
    case 'delete':
    case 'done':
    case 'activate':
      return { atMillis, kind, name: String(value) };
    case 'pop':
      return { atMillis, kind };
    case 'fail': {
      const { pod, plugins, pending } = jsonObject(value, what);
      const names = (list: unknown): string[] => jsonList(list, what).map(String);
      return { atMillis, kind, name: String(pod), plugins: names(plugins), pending: names(pending) };
    }
    case 'nodeAdd':
      return { atMillis, kind, node: decodeNode(value, what) };
    case 'nodeUpdate': {
      const [old, node] = jsonList(value, what);
      return { atMillis, kind, old: decodeNode(old, what), node: decodeNode(node, what) };
    }
    default:
      throw new RecordingError(`${what}: unknown operation ${kind}`);
  }
}

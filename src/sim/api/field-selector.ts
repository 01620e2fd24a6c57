import type { Event } from './core.ts';
import type { ApiObject, Kind } from './kinds.ts';
import type { Pod } from './pod.ts';

type FieldOf = (object: ApiObject) => string;

/** What every kind can be selected by. */
const COMMON: Readonly<Record<string, FieldOf>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace,
};

const pod = (read: (pod: Pod) => string | undefined): FieldOf => {
  return (object) => (object.kind === 'Pod' ? (read(object) ?? '') : '');
};
const event = (read: (event: Event) => string): FieldOf => {
  return (object) => (object.kind === 'Event' ? read(object) : '');
};

/** Kinds that can be selected by more than their names. */
const FIELDS: { readonly [K in Kind]?: Readonly<Record<string, FieldOf>> } = {
  Pod: {
    'spec.nodeName': pod(({ spec }) => spec.nodeName),
    'spec.restartPolicy': pod(({ spec }) => spec.restartPolicy),
    'spec.schedulerName': pod(({ spec }) => spec.schedulerName),
    'spec.serviceAccountName': pod(({ spec }) => spec.serviceAccountName),
    'spec.hostNetwork': pod(({ spec }) => String(spec.hostNetwork ?? false)),
    'status.phase': pod(({ status }) => status.phase),
    'status.podIP': pod(({ status }) => status.podIP),
    'status.nominatedNodeName': pod(({ status }) => status.nominatedNodeName),
  },
  Event: {
    'involvedObject.kind': event(({ involvedObject }) => involvedObject.kind),
    'involvedObject.namespace': event(({ involvedObject }) => involvedObject.namespace),
    'involvedObject.name': event(({ involvedObject }) => involvedObject.name),
    'involvedObject.uid': event(({ involvedObject }) => involvedObject.uid),
    reason: event(({ reason }) => reason),
    type: event(({ type }) => type),
    source: event(({ source }) => source),
  },
  Node: { 'spec.unschedulable': (object) => String(object.kind === 'Node' && object.spec.unschedulable === true) },
  Namespace: { 'status.phase': (object) => (object.kind === 'Namespace' ? object.status.phase : '') },
  Secret: { type: (object) => (object.kind === 'Secret' ? (object.type ?? '') : '') },
  ReplicaSet: {
    'status.replicas': (object) => (object.kind === 'ReplicaSet' ? String(object.status.replicas) : ''),
  },
};

/**
 * The predicate of a field selector (`spec.nodeName=n1,status.phase!=Running`), or why it cannot be read. Only the
 * fields that the API server indexes can be selected by.
 */
export function compileFieldSelector(kind: Kind, text: string): ((object: ApiObject) => boolean) | string {
  const tests: ((object: ApiObject) => boolean)[] = [];
  for (const term of text.split(',')) {
    if (term === '') continue;
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (match === null) return `invalid selector: '${text}'; can't understand '${term}'`;
    const [, name = '', operator, value] = match;
    const read = COMMON[name] ?? FIELDS[kind]?.[name];
    if (read === undefined) return `field label not supported: ${name}`;
    const wants = operator !== '!=';
    tests.push((object) => (read(object) === value) === wants);
  }
  return (object) => tests.every((test) => test(object));
}

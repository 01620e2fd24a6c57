import { applyDefaults } from '../../api/defaults/apply-defaults.ts';
import { withMatchLabelKeys } from '../../api/defaults/match-label-keys.ts';
import { KINDS, objectKey, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Namespace, PriorityClass } from '../../api/core.ts';
import type { Pod } from '../../api/pod.ts';
import { admit, NO_PRIORITY, type PodPriority } from './admission.ts';
import { withoutDisabledFields } from './disabled-fields.ts';
import { refuse, wholeSecond, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { refuseInvalid, WRITTEN_BY_COMPONENTS } from './validity.ts';

export interface CreateContext extends WriteContext {
  exists(key: string): boolean;
  namespace(name: string): Namespace | undefined;
  priorityClasses(): Iterable<PriorityClass>;
  /** A uid that no object of the run has had. */
  mintUid(): string;
  /** Five characters of the alphabet of generated names. */
  mintSuffix(): string;
}

/** How often the server tries another random suffix before it gives up (kubernetes-behaviour.md 7.5). */
const NAME_ATTEMPTS = 8;
/** `generateName` is cut so that a name of 63 characters results. */
const MAX_GENERATED_PREFIX = 58;

/** POST: completes, names, admits, validates and stamps a new object, in that order (kubernetes-behaviour.md 2.1). */
export function create(given: ApiObject, context: CreateContext): Outcome {
  const { metadata } = given;
  const facts = KINDS[given.kind];
  if (facts.namespaced) {
    const refusal = namespaceRefusal(metadata.namespace, metadata.name, given.kind, context);
    if (refusal !== undefined) return refusal;
  }
  const name = metadata.name === '' ? generateName(given, context) : metadata.name;
  if (name === undefined || context.exists(objectKey(metadata.namespace, name))) {
    return refuse('AlreadyExists', `${facts.plural} "${name ?? metadata.generateName ?? ''}" already exists`);
  }
  const object = withoutDisabledFields(completed(given), undefined, context.featureGates);
  const priority = object.kind === 'Pod' ? priorityOf(object, name, context) : NO_PRIORITY;
  if ('does' in priority) return priority;
  const stamped: ObjectMeta = {
    name,
    namespace: metadata.namespace,
    uid: context.mintUid(),
    resourceVersion: context.revision,
    generation: 1,
    creationTimestamp: wholeSecond(context.now),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    generateName: metadata.generateName,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
  };
  const admitted = admit(object, stamped, priority);
  return refuseInvalid(admitted) ?? { does: 'put', object: admitted };
}

function completed(object: ApiObject): ApiObject {
  if (WRITTEN_BY_COMPONENTS.has(object.kind)) return object;
  return object.kind === 'Pod' ? withMatchLabelKeys(applyDefaults(object)) : applyDefaults(object);
}

/** Priority admission: the class by name, or the default class with the lowest value, or none (2.8). */
function priorityOf(pod: Pod, name: string, context: CreateContext): PodPriority | Refusal {
  const { priorityClassName } = pod.spec;
  let fallback: PriorityClass | undefined;
  for (const one of context.priorityClasses()) {
    if (one.metadata.name === priorityClassName) return one;
    if (one.globalDefault && (fallback === undefined || one.value < fallback.value)) fallback = one;
  }
  if (priorityClassName === undefined || priorityClassName === '') {
    return fallback ?? { ...NO_PRIORITY, value: pod.spec.priority ?? 0 };
  }
  return refuse('Forbidden', `pods "${name}" is forbidden: no PriorityClass with name ${priorityClassName} was found`);
}

/** NamespaceLifecycle: nothing is created in a namespace that is missing (404) or going away (403). */
export function namespaceRefusal(
  namespace: string,
  name: string,
  kind: Kind,
  context: Pick<CreateContext, 'namespace'>,
): Refusal | undefined {
  const known = context.namespace(namespace);
  if (known === undefined) return refuse('NotFound', `namespaces "${namespace}" not found`);
  if (known.status.phase === 'Terminating') {
    return refuse(
      'NamespaceTerminating',
      `${KINDS[kind].plural} "${objectKey(namespace, name)}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }
  return undefined;
}

function generateName(object: ApiObject, context: CreateContext): string | undefined {
  const prefix = (object.metadata.generateName ?? '').slice(0, MAX_GENERATED_PREFIX);
  const scope = object.metadata.namespace === '' ? '' : object.metadata.namespace + '/';
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    const name = prefix + context.mintSuffix();
    if (!context.exists(scope + name)) return name;
  }
  return undefined;
}

import { applyDefaults } from '../../api/defaults/apply-defaults.ts';
import { withMatchLabelKeys } from '../../api/defaults/match-label-keys.ts';
import { factsOf, objectKey, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Namespace, PriorityClass } from '../../api/core.ts';
import type { Pod } from '../../api/pod.ts';
import type { LimitRange } from '../../api/quota.ts';
import type { StorageClass } from '../../api/storage.ts';
import { withDefaultClass } from './admission/default-storage-class.ts';
import { refuseOutOfRange, withRangeDefaults } from './admission/limit-ranger.ts';
import { admit, NO_PRIORITY, type PodPriority } from './admission.ts';
import { withoutDisabledFields } from './disabled-fields.ts';
import { resourceName } from '../../api/qualified-names.ts';
import { refuse, wholeSecond, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { refuseForbidden, refuseNotFound } from './refusals.ts';
import { refuseInvalid, WRITTEN_BY_COMPONENTS } from './validity.ts';

export interface CreateContext extends WriteContext {
  /** The object that has the key already. */
  exists(kind: Kind, key: string): ApiObject | undefined;
  namespace(name: string): Namespace | undefined;
  priorityClasses(): Iterable<PriorityClass>;
  storageClasses(): Iterable<StorageClass>;
  hasServiceAccount(namespace: string, name: string): boolean;
  /** Those of one namespace, in order of their names. */
  limitRanges(namespace: string): readonly LimitRange[];
  /** A uid that no object of the run has had. */
  mintUid(kind: Kind): string;
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
  const facts = factsOf(given.kind);
  if (facts.namespaced) {
    const refusal = namespaceRefusal(metadata.namespace, givenName(given), given.kind, context);
    if (refusal !== undefined) return refusal;
  }
  const ranges = RANGED.has(given.kind) ? context.limitRanges(metadata.namespace) : NO_RANGES;
  const defaulted = withoutDisabledFields(completed(given), undefined, context.featureGates);
  const object = withAdmissionDefaults(defaulted, ranges, context);
  const priority = object.kind === 'Pod' ? priorityOf(object, context) : NO_PRIORITY;
  if ('does' in priority) return priority;
  if (object.kind === 'Pod') {
    const refusal = serviceAccountRefusal(object, context);
    if (refusal !== undefined) return refusal;
  }
  const { name, key } = metadata.name === '' ? generateName(given, context) : named(metadata);
  const stamped: ObjectMeta = {
    name,
    namespace: metadata.namespace,
    uid: context.mintUid(object.kind),
    resourceVersion: context.revision,
    generation: 1,
    creationTimestamp: wholeSecond(context.now),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    generateName: metadata.generateName,
    labels: metadata.labels,
    annotations: object.metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
    managedFields: metadata.managedFields,
  };
  const admitted = admit(object, stamped, priority);
  return (
    refuseInvalid(admitted) ??
    (ranges.length > 0 ? refuseOutOfRange(admitted, ranges) : undefined) ??
    refuseExisting(admitted, key, context) ?? { does: 'put', object: admitted, key }
  );
}

/** What LimitRanger and DefaultStorageClass fill in. */
function withAdmissionDefaults(object: ApiObject, ranges: readonly LimitRange[], context: CreateContext): ApiObject {
  switch (object.kind) {
    case 'Pod':
      return ranges.length > 0 ? withRangeDefaults(object, ranges) : object;
    case 'PersistentVolumeClaim':
      return withDefaultClass(object, context.storageClasses());
    default:
      return object;
  }
}

/** The kinds that limit ranges are about. */
const RANGED: ReadonlySet<Kind> = new Set<Kind>(['Pod', 'PersistentVolumeClaim']);
const NO_RANGES: readonly LimitRange[] = [];

/** 409: the name is taken, if only by something that is going away. */
function refuseExisting({ kind, metadata }: ApiObject, key: string, context: CreateContext): Refusal | undefined {
  const known = context.exists(kind, key);
  if (known === undefined) return undefined;
  const going = known.metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  return refuse('AlreadyExists', `${going}${resourceName(kind)} "${metadata.name}" already exists`);
}

function completed(object: ApiObject): ApiObject {
  if (WRITTEN_BY_COMPONENTS.has(object.kind)) return object;
  return object.kind === 'Pod' ? withMatchLabelKeys(applyDefaults(object)) : applyDefaults(object);
}

/** Priority admission: the class by name, or the default class with the lowest value, or none (2.8). */
function priorityOf(pod: Pod, context: CreateContext): PodPriority | Refusal {
  const { priorityClassName } = pod.spec;
  let fallback: PriorityClass | undefined;
  for (const one of context.priorityClasses()) {
    if (one.metadata.name === priorityClassName) return one;
    if (one.globalDefault && (fallback === undefined || one.value < fallback.value)) fallback = one;
  }
  if (priorityClassName === undefined || priorityClassName === '') {
    return fallback ?? { ...NO_PRIORITY, value: pod.spec.priority ?? 0 };
  }
  return refuseForbidden('Pod', givenName(pod), `no PriorityClass with name ${priorityClassName} was found`);
}

/**
 * ServiceAccount admission: the account that a pod names has to be there. `default` is in every namespace: the controller
 * that makes it is not simulated (2.8, recorded).
 */
function serviceAccountRefusal(pod: Pod, context: CreateContext): Refusal | undefined {
  const { serviceAccountName = 'default' } = pod.spec;
  const { namespace } = pod.metadata;
  if (serviceAccountName === 'default' || context.hasServiceAccount(namespace, serviceAccountName)) return undefined;
  const account = `${namespace}/${serviceAccountName}`;
  const why = `error looking up service account ${account}: serviceaccount "${serviceAccountName}" not found`;
  return refuseForbidden('Pod', givenName(pod), why);
}

/** NamespaceLifecycle: nothing is created in a namespace that is missing (404) or going away (403). */
export function namespaceRefusal(
  namespace: string,
  name: string,
  kind: Kind,
  context: Pick<CreateContext, 'namespace'>,
): Refusal | undefined {
  const known = context.namespace(namespace);
  if (known === undefined) return refuseNotFound('Namespace', namespace);
  if (known.status.phase !== 'Terminating') return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  const causes = [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }];
  return refuse('Forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`, { causes });
}

/** Admission comes before a name is generated: it calls a nameless object by the prefix. */
function givenName({ metadata }: ApiObject): string {
  if (metadata.name !== '') return metadata.name;
  return metadata.generateName === undefined || metadata.generateName === '' ? 'Unknown' : metadata.generateName;
}

/** A name with its key: a long one is worked out once, for it is hashed. */
interface Naming {
  readonly name: string;
  readonly key: string;
}

function named({ namespace, name }: { readonly namespace: string; readonly name: string }): Naming {
  return { name, key: objectKey(namespace, name) };
}

/** The name in the end; none where none is asked for. The last of several attempts stands, free or not. */
function generateName(object: ApiObject, context: CreateContext): Naming {
  const { generateName: wish = '', namespace } = object.metadata;
  if (wish === '') return named({ namespace, name: '' });
  const prefix = wish.slice(0, MAX_GENERATED_PREFIX);
  for (let attempt = 1; ; attempt++) {
    const naming = named({ namespace, name: prefix + context.mintSuffix() });
    if (attempt === NAME_ATTEMPTS || context.exists(object.kind, naming.key) === undefined) return naming;
  }
}

import { keyOf, KINDS, type ApiObject } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Namespace } from '../../api/core.ts';
import { admit } from './admission.ts';
import { refuse, wholeSecond, type Outcome, type WriteContext } from './outcome.ts';

export interface CreateContext extends WriteContext {
  exists(key: string): boolean;
  namespace(name: string): Namespace | undefined;
  /** A uid that no object of the run has had. */
  mintUid(): string;
  /** Five characters of the alphabet of generated names. */
  mintSuffix(): string;
}

/** How often the server tries another random suffix before it gives up (kubernetes-behaviour.md 7.5). */
const NAME_ATTEMPTS = 8;
/** `generateName` is cut so that a name of 63 characters results. */
const MAX_GENERATED_PREFIX = 58;

/** POST: names, admits and stamps a new object. */
export function create(object: ApiObject, context: CreateContext): Outcome {
  const { metadata } = object;
  const facts = KINDS[object.kind];
  if (facts.namespaced) {
    const refusal = namespaceLifecycle(metadata.namespace, object, context);
    if (refusal !== undefined) return refusal;
  }
  const name = metadata.name === '' ? generateName(object, context) : metadata.name;
  if (name === undefined || context.exists(metadata.namespace === '' ? name : metadata.namespace + '/' + name)) {
    return refuse('AlreadyExists', `${facts.plural} "${name ?? metadata.generateName ?? ''}" already exists`);
  }
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
  return { does: 'put', object: admit(object, stamped) };
}

/** NamespaceLifecycle: nothing is created in a namespace that is missing (404) or going away (403). */
function namespaceLifecycle(name: string, object: ApiObject, context: CreateContext): Outcome | undefined {
  const namespace = context.namespace(name);
  if (namespace === undefined) return refuse('NotFound', `namespaces "${name}" not found`);
  if (namespace.status.phase === 'Terminating') {
    return refuse(
      'NamespaceTerminating',
      `${KINDS[object.kind].plural} "${keyOf(object)}" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
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

import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { LabelSelector } from '../../api/meta.ts';
import type { Request, Response, Scale } from '../../api/request.ts';
import { selectorText } from '../../api/selector-text.ts';
import { isJsonObject, mergePatch } from '../../api/patch/merge-patch.ts';
import { jsonPatch } from '../../api/patch/json-patch.ts';
import { invalid } from './validity.ts';
import { refuse, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { refuseModified } from './preconditions.ts';
import { nameOf, refuseMethod, refuseNotFound, REJECTED } from './refusals.ts';
import { put } from './update.ts';

/** Kinds with a scale subresource. */
const SCALABLE: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);

interface Scalable {
  readonly spec: { readonly replicas: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status: { readonly replicas: number };
}

/** What the scale subresource shows of an object; undefined where it has none. */
export function scaleOf(object: ApiObject): Scale | undefined {
  if (!SCALABLE.has(object.kind)) return undefined;
  const { spec, status } = object as unknown as Scalable;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const { selector } = spec;
  const isMap = object.kind === ('ReplicationController' as Kind);
  const text = selectorText(isMap ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector ?? {}));
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    replicas: spec.replicas,
    statusReplicas: status.replicas,
    selector: text,
  };
}

/** GET of the scale subresource. */
export function readScale(object: ApiObject | undefined, kind: Kind, key: string): Response {
  if (object === undefined) return refuseNotFound(kind, nameOf(key)).response;
  const scale = scaleOf(object);
  return scale === undefined ? refuseMethod().response : { ok: true, object: undefined, scale };
}

/** PUT of the scale subresource: sets `spec.replicas` and nothing else. */
export function updateScale(
  current: ApiObject | undefined,
  request: Extract<Request, { verb: 'update-scale' }>,
  context: WriteContext,
): Outcome {
  if (current === undefined) return refuseNotFound(request.kind, nameOf(request.key));
  if (!SCALABLE.has(current.kind)) return refuseMethod();
  const { replicas, resourceVersion = 0 } = request;
  if (resourceVersion !== 0 && resourceVersion !== current.metadata.resourceVersion) return refuseModified(current);
  return setReplicas(current, replicas, context);
}

/** PATCH of the scale subresource. Strategic patches are merge patches here: nothing in a Scale merges by key. */
export function patchScale(
  current: ApiObject | undefined,
  request: Extract<Request, { verb: 'patch' }>,
  context: WriteContext,
): Outcome {
  if (current === undefined) return refuseNotFound(request.kind, nameOf(request.key));
  const scale = scaleOf(current);
  if (scale === undefined) return refuseMethod();
  const patched = patchedScale(encodeScale(scale), request);
  if ('does' in patched) return patched;
  const { resourceVersion, replicas } = patched;
  if (resourceVersion !== undefined && resourceVersion !== String(scale.resourceVersion))
    return refuseModified(current);
  return setReplicas(current, replicas, context);
}

/** The wire form of a Scale. */
export function encodeScale(scale: Scale): Readonly<Record<string, unknown>> {
  const { name, namespace, uid, resourceVersion, replicas, statusReplicas, selector } = scale;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion: String(resourceVersion) },
    spec: { replicas },
    status: { replicas: statusReplicas, selector },
  };
}

function patchedScale(
  wire: Readonly<Record<string, unknown>>,
  request: Extract<Request, { verb: 'patch' }>,
): { readonly replicas: number; readonly resourceVersion: unknown } | Refusal {
  let patched: unknown;
  if (request.patchType === 'json') {
    const result = jsonPatch(wire, request.patch);
    if (!result.ok) return refuse('Invalid', REJECTED);
    patched = result.value;
  } else {
    patched = mergePatch(wire, request.patch);
  }
  const members = isJsonObject(patched) ? patched : {};
  const spec = isJsonObject(members['spec']) ? members['spec'] : {};
  const metadata = isJsonObject(members['metadata']) ? members['metadata'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    return refuse('BadRequest', 'the object provided is unrecognized: spec.replicas is no integer');
  }
  return { replicas, resourceVersion: metadata['resourceVersion'] };
}

function setReplicas(current: ApiObject, replicas: number, context: WriteContext): Outcome {
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    return invalid('Scale.autoscaling', current.metadata.name, [
      { path: ['spec', 'replicas'], severity: 'error', code: 'invalid', message },
    ]);
  }
  const { spec } = current as unknown as Scalable;
  const next = { ...current, spec: { ...spec, replicas } } as unknown as ApiObject;
  return put(current, next, current.metadata, context);
}

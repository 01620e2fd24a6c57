import { objectKey, type Kind } from '../../../api/kinds.ts';
import { isJsonObject, type JsonObject } from '../../../api/patch/merge-patch.ts';
import type { Problem } from '../../../api/problem.ts';
import type { DeleteOptions, Failure, JsonPatchOperation, Request } from '../../../api/request.ts';
import { refuse, type Refusal } from '../outcome.ts';
import { refuseMethod } from '../refusals.ts';
import { invalid } from '../validity.ts';
import { addressOf, type Address } from './address.ts';
import { readBody } from './read-body.ts';

/** A request as it comes over the wire. */
export interface HttpRequest {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  readonly url: string;
  readonly contentType?: string | undefined;
  readonly body?: unknown;
}

export type Read = { readonly ok: true; readonly request: Request } | Failure;

/** What fields are managed as where a client gives no name, not even that of its program. */
const UNKNOWN_MANAGER = 'unknown';

/** Turns a request of the API's URLs into one of the simulation's, or says why it cannot be one. */
export function readRequest(http: HttpRequest): Read {
  const address = addressOf(http.url);
  if (address === undefined) return refuse('NotFound', 'the server could not find the requested resource').response;
  const read = READERS[http.method](http, address);
  return 'does' in read ? read.response : { ok: true, request: read };
}

type Reader = (http: HttpRequest, address: Address) => Request | Refusal;

const READERS: { readonly [M in HttpRequest['method']]: Reader } = {
  GET: (_http, address) => readGet(address),
  POST: readPost,
  PUT: readPut,
  PATCH: readPatch,
  DELETE: readDelete,
};

function keyOf({ namespace, name }: Address): string {
  return objectKey(namespace, name);
}

function options({ query }: Address): { dryRun?: boolean; fieldManager: string } {
  const fieldManager = query.get('fieldManager') ?? UNKNOWN_MANAGER;
  return query.get('dryRun') === 'All' ? { dryRun: true, fieldManager } : { fieldManager };
}

function readGet(address: Address): Request | Refusal {
  const { kind, namespace, name, subresource, query } = address;
  if (name !== '') {
    if (subresource === 'scale') return { verb: 'get', kind, key: keyOf(address), subresource: 'scale' };
    return { verb: 'get', kind, key: keyOf(address) };
  }
  const match = query.get('resourceVersionMatch');
  return {
    verb: 'list',
    kind,
    namespace: namespace === '' ? undefined : namespace,
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    limit: numberIn(query, 'limit'),
    continue: query.get('continue'),
    resourceVersion: numberIn(query, 'resourceVersion'),
    resourceVersionMatch: match as 'Exact' | 'NotOlderThan' | undefined,
  };
}

function numberIn(query: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = query.get(name);
  return text === undefined || text === '' ? undefined : Number(text);
}

function readPost(http: HttpRequest, address: Address): Request | Refusal {
  const { kind, namespace, subresource, query } = address;
  if (subresource === 'eviction') return readEviction(http, address);
  if (subresource !== '') return refuseMethod();
  const read = readBody(http.body, kind, namespace, query.get('fieldValidation') === 'Strict');
  return 'does' in read ? read : { verb: 'create', object: read.object, ...options(address) };
}

function readEviction({ body }: HttpRequest, address: Address): Request | Refusal {
  const members = isJsonObject(body) ? body : {};
  const metadata = isJsonObject(members['metadata']) ? members['metadata'] : {};
  if (metadata['name'] !== address.name) {
    return refuse('BadRequest', 'name in URL does not match name in Eviction object');
  }
  const read = readDeleteOptions(members['deleteOptions'], address);
  if ('does' in read) return read;
  return { verb: 'evict', key: keyOf(address), ...read };
}

function readPut(http: HttpRequest, address: Address): Request | Refusal {
  const { kind, namespace, name, subresource, query } = address;
  if (subresource === 'scale') return readScale(http, address);
  const read = readBody(http.body, kind, namespace, query.get('fieldValidation') === 'Strict');
  if ('does' in read) return read;
  const { object } = read;
  if (object.metadata.name !== name) {
    const message = `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`;
    return refuse('BadRequest', message);
  }
  const request = { verb: 'update', object, ...options(address) } as const;
  return subresource === 'status' ? { ...request, subresource: 'status' } : request;
}

function readScale({ body }: HttpRequest, address: Address): Request {
  const members = isJsonObject(body) ? body : {};
  const spec = isJsonObject(members['spec']) ? members['spec'] : {};
  const metadata = isJsonObject(members['metadata']) ? members['metadata'] : {};
  const resourceVersion = Number(metadata['resourceVersion'] ?? 0);
  const replicas = Number(spec['replicas'] ?? 0);
  return {
    verb: 'update-scale',
    kind: address.kind,
    key: keyOf(address),
    replicas,
    resourceVersion,
    ...options(address),
  };
}

const PATCH_TYPES: Readonly<Record<string, 'apply' | 'json' | 'merge' | 'strategic'>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

function readPatch({ contentType = '', body }: HttpRequest, address: Address): Request | Refusal {
  const patchType = PATCH_TYPES[contentType];
  if (patchType === undefined) return refuse('UnsupportedMediaType', '415: Unsupported Media Type');
  const { kind, query } = address;
  const subresource = address.subresource === '' ? undefined : (address.subresource as 'scale' | 'status');
  const asked = { verb: 'patch', kind, key: keyOf(address), subresource, ...options(address) } as const;
  if (patchType === 'json') {
    return { ...asked, patchType, patch: Array.isArray(body) ? (body as JsonPatchOperation[]) : [] };
  }
  const patch: JsonObject = isJsonObject(body) ? body : {};
  if (patchType !== 'apply') {
    if (!query.has('force')) return { ...asked, patchType, patch };
    return patchOptionsInvalid('force', 'forbidden', 'Forbidden: may not be specified for non-apply patch');
  }
  if (!query.has('fieldManager')) {
    return patchOptionsInvalid('fieldManager', 'required', 'Required value: is required for apply patch');
  }
  return { ...asked, patchType, patch, force: query.get('force') === 'true' };
}

function patchOptionsInvalid(field: string, code: string, message: string): Refusal {
  return invalid('PatchOptions.meta.k8s.io', '', [problem(field, code, message)]);
}

function problem(field: string, code: string, message: string): Problem {
  return { path: [field], severity: 'error', code, message };
}

function readDelete({ body }: HttpRequest, address: Address): Request | Refusal {
  const { kind, name } = address;
  if (name === '') return refuseMethod();
  const read = readDeleteOptions(body, address);
  return 'does' in read ? read : { verb: 'delete', kind: kind as Kind, key: keyOf(address), ...read };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

function readDeleteOptions(body: unknown, { query }: Address): (DeleteOptions & { dryRun?: boolean }) | Refusal {
  const members = isJsonObject(body) ? body : {};
  const preconditions = isJsonObject(members['preconditions']) ? members['preconditions'] : {};
  const policy = members['propagationPolicy'] ?? query.get('propagationPolicy');
  if (policy !== undefined && !POLICIES.some((one) => one === policy)) {
    const supported = [...POLICIES, 'nil'].map((one) => `"${one}"`).join(', ');
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`;
    return invalid('DeleteOptions.meta.k8s.io', '', [problem('propagationPolicy', 'unsupported', message)]);
  }
  const grace = members['gracePeriodSeconds'] ?? numberIn(query, 'gracePeriodSeconds');
  const { uid, resourceVersion } = preconditions;
  const isDry = Array.isArray(members['dryRun']) ? members['dryRun'].includes('All') : query.get('dryRun') === 'All';
  return {
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: resourceVersion === undefined ? undefined : Number(resourceVersion),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagation: policy as DeleteOptions['propagation'],
    ...(isDry ? { dryRun: true } : {}),
  };
}

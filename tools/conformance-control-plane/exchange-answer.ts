import type { ApiObject, Kind } from '../../src/sim/api/kinds.ts';
import type { ManagedFieldsEntry } from '../../src/sim/api/field-management/managed-fields.ts';
import type { Failure, ObjectList, Request, Response } from '../../src/sim/api/request.ts';
import type { HttpRequest } from '../../src/sim/control-plane/api-server/http/read-request.ts';
import type { ExchangeNames } from './exchange-names.ts';

/** A request and its answer as recorded. */
export type Pair = {
  readonly req: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly [more: string]: unknown;
};

type Fields = Readonly<Record<string, unknown>>;

const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]{5}';

/** Kinds whose deletion is answered with the object; others get a `Status`. */
const RETURNED: ReadonlySet<string> = new Set([
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
]);

/** What the recordings keep of an answer. */
export function answerFields(
  pair: Pair,
  http: HttpRequest,
  kind: Kind | undefined,
  request: Request | undefined,
  response: Response,
  names: ExchangeNames,
): Fields {
  if (!response.ok) return failureFields(pair, http, response, names);
  const code = http.method === 'POST' || response.created === true ? 201 : 200;
  if (response.list !== undefined) return { code, object: listFields(response.list, kind, names) };
  const { object } = response;
  if (object === undefined || isStatus(request, object)) return { code };
  const prefix = generatedPrefix(http);
  const fields = objectFields(object, names);
  if (prefix === undefined) return { code, object: fields };
  const { name } = object.metadata;
  const kept = Math.min(prefix.length, name.length - 5);
  return {
    code,
    object: { ...fields, name: '<generated>' },
    nameLength: name.length,
    prefixLength: kept,
    suffixAlphabetOk: new RegExp(`^${SUFFIX}$`).test(name.slice(-5)),
    prefixKept: name.startsWith(prefix.slice(0, kept)),
  };
}

function isStatus(request: Request | undefined, { kind, metadata }: ApiObject): boolean {
  if (request?.verb === 'evict') return true;
  if (request?.verb !== 'delete' || RETURNED.has(kind)) return false;
  return metadata.finalizers.length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function generatedPrefix({ method, body }: HttpRequest): string | undefined {
  if (method !== 'POST') return undefined;
  const { metadata = {} } = (body ?? {}) as { readonly metadata?: { name?: string; generateName?: string } };
  return metadata.name === undefined ? metadata.generateName : undefined;
}

function failureFields(pair: Pair, http: HttpRequest, failure: Failure, names: ExchangeNames): Fields {
  const { code, reason, message, causes, retryAfterSeconds } = failure;
  if (failure.continue !== undefined) names.token = failure.continue;
  const prefix = generatedPrefix(http);
  const recordedCauses = (pair['causes'] ?? []) as readonly Fields[];
  const text = (own: string, recorded: unknown): string =>
    names.text(prefix === undefined ? own : withRecordedSuffix(own, recorded, prefix), recorded);
  return {
    code,
    ...(reason === '' ? {} : { reason }),
    message: text(message, pair['message']),
    ...(causes === undefined || causes.length === 0
      ? {}
      : {
          causes: causes.map((cause, i) => ({
            reason: cause.reason,
            message: text(cause.message, recordedCauses[i]?.['message']),
            ...(cause.field === undefined ? {} : { field: cause.field }),
          })),
        }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** A generated name is chance: the recording's stands for ours where it is as long and of the same letters. */
function withRecordedSuffix(own: string, recorded: unknown, prefix: string): string {
  const generated = new RegExp(`${prefix.slice(0, 58).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${SUFFIX}`);
  const theirs = generated.exec(String(recorded))?.[0];
  return theirs === undefined ? own : own.replace(new RegExp(generated, 'g'), theirs);
}

function listFields(list: ObjectList, kind: Kind | undefined, names: ExchangeNames): Fields {
  if (list.continue !== undefined) names.token = list.continue;
  return {
    kind: `${kind ?? ''}List`,
    items: list.items.length,
    names: list.items.map((item) => item.metadata.name),
    ...(list.continue === undefined ? {} : { continue: '<token>' }),
    ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
  };
}

const WITH_GENERATION: ReadonlySet<string> = new Set([
  'DaemonSet',
  'Deployment',
  'Job',
  'Pod',
  'ReplicaSet',
  'StatefulSet',
]);

function objectFields(object: ApiObject, names: ExchangeNames): Fields {
  const { metadata, kind } = object;
  const { data, spec } = object as { readonly data?: object; readonly spec?: { readonly replicas?: number } };
  const { labels, finalizers, deletionGracePeriodSeconds, managedFields = [] } = metadata;
  return {
    name: metadata.name,
    ...(WITH_GENERATION.has(kind) ? { generation: metadata.generation } : {}),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    rv: names.version(metadata.resourceVersion),
    uid: names.uid(metadata.uid),
    ...(metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: true }),
    ...(data === undefined || Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(spec?.replicas === undefined ? {} : { 'spec.replicas': spec.replicas }),
    ...(managedFields.length === 0 ? {} : { managers: managedFields.map(managerOf) }),
  };
}

function managerOf({ manager, operation }: ManagedFieldsEntry): string {
  return `${manager}/${operation}`;
}

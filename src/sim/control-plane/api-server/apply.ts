import { readWire } from '../../api/decode/read-wire.ts';
import { encodeObject } from '../../api/encode-object.ts';
import { applyConfiguration, type Conflict } from '../../api/field-management/apply-configuration.ts';
import { pathText } from '../../api/field-management/field-set.ts';
import { managerText, type ManagedFields, type ManagedFieldsEntry } from '../../api/field-management/managed-fields.ts';
import { trackUpdate } from '../../api/field-management/track-update.ts';
import { undeclaredField } from '../../api/field-management/typed-value.ts';
import { sameData } from '../../api/equality.ts';
import { factsOf, type ApiObject, type Kind } from '../../api/kinds.ts';
import { isJsonObject, type JsonObject } from '../../api/patch/merge-patch.ts';
import type { Request } from '../../api/request.ts';
import { schemaOf } from '../../api/schema/kinds.ts';
import { metaAt, withMetadata } from '../../api/versions.ts';
import { refuse, wholeSecond, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { refuseModified } from './preconditions.ts';
import { put, updateStatus } from './update.ts';

export type ApplyRequest = Extract<Request, { verb: 'patch' }> & { readonly patchType: 'apply' };

/** Who an update is recorded under. */
export type Writer = Omit<ManagedFieldsEntry, 'fields'>;

/** What an apply makes of an object: the object to create, or the outcome of the write to the one that is there. */
export type ApplyOutcome = Outcome | { readonly does: 'create'; readonly object: ApiObject };

/** The object's record of who manages what, after the write that made it out of `before`. */
export function withTrackedUpdate(before: ApiObject | undefined, after: ApiObject, writer: Writer): ApiObject {
  const old = before === undefined ? {} : encodeObject(before);
  const entries = trackUpdate(
    before?.metadata.managedFields ?? [],
    members(old),
    members(encodeObject(after)),
    schemaOf(after.kind),
    writer,
  );
  return withManagedFields(after, entries);
}

function withManagedFields(object: ApiObject, managedFields: ManagedFields): ApiObject {
  return withMetadata(object, { ...object.metadata, managedFields });
}

function members(wire: JsonObject): JsonObject {
  const { apiVersion, kind, ...rest } = wire;
  void apiVersion;
  void kind;
  return rest;
}

/** PATCH with `application/apply-patch+yaml`: creates what is not there, merges into what is. */
export function apply(
  current: ApiObject | undefined,
  request: ApplyRequest,
  name: string,
  namespace: string,
  context: WriteContext,
): ApplyOutcome {
  const { kind, subresource } = request;
  const refusal = refuseConfiguration(request.patch, kind, name);
  if (refusal !== undefined) return refusal;
  const config = configurationOf(request.patch, name, namespace, subresource);
  const live = current === undefined ? bare(name, namespace) : members(encodeObject(current));
  const now = wholeSecond(context.now);
  const before = current === undefined ? [] : recordOf(current, live, now);
  const { apiVersion } = factsOf(kind);
  const applier = { manager: request.fieldManager, operation: 'Apply', apiVersion, subresource } as const;
  const applied = applyConfiguration(live, config, before, applier, request.force === true, now, schemaOf(kind));
  if (!applied.ok) return refuseConflicts(applied.conflicts);
  const { object, problems } = readWire(kind, applied.object);
  if (current === undefined) return { does: 'create', object: withManagedFields(object, applied.managedFields) };
  const version = versionIn(request.patch);
  if (version !== '' && version !== String(current.metadata.resourceVersion)) return refuseModified(current);
  const found = problems.length === 0 ? undefined : problems;
  const next = restored(current, object, live, applied.object);
  const outcome =
    subresource === 'status'
      ? updateStatus(current, next, context, found)
      : put(current, next, next.metadata, context, found);
  return withRecord(outcome, current, applied.managedFields, context);
}

/** An object that nobody has applied to yet belongs to whoever made it, under a name of its own. */
function recordOf(current: ApiObject, live: JsonObject, now: number): ManagedFields {
  const known = current.metadata.managedFields ?? [];
  if (known.length > 0) return known;
  const { apiVersion } = factsOf(current.kind);
  const maker: Writer = { manager: 'before-first-apply', operation: 'Update', apiVersion, time: now };
  return trackUpdate([], {}, live, schemaOf(current.kind), maker);
}

/** A changed record is a change, even where the object says the same as before. */
function withRecord(outcome: Outcome, current: ApiObject, record: ManagedFields, context: WriteContext): Outcome {
  if (outcome.does === 'put') return { does: 'put', object: withManagedFields(outcome.object, record) };
  if (outcome.does !== 'nothing' || sameRecord(current.metadata.managedFields ?? [], record)) return outcome;
  const object = withMetadata(current, metaAt(current.metadata, context.revision));
  return { does: 'put', object: withManagedFields(object, record) };
}

function sameRecord(a: ManagedFields, b: ManagedFields): boolean {
  const plain = (entries: ManagedFields): unknown =>
    entries.map(({ manager, operation, subresource, fields }) => [
      manager,
      operation,
      subresource ?? '',
      JSON.stringify(fields, (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
    ]);
  return sameData(plain(a), plain(b));
}

/** What the apply leaves alone keeps its identity; a write of the main resource leaves the status. */
function restored(current: ApiObject, read: ApiObject, before: JsonObject, after: JsonObject): ApiObject {
  const old = current as unknown as JsonObject;
  const result: Record<string, unknown> = { ...(read as unknown as JsonObject) };
  for (const member of Object.keys(old)) {
    if (member === 'kind' || sameData(before[member], after[member])) result[member] = old[member];
  }
  return result as unknown as ApiObject;
}

function bare(name: string, namespace: string): JsonObject {
  return { metadata: namespace === '' ? { name } : { name, namespace } };
}

function configurationOf(patch: JsonObject, name: string, namespace: string, subresource: unknown): JsonObject {
  const { status, ...rest } = members(patch);
  const metadata = isJsonObject(rest['metadata']) ? rest['metadata'] : {};
  const { resourceVersion, ...kept } = metadata;
  void resourceVersion;
  const body = { ...rest, metadata: { ...kept, ...(bare(name, namespace)['metadata'] as JsonObject) } };
  return subresource === 'status' ? { metadata: body.metadata, status } : body;
}

function versionIn({ metadata }: JsonObject): unknown {
  return isJsonObject(metadata) ? (metadata['resourceVersion'] ?? '') : '';
}

function refuseConfiguration(patch: JsonObject, kind: Kind, name: string): Refusal | undefined {
  const metadata = isJsonObject(patch['metadata']) ? patch['metadata'] : {};
  const given = metadata['name'];
  if (typeof given === 'string' && given !== '' && given !== name) {
    const message = `the name of the object (${given}) does not match the name on the URL (${name})`;
    return refuse('BadRequest', message);
  }
  if (metadata['managedFields'] !== undefined) return refuse('BadRequest', 'metadata.managedFields must be nil');
  const unknown = undeclaredField(members(patch), schemaOf(kind));
  if (unknown === undefined) return undefined;
  const where = `${name}; ${factsOf(kind).apiVersion}, Kind=${kind}`;
  return refuse(
    'InternalError',
    `failed to create typed patch object (${where}): ${unknown}: field not declared in schema`,
  );
}

function refuseConflicts(conflicts: readonly Conflict[]): Refusal {
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(entry)}`,
    field: pathText(path),
  }));
  return refuse('Conflict', conflictText(conflicts), { causes });
}

function conflictText(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.entry)}: ${pathText(first.path)}`;
  }
  const lines: string[] = [];
  let manager = '';
  for (const { entry, path } of conflicts) {
    const text = managerText(entry);
    if (text !== manager) lines.push(`conflicts with ${text}:`);
    manager = text;
    lines.push(`- ${pathText(path)}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

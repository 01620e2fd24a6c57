import type { JsonObject } from '../patch/merge-patch.ts';
import type { Table } from '../schema/type.ts';
import { difference, FieldSetBuilder, isEmptySet, union, type FieldSet } from './field-set.ts';
import { inOrder, isSameManager, type ManagedFields, type ManagedFieldsEntry } from './managed-fields.ts';
import { compare, type Comparison } from './typed-value.ts';

/** What belongs to nobody: identity and bookkeeping of the server. */
const SERVERS = setOf(
  ['f:metadata'],
  ...[
    'creationTimestamp',
    'generation',
    'managedFields',
    'name',
    'namespace',
    'resourceVersion',
    'selfLink',
    'uid',
  ].map((name) => ['f:metadata', `f:${name}`]),
);

function setOf(...paths: readonly (readonly string[])[]): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.add(path);
  return builder.set;
}

/** A set without what belongs to the server. */
export function ofManagers(set: FieldSet): FieldSet {
  return difference(set, SERVERS);
}

/** Takes from all managers but `keeper` what another write has changed or removed; who has nothing left goes. */
export function withoutChanged(
  entries: ManagedFields,
  { added, modified, removed }: Comparison,
  keeper: Omit<ManagedFieldsEntry, 'fields'> | undefined,
): ManagedFields {
  const lost = union(union(added, modified), removed);
  return entries
    .map((entry) =>
      keeper !== undefined && isSameManager(entry, keeper)
        ? entry
        : { ...entry, fields: difference(entry.fields, lost) },
    )
    .filter(({ fields }) => !isEmptySet(fields));
}

/**
 * The record after a write that is no apply: what it changed is the writer's from now on, whoever had it before.
 * Both objects are in wire form.
 */
export function trackUpdate(
  entries: ManagedFields,
  before: JsonObject,
  after: JsonObject,
  table: Table,
  writer: Omit<ManagedFieldsEntry, 'fields'>,
): ManagedFields {
  const changes = compare(before, after, table);
  const others = withoutChanged(entries, changes, undefined);
  const taken = ofManagers(union(changes.added, changes.modified));
  if (isEmptySet(taken)) return inOrder(others);
  const own = others.find((entry) => isSameManager(entry, writer));
  const fields = own === undefined ? taken : union(own.fields, taken);
  return inOrder([...others.filter((entry) => entry !== own), { ...writer, fields }]);
}

import { sameData } from '../equality.ts';
import type { JsonObject } from '../patch/merge-patch.ts';
import type { Table } from '../schema/type.ts';
import {
  difference,
  EMPTY_SET,
  intersection,
  isEmptySet,
  pathsOf,
  pathText,
  union,
  withNamedParents,
  type FieldPath,
  type FieldSet,
} from './field-set.ts';
import { inOrder, isSameManager, type ManagedFields, type ManagedFieldsEntry } from './managed-fields.ts';
import { ofManagers, withoutChanged } from './track-update.ts';
import { compare, fieldsOf, mergeInto, without } from './typed-value.ts';

export interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly path: FieldPath;
}

export type Applied =
  | { readonly ok: true; readonly object: JsonObject; readonly managedFields: ManagedFields }
  | { readonly ok: false; readonly conflicts: readonly Conflict[] };

/**
 * Server-side apply, on the wire form: the live object becomes what the configuration says, minus what the manager said
 * the time before and nobody says any more. Fields that others have set to something else are conflicts, or are taken from
 * them by force. A manager that only agrees with what is there keeps no time.
 *
 * @param entries the record of a live object; it has one, if only of whoever made it before anybody applied
 * @param now microseconds, whole seconds
 */
export function applyConfiguration(
  live: JsonObject,
  config: JsonObject,
  entries: ManagedFields,
  applier: Omit<ManagedFieldsEntry, 'fields' | 'time'>,
  force: boolean,
  now: number,
  table: Table,
): Applied {
  const own = entries.find((entry) => isSameManager(entry, applier));
  const fields = ofManagers(fieldsOf(config, table));
  const others = entries.filter((entry) => entry !== own);
  const merged = mergeInto(live, config, table);
  const dropped = fieldsDropped(own?.fields ?? EMPTY_SET, [fields, ...others.map((entry) => entry.fields)]);
  const object = (without(merged, dropped, table) ?? {}) as JsonObject;
  const changes = compare(live, object, table);
  const taken = union(changes.added, changes.modified);
  const conflicts = others.flatMap((entry) =>
    pathsOf(intersection(entry.fields, taken)).map((path) => ({ entry, path })),
  );
  if (conflicts.length > 0 && !force) return { ok: false, conflicts: byManager(conflicts) };
  const rest = withoutChanged(others, changes, undefined);
  if (isEmptySet(fields)) return { ok: true, object, managedFields: inOrder(rest) };
  const isNews = !sameData(live, object);
  const entry: ManagedFieldsEntry = { ...applier, fields, time: isNews ? now : own?.time };
  return { ok: true, object, managedFields: inOrder([...rest, entry]) };
}

/** What the manager had and nobody has any more. */
function fieldsDropped(last: FieldSet, held: readonly FieldSet[]): FieldSet {
  const kept = held.reduce(union, EMPTY_SET);
  return difference(withNamedParents(last), withNamedParents(kept));
}

function byManager(conflicts: readonly Conflict[]): readonly Conflict[] {
  const key = ({ entry, path }: Conflict): string => `${entry.manager} ${entry.operation} ${pathText(path)}`;
  return [...conflicts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

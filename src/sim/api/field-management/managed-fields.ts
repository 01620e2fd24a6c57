import type { Timestamp } from '../meta.ts';
import type { FieldSet } from './field-set.ts';

/** One manager's part of an object (`metadata.managedFields[]`). */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** When its part last changed; absent where all it did was to agree. */
  readonly time?: Timestamp | undefined;
  readonly fields: FieldSet;
}

export type ManagedFields = readonly ManagedFieldsEntry[];

/** Whether two entries are of the same manager doing the same thing. */
export function isSameManager(a: ManagedFieldsEntry, b: Omit<ManagedFieldsEntry, 'fields'>): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion) &&
    (a.subresource ?? '') === (b.subresource ?? '')
  );
}

/** Applies before updates, then by time, then by name: the order in which the API shows them. */
export function inOrder(entries: ManagedFields): ManagedFields {
  return [...entries].sort(
    (a, b) =>
      byText(a.operation, b.operation) ||
      (a.time ?? -1) - (b.time ?? -1) ||
      byText(a.manager, b.manager) ||
      byText(a.apiVersion, b.apiVersion) ||
      byText(a.subresource ?? '', b.subresource ?? ''),
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A manager as messages name it. */
export function managerText({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager) + (subresource === undefined ? '' : ` with subresource "${subresource}"`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

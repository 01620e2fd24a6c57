import type { ApiObject } from '../../api/kinds.ts';
import { compileRequirements, parseSelectorText } from '../../api/selector-text.ts';
import type { Selection } from '../../api/request.ts';
import { compileFieldSelector } from '../../api/field-selector.ts';
import { refuse, type Refusal } from './outcome.ts';

/** Says whether an object is one of those that a list or a watch is about. */
export type Selects = (object: ApiObject) => boolean;

/** The predicate of a selection, or 400 for selectors that cannot be read. */
export function selectionOf({ kind, namespace, labelSelector = '', fieldSelector = '' }: Selection): Selects | Refusal {
  const labels = parseSelectorText(labelSelector);
  if (!labels.ok) return refuse('BadRequest', `unable to parse requirement: ${labels.message}`);
  const fields = compileFieldSelector(kind, fieldSelector);
  if (typeof fields === 'string') return refuse('BadRequest', fields);
  const matchesLabels = compileRequirements(labels.requirements);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matchesLabels(object.metadata.labels) &&
    fields(object);
}

import type { Response, StatusCause } from './request.ts';
import { fieldPath, type Problem } from './problem.ts';

/** Whether a refusal names this cause. */
export function hasCause(response: Response, reason: string): boolean {
  return !response.ok && response.causes?.some((cause) => cause.reason === reason) === true;
}

/** Nothing can be created in a namespace that is going away; controllers take that for an answer, not for an error. */
export function isNamespaceTerminating(response: Response): boolean {
  return hasCause(response, 'NamespaceTerminating');
}

/** Kubernetes' names for what can be wrong with a field, by the code of the problem. */
const REASONS: Readonly<Record<string, string>> = {
  required: 'FieldValueRequired',
  invalid: 'FieldValueInvalid',
  unsupported: 'FieldValueNotSupported',
  forbidden: 'FieldValueForbidden',
  'not-found': 'FieldValueNotFound',
  duplicate: 'FieldValueDuplicate',
  'too-long': 'FieldValueTooLong',
  'too-many': 'FieldValueTooMany',
  'wrong-type': 'FieldValueTypeInvalid',
};

/** A problem with a field as the cause of a refusal. */
export function causeOf({ code, message, path }: Problem): StatusCause {
  return { reason: REASONS[code] ?? 'FieldValueInvalid', message, field: fieldPath(path) };
}

import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { PodSpec } from '../../api/pod.ts';
import { fieldPath, type Problem } from '../../api/problem.ts';
import { validateObject } from '../../api/validate/validate-object.ts';
import { validateUpdate } from '../../api/validate/validate-update.ts';
import { refuse, type Refusal } from './outcome.ts';

/** Kinds that nobody but the simulation's own components writes, complete and many times over. */
export const WRITTEN_BY_COMPONENTS: ReadonlySet<Kind> = new Set<Kind>(['Event', 'EndpointSlice', 'Lease']);

/** Pod specs that were found valid: the pods of a template are judged once. */
const valid = new WeakSet<PodSpec>();

/** 422 for a new object that Kubernetes would not store, in its words. */
export function refuseInvalid(object: ApiObject): Refusal | undefined {
  if (WRITTEN_BY_COMPONENTS.has(object.kind)) return undefined;
  if (object.kind === 'Pod' && valid.has(object.spec)) return undefined;
  const refusal = refusalOf(object, (report) => validateObject(object, report));
  if (refusal === undefined && object.kind === 'Pod') valid.add(object.spec);
  return refusal;
}

/** 422 for a new version that Kubernetes would not store in the place of the old one. */
export function refuseInvalidUpdate(previous: ApiObject, next: ApiObject): Refusal | undefined {
  if (WRITTEN_BY_COMPONENTS.has(next.kind)) return undefined;
  return refusalOf(next, (report) => validateUpdate(previous, next, report));
}

function refusalOf(object: ApiObject, judge: (report: (problem: Problem) => void) => void): Refusal | undefined {
  const errors: string[] = [];
  judge(({ severity, path, message }) => {
    if (severity === 'error') errors.push(`${fieldPath(path)}: ${message}`);
  });
  if (errors.length === 0) return undefined;
  const what = errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`;
  return refuse('Invalid', `${object.kind} "${object.metadata.name}" is invalid: ${what}`);
}

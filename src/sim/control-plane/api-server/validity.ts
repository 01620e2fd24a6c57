import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { PodSpec } from '../../api/pod.ts';
import { fieldPath, type Problem } from '../../api/problem.ts';
import { kindName } from '../../api/qualified-names.ts';
import { causeOf } from '../../api/status-cause.ts';
import { validateObject } from '../../api/validate/validate-object.ts';
import { validateUpdate } from '../../api/validate/validate-update.ts';
import { refuse, type Refusal } from './outcome.ts';

/** Kinds that nobody but the simulation's own components writes, complete and many times over. */
export const WRITTEN_BY_COMPONENTS: ReadonlySet<Kind> = new Set<Kind>(['Event', 'EndpointSlice', 'Lease']);

/** Pod specs that were found valid: the pods of a template are judged once. */
const valid = new WeakSet<PodSpec>();

/** 422 for a new object that Kubernetes would not store, in its words. `found` is what reading it has found already. */
export function refuseInvalid(object: ApiObject, found: readonly Problem[] = NOTHING): Refusal | undefined {
  if (WRITTEN_BY_COMPONENTS.has(object.kind)) return undefined;
  if (object.kind === 'Pod' && valid.has(object.spec) && found.length === 0) return undefined;
  const refusal = refusalOf(object, found, (report) => validateObject(object, report));
  if (refusal === undefined && object.kind === 'Pod') valid.add(object.spec);
  return refusal;
}

/** 422 for a new version that Kubernetes would not store in the place of the old one. */
export function refuseInvalidUpdate(
  previous: ApiObject,
  next: ApiObject,
  found: readonly Problem[] = NOTHING,
): Refusal | undefined {
  if (WRITTEN_BY_COMPONENTS.has(next.kind)) return undefined;
  return refusalOf(next, found, (report) => validateUpdate(previous, next, report));
}

const NOTHING: readonly Problem[] = [];

function refusalOf(
  object: ApiObject,
  found: readonly Problem[],
  judge: (report: (problem: Problem) => void) => void,
): Refusal | undefined {
  const problems = [...found];
  judge((problem) => {
    if (problem.severity === 'error' && !isTold(found, problem)) problems.push(problem);
  });
  return problems.length === 0 ? undefined : invalid(kindName(object.kind), object.metadata.name, problems);
}

/** What could not be read is not judged again. */
function isTold(found: readonly Problem[], { path }: Problem): boolean {
  return found.some((one) => one.path.every((part, i) => part === path[i]));
}

/** A 422 as Kubernetes words it: each problem once in the message, and every one among the causes. */
export function invalid(what: string, name: string, problems: readonly Problem[]): Refusal {
  const errors = new Set(problems.map(({ path, message }) => `${fieldPath(path)}: ${message}`));
  const list = [...errors];
  const why = list.length === 1 ? list[0]! : `[${list.join(', ')}]`;
  return refuse('Invalid', `${what} "${name}" is invalid: ${why}`, { causes: problems.map(causeOf) });
}

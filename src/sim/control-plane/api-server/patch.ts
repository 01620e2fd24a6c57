import { KINDS, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { Condition, ObjectMeta } from '../../api/meta.ts';
import { conditionOf, type PodStatus } from '../../api/pod.ts';
import { metaAt, podStatusWith, samePodStatus, withParts } from '../../api/versions.ts';
import { refuse, type Outcome, type WriteContext } from './outcome.ts';
import { put } from './update.ts';

/** RFC 7386: members of the patch replace, `null` removes, objects merge, everything else is taken whole. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const result: Record<string, unknown> = isPlainObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** PATCH of the main resource. */
export function patch(
  current: ApiObject | undefined,
  kind: Kind,
  name: string,
  uid: string | undefined,
  changes: Readonly<Record<string, unknown>>,
  context: WriteContext,
): Outcome {
  if (current === undefined) return refuse('NotFound', `${KINDS[kind].plural} "${name}" not found`);
  if (uid !== undefined && uid !== current.metadata.uid) {
    return refuse(
      'Conflict',
      `the uid in the precondition (${uid}) does not match the uid in record (${current.metadata.uid})`,
    );
  }
  const merged = mergePatch(current, changes) as ApiObject;
  const next = { ...merged } as Record<string, unknown>;
  if ('status' in current) next['status'] = current.status;
  return put(current, next as unknown as ApiObject, merged.metadata as ObjectMeta, context);
}

/**
 * PATCH pods/status. The members given replace the stored ones, save for conditions, which merge by type as the
 * strategic patch of a real component does.
 */
export function patchPodStatus(
  current: ApiObject | undefined,
  name: string,
  uid: string,
  changes: Partial<PodStatus>,
  context: WriteContext,
): Outcome {
  if (current === undefined || current.kind !== 'Pod') return refuse('NotFound', `pods "${name}" not found`);
  if (uid !== current.metadata.uid) {
    return refuse(
      'Conflict',
      `the uid in the precondition (${uid}) does not match the uid in record (${current.metadata.uid})`,
    );
  }
  const before = current.status;
  const given = podStatusWith(before, changes);
  const status =
    given.conditions === before.conditions
      ? given
      : podStatusWith(given, { conditions: mergeConditions(before.conditions, given.conditions) });
  if (samePodStatus(before, status)) return { does: 'nothing', object: current };
  const metadata = metaAt(current.metadata, context.revision);
  return { does: 'put', object: withParts(current, metadata, current.spec, status) };
}

/** By type: given ones replace, others stay, new ones are appended. */
export function mergeConditions(stored: readonly Condition[], given: readonly Condition[]): readonly Condition[] {
  if (beginsWithTypesOf(stored, given)) return given;
  const result: Condition[] = [];
  for (const condition of stored) result.push(conditionOf(given, condition.type) ?? condition);
  for (const condition of given) if (conditionOf(stored, condition.type) === undefined) result.push(condition);
  return result;
}

/** Then the given ones are the result as they stand. */
function beginsWithTypesOf(stored: readonly Condition[], given: readonly Condition[]): boolean {
  if (given.length < stored.length) return false;
  for (let i = 0; i < stored.length; i++) if (stored[i]!.type !== given[i]!.type) return false;
  return true;
}

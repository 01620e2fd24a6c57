import { hasStatusApart } from '../../api/custom-object.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Condition, ObjectMeta } from '../../api/meta.ts';
import { conditionOf, type PodStatus } from '../../api/pod.ts';
import { metaAt, podStatusWith, samePodStatus, withParts } from '../../api/versions.ts';
import { mergePatch, type JsonObject } from '../../api/patch/merge-patch.ts';
import type { Request } from '../../api/request.ts';
import type { Outcome, WriteContext } from './outcome.ts';
import { patchOnTheWire } from './patch-on-the-wire.ts';
import { refuseModified, refuseUidChange } from './preconditions.ts';
import { nameOf, refuseNotFound } from './refusals.ts';
import { patchScale } from './scale.ts';
import { put } from './update.ts';

type PatchRequest = Extract<Request, { verb: 'patch' }>;

/** PATCH of an object or of one of its subresources. */
export function patch(current: ApiObject | undefined, request: PatchRequest, context: WriteContext): Outcome {
  const { kind, uid, subresource } = request;
  if (current === undefined) return refuseNotFound(kind, nameOf(request.key));
  if (uid !== undefined && uid !== current.metadata.uid) return refuseUidChange(current, uid);
  if (subresource === 'scale') return patchScale(current, request, context);
  if (request.patchType === undefined && subresource === undefined)
    return mergeMembers(current, request.patch, context);
  return patchOnTheWire(current, request, context);
}

/**
 * A component's own patch: in the form in which the simulation keeps objects, merged as RFC 7386 has it. One that names
 * a resourceVersion changes that version and no other.
 */
function mergeMembers(current: ApiObject, changes: JsonObject, context: WriteContext): Outcome {
  const merged = mergePatch(current, changes) as ApiObject;
  if (merged.metadata.resourceVersion !== current.metadata.resourceVersion) return refuseModified(current);
  const next = { ...merged } as Record<string, unknown>;
  if (hasStatusApart(current)) next['status'] = current.status;
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
  if (current === undefined || current.kind !== 'Pod') return refuseNotFound('Pod', name);
  if (uid !== current.metadata.uid) return refuseUidChange(current, uid);
  const before = current.status;
  const { conditions = before.conditions } = changes;
  const status = podStatusWith(before, changes, mergeConditions(before.conditions, conditions));
  if (samePodStatus(before, status)) return { does: 'nothing', object: current };
  const metadata = metaAt(current.metadata, context.revision);
  return { does: 'put', object: withParts(current, metadata, current.spec, status) };
}

/** By type: given ones replace, others stay, new ones are appended. */
export function mergeConditions(stored: readonly Condition[], given: readonly Condition[]): readonly Condition[] {
  if (beginsWithTypesOf(stored, given)) return given;
  const result: Condition[] = [];
  let replaced = 0;
  for (const condition of stored) {
    const other = conditionOf(given, condition.type);
    if (other !== undefined) replaced++;
    result.push(other ?? condition);
  }
  if (replaced === given.length) return result;
  for (const condition of given) if (conditionOf(stored, condition.type) === undefined) result.push(condition);
  return result;
}

/** Then the given ones are the result as they stand. */
function beginsWithTypesOf(stored: readonly Condition[], given: readonly Condition[]): boolean {
  if (given.length < stored.length) return false;
  for (let i = 0; i < stored.length; i++) if (stored[i]!.type !== given[i]!.type) return false;
  return true;
}

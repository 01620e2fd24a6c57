import { readWire } from '../../api/decode/read-wire.ts';
import { encodeObject } from '../../api/encode-object.ts';
import { sameData } from '../../api/equality.ts';
import { hasStatusApart } from '../../api/custom-object.ts';
import type { ApiObject } from '../../api/kinds.ts';
import { jsonPatch } from '../../api/patch/json-patch.ts';
import { isJsonObject, mergePatch, type JsonObject } from '../../api/patch/merge-patch.ts';
import { strategicMergePatch } from '../../api/patch/strategic-merge-patch.ts';
import type { Request } from '../../api/request.ts';
import { schemaOf } from '../../api/schema/kinds.ts';
import { refuse, type Outcome, type Refusal, type WriteContext } from './outcome.ts';
import { identityChanges, refuseModified } from './preconditions.ts';
import { REJECTED } from './refusals.ts';
import { put, updateStatus } from './update.ts';

/**
 * A patch as the real API server carries it out: the object is written out, patched, read, completed, validated and
 * stored. What the patch leaves alone keeps its identity, so that a patch that changes nothing is no write.
 */
export function patchOnTheWire(
  current: ApiObject,
  request: Extract<Request, { verb: 'patch' }>,
  context: WriteContext,
): Outcome {
  const before = encodeObject(current);
  const after = patched(before, request, current);
  if (!isJsonObject(after)) return refuse('BadRequest', 'the patched object is no object');
  if (isRefusal(after)) return after;
  const { metadata } = after;
  const version = isJsonObject(metadata) ? (metadata['resourceVersion'] ?? '') : '';
  if (version !== '' && version !== String(current.metadata.resourceVersion)) return refuseModified(current);
  const read = readWire(current.kind, after);
  const found = [...identityChanges(current.metadata, read.object.metadata), ...read.problems];
  const next = withUntouched(current, read.object, before, after);
  if (request.subresource === 'status') return updateStatus(current, next, context, found);
  const whole = hasStatusApart(current) ? ({ ...next, status: current.status } as ApiObject) : next;
  // A write of the main resource leaves the status as it is, whatever the patch says of it.
  const counting = found.filter(({ path }) => path[0] !== 'status');
  return put(current, whole, next.metadata, context, counting.length === 0 ? undefined : counting);
}

/** The object that came out, with those members of the current one that say the same as before. */
function withUntouched(current: ApiObject, read: ApiObject, before: JsonObject, after: JsonObject): ApiObject {
  const old = current as unknown as JsonObject;
  const result: Record<string, unknown> = { ...(read as unknown as JsonObject) };
  for (const member of Object.keys(old)) {
    if (sameData(before[member], after[member])) result[member] = old[member];
  }
  return result as unknown as ApiObject;
}

function isRefusal(result: unknown): result is Refusal {
  return isJsonObject(result) && result['does'] === 'refuse';
}

function patched(before: JsonObject, request: Extract<Request, { verb: 'patch' }>, current: ApiObject): unknown {
  if (request.patchType === 'json') {
    const result = jsonPatch(before, request.patch);
    return result.ok ? result.value : refuse('Invalid', REJECTED);
  }
  if (request.patchType !== 'strategic') return mergePatch(before, request.patch);
  const result = strategicMergePatch(before, request.patch, schemaOf(current.kind));
  if (result.ok) return result.value;
  return refuse(result.because === 'format' ? 'BadRequest' : 'InternalError', result.message);
}

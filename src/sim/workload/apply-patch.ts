import type { ApiObject } from '../api/kinds.ts';
import { sameData } from '../api/equality.ts';

type Data = Readonly<Record<string, unknown>>;

/** Members of metadata that an applied manifest may set. */
const APPLIED_METADATA = ['labels', 'annotations'] as const;

/**
 * What `kubectl apply` sends to bring `live` to what the manifest says: a JSON merge patch with what differs, and with
 * `null` for what the manifest said when it was last applied and no longer says. What others have set stays, defaults
 * among them. Undefined: nothing is to be done. A list with a difference anywhere is sent whole, not merged by name.
 */
export function applyPatch(live: ApiObject, manifest: ApiObject, lastApplied: ApiObject | undefined): Data | undefined {
  const patch: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  for (const member of APPLIED_METADATA) {
    const difference = differenceOf(live.metadata[member], manifest.metadata[member], lastApplied?.metadata[member]);
    if (difference !== undefined) metadata[member] = difference;
  }
  if (Object.keys(metadata).length > 0) patch['metadata'] = metadata;
  const body = differenceOf(bodyOf(live), bodyOf(manifest), lastApplied && bodyOf(lastApplied));
  if (body !== undefined) Object.assign(patch, body);
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Everything of an object but what the API server keeps. */
function bodyOf(object: ApiObject): Data {
  const body: Record<string, unknown> = {};
  const data = object as unknown as Data;
  for (const key of Object.keys(data)) {
    if (key !== 'kind' && key !== 'metadata' && key !== 'status') body[key] = data[key];
  }
  return body;
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `data` says all that `part` says; lists must be equally long. */
function holds(data: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(data) && data.length === part.length && part.every((one, i) => holds(data[i], one));
  }
  if (!isMap(part)) return sameData(data, part);
  return isMap(data) && Object.keys(part).every((key) => part[key] === undefined || holds(data[key], part[key]));
}

/** What to send so that `live` has all that `wanted` has; undefined: nothing. */
function differenceOf(live: Data, wanted: Data, last: Data | undefined): Data | undefined {
  const difference: Record<string, unknown> = {};
  for (const key of Object.keys(wanted)) {
    const value = wanted[key];
    if (value === undefined) continue;
    const present = live[key];
    if (isMap(value) && isMap(present)) {
      const before = last?.[key];
      const inner = differenceOf(present, value, isMap(before) ? before : undefined);
      if (inner !== undefined) difference[key] = inner;
    } else if (!holds(present, value) || (last?.[key] !== undefined && !holds(value, last[key]))) {
      difference[key] = value;
    }
  }
  if (last !== undefined) {
    for (const key of Object.keys(last)) {
      if (last[key] !== undefined && wanted[key] === undefined && live[key] !== undefined) difference[key] = null;
    }
  }
  return Object.keys(difference).length === 0 ? undefined : difference;
}

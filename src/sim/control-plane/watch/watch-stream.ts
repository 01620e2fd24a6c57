import type { Change } from '../../api/change.ts';
import type { ApiObject } from '../../api/kinds.ts';
import { metaAt, withMetadata } from '../../api/versions.ts';
import type { WatchEvent } from '../../api/request.ts';

/**
 * A change as a watch with selectors sees it: what begins to match is new, what ceases to match is gone, with the version
 * at which it did. Nothing where it matches neither before nor after.
 */
export function asSelected(change: Change, selects: (object: ApiObject) => boolean): WatchEvent | undefined {
  const { type, object, previous } = change;
  const before = previous !== undefined && selects(previous);
  const after = type !== 'DELETED' && selects(object);
  if (!before && !after) return undefined;
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  const last = previous ?? object;
  return { type: 'DELETED', object: withMetadata(last, metaAt(last.metadata, object.metadata.resourceVersion)) };
}

import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { WatchEvent, WatchRequest } from '../../api/request.ts';
import type { Store } from '../etcd/store.ts';
import type { KeptHistory } from '../watch/watch-cache.ts';
import { asSelected } from '../watch/watch-stream.ts';
import { refuse } from './outcome.ts';
import { refuseTooLarge } from './refusals.ts';
import { selectionOf, type Selects } from './selection.ts';

/** What a watch is told at once, and whether it goes on. */
export interface OpenedWatch {
  readonly events: readonly WatchEvent[];
  readonly goesOn: boolean;
  readonly selects: Selects;
  /** Changes up to this version are not news to it. */
  readonly since: number;
  /** It began with what was there, and was told where that ends. */
  readonly hasInitialEnd: boolean;
}

const NOTHING: Selects = () => false;

/**
 * The beginning of a watch (kubernetes-behaviour.md 2.5): the present state, or everything after the version asked for, or
 * 410 as an event where that is forgotten, or 504 where the present state is not to be older than a version to come.
 */
export function openWatch(request: WatchRequest, store: Store, historyOf: (kind: Kind) => KeptHistory): OpenedWatch {
  const selects = selectionOf(request);
  if (typeof selects !== 'function') return ended({ type: 'ERROR', status: selects.response });
  const { kind, resourceVersion = 0, sendInitialEvents = false, allowWatchBookmarks = false } = request;
  const { revision } = store;
  const since = Math.max(resourceVersion, revision);
  if (sendInitialEvents || resourceVersion === 0) {
    if (resourceVersion > revision) {
      return ended({ type: 'ERROR', status: refuseTooLarge(resourceVersion, revision).response });
    }
    const events: WatchEvent[] = presentIn(store, kind, selects).map((object) => ({ type: 'ADDED', object }));
    // Without being asked, too, of a watch that knows bookmarks.
    const hasInitialEnd = sendInitialEvents || allowWatchBookmarks;
    if (hasInitialEnd) events.push({ type: 'BOOKMARK', resourceVersion: revision, isInitialEnd: true });
    return { events, goesOn: true, selects, since, hasInitialEnd };
  }
  const history = historyOf(kind);
  const missed = history.after(resourceVersion);
  if (missed === undefined) {
    const message = history.isCached
      ? `too old resource version: ${resourceVersion} (${history.oldest})`
      : 'The resourceVersion for the provided watch is too old.';
    return ended({ type: 'ERROR', status: refuse('Expired', message).response });
  }
  const events = missed.flatMap((change) => asSelected(change, selects) ?? []);
  return { events, goesOn: true, selects, since, hasInitialEnd: false };
}

function ended(event: WatchEvent): OpenedWatch {
  return { events: [event], goesOn: false, selects: NOTHING, since: 0, hasInitialEnd: false };
}

function presentIn(store: Store, kind: Kind, selects: Selects): readonly ApiObject[] {
  return [...store.values(kind)].filter((object) => selects(object as ApiObject));
}

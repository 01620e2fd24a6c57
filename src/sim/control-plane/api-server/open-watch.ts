import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { WatchEvent, WatchRequest } from '../../api/request.ts';
import type { Store } from '../etcd/store.ts';
import { asSelected } from '../watch/watch-stream.ts';
import type { WatchCache } from '../watch/watch-cache.ts';
import { refuse } from './outcome.ts';
import { selectionOf, type Selects } from './selection.ts';

/** What a watch is told at once, and whether it goes on. */
export interface OpenedWatch {
  readonly events: readonly WatchEvent[];
  readonly goesOn: boolean;
  readonly selects: Selects;
  /** Changes up to this version are not news to it. */
  readonly since: number;
}

const NOTHING: Selects = () => false;

/**
 * The beginning of a watch (kubernetes-behaviour.md 2.5): the present state, or everything after the version asked for, or
 * 410 as an event where that is forgotten. A version that is still to come is waited for.
 */
export function openWatch(request: WatchRequest, store: Store, cacheOf: (kind: Kind) => WatchCache): OpenedWatch {
  const selects = selectionOf(request);
  if (typeof selects !== 'function') return ended({ type: 'ERROR', status: selects.response });
  const { kind, resourceVersion = 0, sendInitialEvents = false } = request;
  const since = Math.max(resourceVersion, store.revision);
  if (sendInitialEvents || resourceVersion === 0) {
    const events: WatchEvent[] = presentIn(store, kind, selects).map((object) => ({ type: 'ADDED', object }));
    if (sendInitialEvents) {
      events.push({ type: 'BOOKMARK', resourceVersion: store.revision, isInitialEnd: true });
    }
    return { events, goesOn: true, selects, since };
  }
  const cache = cacheOf(kind);
  const missed = cache.after(resourceVersion);
  if (missed === undefined) {
    const message = `too old resource version: ${resourceVersion} (${cache.oldest})`;
    return ended({ type: 'ERROR', status: refuse('Expired', message).response });
  }
  const events = missed.flatMap((change) => asSelected(change, selects) ?? []);
  return { events, goesOn: true, selects, since };
}

function ended(event: WatchEvent): OpenedWatch {
  return { events: [event], goesOn: false, selects: NOTHING, since: 0 };
}

function presentIn(store: Store, kind: Kind, selects: Selects): readonly ApiObject[] {
  return [...store.values(kind)].filter((object) => selects(object as ApiObject));
}

import { keyOf, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { ListOptions, ObjectList, Response, Selection } from '../../api/request.ts';
import type { Commit, Store } from '../etcd/store.ts';
import { KeyOrder } from './key-order.ts';
import { refuse, type Refusal } from './outcome.ts';
import { refuseTooLarge } from './refusals.ts';
import { selectionOf } from './selection.ts';

/** What the later pages of a list show: everything that was selected when the first page was read. */
interface Snapshot {
  readonly id: number;
  readonly revision: number;
  readonly objects: readonly ApiObject[];
}

/** A page's token: behind which key it goes on, and in which snapshot; none: in what there is then. */
interface Token {
  readonly snapshot: number | undefined;
  readonly after: string;
}

/** After so many changes that nobody has read, an order is given up. */
const MOST_UNREAD = 100;

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/**
 * LIST, whole or in pages. Objects never change, so the state that the later pages have to show is a list of references
 * to the versions of the first page's moment, kept until etcd has compacted them (kubernetes-behaviour.md 1.3).
 */
export class ListPages {
  readonly #store: Store;
  readonly #snapshots: Snapshot[] = [];
  #taken = 0;
  /** Kinds that are listed again and again. */
  readonly #orders = new Map<Kind, KeyOrder>();

  constructor(store: Store) {
    this.#store = store;
  }

  list(request: Selection & ListOptions): Response {
    const refusal = this.#refuseVersion(request);
    if (refusal !== undefined) return refusal.response;
    const selects = selectionOf(request);
    if (typeof selects !== 'function') return selects.response;
    const token = readToken(request.continue ?? '');
    if (token === 'bad') return refuse('BadRequest', 'continue key is not valid').response;
    if (token?.snapshot !== undefined) return this.#nextPage(request, token.snapshot, token.after);
    let objects = this.#inOrder(request.kind);
    if (!isWhole(request)) objects = objects.filter(selects);
    if (token !== undefined) objects = objects.filter((object) => keyOf(object) > token.after);
    const { revision } = this.#store;
    if (!hasMore(objects, request)) return success({ resourceVersion: revision, items: objects });
    const snapshot: Snapshot = { id: ++this.#taken, revision, objects };
    this.#snapshots.push(snapshot);
    return pageOf(request, snapshot, objects);
  }

  /** HOT: once a commit, and nothing to do as long as nobody lists. */
  committed(commit: Commit): void {
    if (this.#orders.size === 0) return;
    const order = this.#orders.get(commit.kind);
    if (order === undefined) return;
    if (order.unread < MOST_UNREAD) order.committed(commit);
    else this.#orders.delete(commit.kind);
  }

  /** All objects of a kind by their keys; for who lists again soon nothing is sorted anew. */
  #inOrder(kind: Kind): readonly ApiObject[] {
    // Events that components write are no commits.
    if (kind === 'Event') return new KeyOrder(this.#store.values(kind)).read();
    let order = this.#orders.get(kind);
    if (order === undefined) this.#orders.set(kind, (order = new KeyOrder(this.#store.values(kind))));
    return order.read();
  }

  #nextPage(request: Selection & ListOptions, id: number, after: string): Response {
    const compacted = this.#store.compactedRevision;
    while (this.#snapshots[0] !== undefined && this.#snapshots[0].revision < compacted) this.#snapshots.shift();
    const snapshot = this.#snapshots.find((one) => one.id === id);
    if (snapshot === undefined) {
      return { ...refuse('Expired', EXPIRED).response, continue: writeToken({ snapshot: undefined, after }) };
    }
    const rest = snapshot.objects.filter((object) => keyOf(object) > after);
    if (hasMore(rest, request)) return pageOf(request, snapshot, rest);
    return success({ resourceVersion: snapshot.revision, items: rest });
  }

  #refuseVersion({ resourceVersion, resourceVersionMatch }: ListOptions): Refusal | undefined {
    if (resourceVersion === undefined) {
      if (resourceVersionMatch === undefined) return undefined;
      const why = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
      const causes = [{ reason: 'FieldValueForbidden', message: why, field: 'resourceVersionMatch' }];
      return refuse('Invalid', `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${why}`, { causes });
    }
    const { revision } = this.#store;
    if (resourceVersion > revision) return refuseTooLarge(resourceVersion, revision);
    // Older states are not kept, as if they had been compacted.
    if (resourceVersionMatch !== 'Exact' || resourceVersion === revision) return undefined;
    return refuse('Expired', 'The resourceVersion for the provided list is too old.');
  }
}

/** Nothing is left out of it. */
function isWhole({ namespace, labelSelector = '', fieldSelector = '' }: Selection): boolean {
  return namespace === undefined && labelSelector === '' && fieldSelector === '';
}

function success(list: ObjectList): Response {
  return { ok: true, object: undefined, list };
}

function hasMore(objects: readonly ApiObject[], { limit = 0 }: ListOptions): boolean {
  return limit > 0 && objects.length > limit;
}

/** One page of what is left. How many more there are is told only where nothing has to be looked into to know it. */
function pageOf(request: Selection & ListOptions, { id, revision }: Snapshot, rest: readonly ApiObject[]): Response {
  const { limit = 0, labelSelector = '', fieldSelector = '' } = request;
  const items = rest.slice(0, limit);
  const list: ObjectList = {
    resourceVersion: revision,
    items,
    continue: writeToken({ snapshot: id, after: keyOf(items[items.length - 1]!) }),
  };
  const counts = labelSelector === '' && fieldSelector === '';
  return success(counts ? { ...list, remainingItemCount: rest.length - limit } : list);
}

function writeToken({ snapshot, after }: Token): string {
  return `${snapshot ?? 'any'}:${after}`;
}

function readToken(text: string): Token | 'bad' | undefined {
  if (text === '') return undefined;
  const match = /^(any|[0-9]{1,15}):(.+)$/.exec(text);
  if (match === null) return 'bad';
  const [, snapshot = '', after = ''] = match;
  return { snapshot: snapshot === 'any' ? undefined : Number(snapshot), after };
}

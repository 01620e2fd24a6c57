import type { Change } from '../api/change.ts';
import { keyOf, type Kind, type Kinds } from '../api/kinds.ts';
import { compileLabelSelector } from '../api/label-selector.ts';
import { controllerOf, type LabelSelector, type Labels } from '../api/meta.ts';
import type { ControllerLister } from '../policy-api/controllers.ts';

type Members<K extends Kind> = Map<string, Kinds[K]>;

/** Objects of a namespace that carry one label object: pods of a template share it, so a group is tested once. */
interface LabelGroup<K extends Kind> {
  readonly labels: Labels;
  readonly members: Members<K>;
}

interface NamespaceIndex<K extends Kind> {
  readonly members: Members<K>;
  readonly groupOf: Map<Labels, LabelGroup<K>>;
  /** Grows and shrinks with `groupOf`. */
  readonly groups: LabelGroup<K>[];
  /** Which groups a query matched, and how many groups there were then. */
  readonly answers: WeakMap<object, { seen: number; matched: LabelGroup<K>[] }>;
}

/**
 * The cache a controller reads: what its watch has delivered, indexed by key, namespace, owner and labels. It lags the
 * store by as much as the watch does, and holds references to frozen versions, so lagging costs nothing.
 */
export class Informer<K extends Kind> implements ControllerLister<K> {
  readonly kind: K;
  readonly #objects: Members<K> = new Map();
  readonly #namespaces = new Map<string, NamespaceIndex<K>>();
  readonly #owned = new Map<string, Members<K>>();
  readonly #handlers: ((change: Change<K>) => void)[] = [];

  constructor(kind: K) {
    this.kind = kind;
  }

  /** Handlers run after the cache has taken the change, in order of registration. */
  subscribe(handler: (change: Change<K>) => void): void {
    this.#handlers.push(handler);
  }

  receive(change: Change<K>): void {
    const { object, previous, type } = change;
    const key = keyOf(object);
    if (type === 'DELETED') {
      this.#unindex(key, previous ?? object);
      this.#objects.delete(key);
    } else {
      this.#objects.set(key, object);
      this.#reindex(key, object, previous);
    }
    for (const handler of this.#handlers) handler(change);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Kinds[K] | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly Kinds[K][] {
    if (namespace === undefined) return [...this.#objects.values()];
    const index = this.#namespaces.get(namespace);
    return index === undefined ? [] : [...index.members.values()];
  }

  ownedBy(uid: string): readonly Kinds[K][] {
    const members = this.#owned.get(uid);
    return members === undefined ? [] : [...members.values()];
  }

  labelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Kinds[K][] {
    return this.#matching(namespace, labels, () => {
      const pairs = Object.entries(labels);
      return (candidate) => pairs.every(([key, value]) => candidate[key] === value);
    });
  }

  orphans(namespace: string, selector: LabelSelector): readonly Kinds[K][] {
    const matching = this.#orphanGroups(namespace, selector);
    const found: Kinds[K][] = [];
    for (const group of matching) {
      for (const object of group.members.values()) {
        if (controllerOf(object.metadata) === undefined) found.push(object);
      }
    }
    return found;
  }

  #matching(namespace: string, query: object, compile: () => (labels: Labels) => boolean): readonly Kinds[K][] {
    const found: Kinds[K][] = [];
    for (const group of this.#groupsOf(namespace, query, compile)) found.push(...group.members.values());
    return found;
  }

  /** Orphans only: groups of owned pods need not be walked, so they are kept apart by their label object alone. */
  #orphanGroups(namespace: string, selector: LabelSelector): readonly LabelGroup<K>[] {
    return this.#groupsOf(namespace + ORPHANS, selector, () => compileLabelSelector(selector));
  }

  /** The groups whose labels a query matches; only groups that are new since it was last asked are tested. */
  #groupsOf(namespace: string, query: object, compile: () => (labels: Labels) => boolean): readonly LabelGroup<K>[] {
    const index = this.#namespaces.get(namespace);
    if (index === undefined) return [];
    let answer = index.answers.get(query);
    if (answer === undefined) index.answers.set(query, (answer = { seen: 0, matched: [] }));
    if (answer.seen < index.groups.length) {
      const matches = compile();
      for (let i = answer.seen; i < index.groups.length; i++) {
        const group = index.groups[i]!;
        if (matches(group.labels)) answer.matched.push(group);
      }
      answer.seen = index.groups.length;
    }
    return answer.matched;
  }

  #reindex(key: string, object: Kinds[K], previous: Kinds[K] | undefined): void {
    const before = previous?.metadata;
    const after = object.metadata;
    const ownerBefore = before === undefined ? undefined : controllerOf(before)?.uid;
    const ownerAfter = controllerOf(after)?.uid;
    const wasOrphan = before !== undefined && ownerBefore === undefined;
    const isOrphan = ownerAfter === undefined;
    if (before !== undefined && before.labels !== after.labels) this.#leave(after.namespace, before.labels, key);
    this.#enter(after.namespace, after.labels, key, object);
    if (wasOrphan && (!isOrphan || before.labels !== after.labels)) {
      this.#leave(after.namespace + ORPHANS, before.labels, key);
    }
    if (isOrphan) this.#enter(after.namespace + ORPHANS, after.labels, key, object);
    if (ownerBefore !== undefined && ownerBefore !== ownerAfter) this.#disown(ownerBefore, key);
    if (ownerAfter !== undefined) {
      let members = this.#owned.get(ownerAfter);
      if (members === undefined) this.#owned.set(ownerAfter, (members = new Map()));
      members.set(key, object);
    }
  }

  #unindex(key: string, last: Kinds[K]): void {
    const { namespace, labels } = last.metadata;
    const owner = controllerOf(last.metadata)?.uid;
    this.#leave(namespace, labels, key);
    if (owner === undefined) this.#leave(namespace + ORPHANS, labels, key);
    else this.#disown(owner, key);
  }

  #disown(owner: string, key: string): void {
    const members = this.#owned.get(owner);
    if (members === undefined) return;
    members.delete(key);
    if (members.size === 0) this.#owned.delete(owner);
  }

  #enter(namespace: string, labels: Labels, key: string, object: Kinds[K]): void {
    let index = this.#namespaces.get(namespace);
    if (index === undefined) {
      index = { members: new Map(), groupOf: new Map(), groups: [], answers: new WeakMap() };
      this.#namespaces.set(namespace, index);
    }
    index.members.set(key, object);
    let group = index.groupOf.get(labels);
    if (group === undefined) {
      group = { labels, members: new Map() };
      index.groupOf.set(labels, group);
      index.groups.push(group);
    }
    group.members.set(key, object);
  }

  #leave(namespace: string, labels: Labels, key: string): void {
    const index = this.#namespaces.get(namespace);
    if (index === undefined) return;
    index.members.delete(key);
    index.groupOf.get(labels)?.members.delete(key);
    // Empty groups stay until they are many: pods come back with the labels of their template.
    if (index.groups.length > 64 && index.groups.length > 4 * (index.members.size + 1))
      this.#dropEmptyGroups(namespace);
  }

  #dropEmptyGroups(namespace: string): void {
    const index = this.#namespaces.get(namespace)!;
    const groups = index.groups.filter((group) => group.members.size > 0);
    this.#namespaces.set(namespace, {
      members: index.members,
      groupOf: new Map(groups.map((group) => [group.labels, group])),
      groups,
      answers: new WeakMap(),
    });
  }
}

/** No namespace has a name with a slash, so the orphans of a namespace have an index of their own beside it. */
const ORPHANS = '/orphans';

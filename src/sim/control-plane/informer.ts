import type { Change } from '../api/change.ts';
import { keyOf, type Kind, type Kinds } from '../api/kinds.ts';
import { compileLabelSelector, demandedPairs, labelPair, requirementsOf } from '../api/label-selector.ts';
import { controllerOf, type LabelSelector, type Labels } from '../api/meta.ts';
import type { ControllerLister } from '../policy-api/controllers.ts';

/** One object of the cache. The indexes hold the entry, so that a new version costs them nothing. */
interface Entry<K extends Kind> {
  readonly key: string;
  object: Kinds[K];
  group: LabelGroup<K>;
  owner: string | undefined;
}

/** Objects of a namespace that carry one label object: pods of a template share it, so a group is tested once. */
interface LabelGroup<K extends Kind> {
  readonly labels: Labels;
  readonly members: Set<Entry<K>>;
}

interface NamespaceIndex<K extends Kind> {
  readonly members: Set<Entry<K>>;
  groupOf: Map<Labels, LabelGroup<K>>;
  /** The same groups in order of appearance. */
  groups: LabelGroup<K>[];
  /** The same by each of their labels, from the first query that asks for one: every Job has labels of its own. */
  groupsBy: Map<string, LabelGroup<K>[]> | undefined;
  answers: WeakMap<object, Answer<K>>;
}

/** Which groups a query matched of those it may match, and how many of these it has seen. */
interface Answer<K extends Kind> {
  readonly among: readonly LabelGroup<K>[];
  seen: number;
  readonly matched: LabelGroup<K>[];
}

/** Empty groups are kept until they are this many: pods come back with the labels of their template. */
const GROUPS_BEFORE_TIDYING = 64;

/**
 * The cache a controller reads: what its watch has delivered, indexed by key, namespace, owner and labels. It lags the
 * store by as much as the watch does, and holds references to frozen versions, so lagging costs nothing.
 */
export class Informer<K extends Kind> implements ControllerLister<K> {
  readonly kind: K;
  readonly #entries = new Map<string, Entry<K>>();
  readonly #namespaces = new Map<string, NamespaceIndex<K>>();
  readonly #owned = new Map<string, Set<Entry<K>>>();
  readonly #handlers: ((change: Change<K>) => void)[] = [];

  constructor(kind: K) {
    this.kind = kind;
  }

  /** Handlers run after the cache has taken the change, in order of registration. */
  subscribe(handler: (change: Change<K>) => void): void {
    this.#handlers.push(handler);
  }

  receive(change: Change<K>): void {
    const { object, type } = change;
    const key = change.key ?? keyOf(object);
    const entry = this.#entries.get(key);
    if (type === 'DELETED') {
      if (entry !== undefined) this.#remove(entry);
    } else if (entry === undefined) this.#add(key, object);
    else this.#replace(entry, object);
    for (const handler of this.#handlers) handler(change);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Kinds[K] | undefined {
    return this.#entries.get(key)?.object;
  }

  list(namespace?: string): readonly Kinds[K][] {
    if (namespace === undefined) return objectsOf(this.#entries.values());
    const index = this.#namespaces.get(namespace);
    return index === undefined ? [] : objectsOf(index.members);
  }

  ownedBy(uid: string): readonly Kinds[K][] {
    const members = this.#owned.get(uid);
    return members === undefined ? [] : objectsOf(members);
  }

  labelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Kinds[K][] {
    const found: Kinds[K][] = [];
    for (const group of this.#groups(namespace, { matchLabels: labels }, labels)) {
      for (const { object } of group.members) found.push(object);
    }
    return found;
  }

  countLabelled(namespace: string, labels: Readonly<Record<string, string>>): number {
    let count = 0;
    for (const group of this.#groups(namespace, { matchLabels: labels }, labels)) count += group.members.size;
    return count;
  }

  orphans(namespace: string, selector: LabelSelector): readonly Kinds[K][] {
    const found: Kinds[K][] = [];
    const orphans = namespace + ORPHANS;
    for (const group of this.#groups(orphans, selector)) {
      for (const { object } of group.members) found.push(object);
    }
    return found;
  }

  /** The groups whose labels a selector matches; only groups that are new since `query` was last asked are tested. */
  #groups(namespace: string, selector: LabelSelector, query: object = selector): readonly LabelGroup<K>[] {
    const index = this.#namespaces.get(namespace);
    if (index === undefined) return [];
    let answer = index.answers.get(query);
    if (answer === undefined) {
      answer = { among: fewestWith(index, demandedPairs(requirementsOf(selector))), seen: 0, matched: [] };
      index.answers.set(query, answer);
    }
    const { among, matched } = answer;
    if (answer.seen < among.length) {
      const matches = compileLabelSelector(selector);
      for (; answer.seen < among.length; answer.seen++) {
        const group = among[answer.seen]!;
        if (matches(group.labels)) matched.push(group);
      }
    }
    return matched;
  }

  #add(key: string, object: Kinds[K]): void {
    const { namespace, labels } = object.metadata;
    const owner = controllerOf(object.metadata)?.uid;
    const index = this.#namespace(namespace);
    const entry: Entry<K> = { key, object, group: groupIn(index, labels), owner };
    this.#entries.set(key, entry);
    index.members.add(entry);
    entry.group.members.add(entry);
    this.#join(entry);
  }

  #replace(entry: Entry<K>, object: Kinds[K]): void {
    const before = entry.object.metadata;
    const after = object.metadata;
    if (before.labels === after.labels && before.ownerReferences === after.ownerReferences) {
      entry.object = object;
      return;
    }
    this.#part(entry);
    entry.group.members.delete(entry);
    entry.object = object;
    entry.owner = controllerOf(after)?.uid;
    entry.group = groupIn(this.#namespace(after.namespace), after.labels);
    entry.group.members.add(entry);
    this.#join(entry);
  }

  #remove(entry: Entry<K>): void {
    this.#part(entry);
    this.#entries.delete(entry.key);
    entry.group.members.delete(entry);
    const { namespace } = entry.object.metadata;
    const index = this.#namespace(namespace);
    index.members.delete(entry);
    tidy(index);
  }

  /** Files the entry under its owner, or among the orphans of its namespace. */
  #join(entry: Entry<K>): void {
    const { owner } = entry;
    if (owner === undefined) {
      const { namespace, labels } = entry.object.metadata;
      const index = this.#namespace(namespace + ORPHANS);
      index.members.add(entry);
      groupIn(index, labels).members.add(entry);
      return;
    }
    const siblings = this.#owned.get(owner);
    if (siblings === undefined) this.#owned.set(owner, new Set([entry]));
    else siblings.add(entry);
  }

  #part(entry: Entry<K>): void {
    const { owner } = entry;
    if (owner === undefined) {
      const { namespace, labels } = entry.object.metadata;
      const index = this.#namespace(namespace + ORPHANS);
      index.members.delete(entry);
      groupIn(index, labels).members.delete(entry);
      tidy(index);
      return;
    }
    const siblings = this.#owned.get(owner);
    if (siblings === undefined) return;
    siblings.delete(entry);
    if (siblings.size === 0) this.#owned.delete(owner);
  }

  #namespace(name: string): NamespaceIndex<K> {
    let index = this.#namespaces.get(name);
    if (index === undefined) {
      index = { members: new Set(), groupOf: new Map(), groups: [], groupsBy: undefined, answers: new WeakMap() };
      this.#namespaces.set(name, index);
    }
    return index;
  }
}

/** No namespace has a name with a slash, so the orphans of a namespace have an index of their own beside it. */
const ORPHANS = '/orphans';

function objectsOf<K extends Kind>(entries: Iterable<Entry<K>>): Kinds[K][] {
  const objects: Kinds[K][] = [];
  for (const { object } of entries) objects.push(object);
  return objects;
}

function groupIn<K extends Kind>(index: NamespaceIndex<K>, labels: Labels): LabelGroup<K> {
  let group = index.groupOf.get(labels);
  if (group === undefined) {
    group = { labels, members: new Set() };
    index.groupOf.set(labels, group);
    index.groups.push(group);
    if (index.groupsBy !== undefined) file(index.groupsBy, group);
  }
  return group;
}

/** Of the groups that have one of the labels, the fewest; all where none is asked for. */
function fewestWith<K extends Kind>(index: NamespaceIndex<K>, pairs: readonly string[]): readonly LabelGroup<K>[] {
  if (pairs.length === 0) return index.groups;
  if (index.groupsBy === undefined) {
    index.groupsBy = new Map();
    for (const group of index.groups) file(index.groupsBy, group);
  }
  let fewest: LabelGroup<K>[] | undefined;
  for (const pair of pairs) {
    let those = index.groupsBy.get(pair);
    if (those === undefined) index.groupsBy.set(pair, (those = []));
    if (fewest === undefined || those.length < fewest.length) fewest = those;
  }
  return fewest!;
}

function file<K extends Kind>(groupsBy: Map<string, LabelGroup<K>[]>, group: LabelGroup<K>): void {
  for (const key of Object.keys(group.labels)) {
    const pair = labelPair(key, group.labels[key]!);
    const those = groupsBy.get(pair);
    if (those === undefined) groupsBy.set(pair, [group]);
    else those.push(group);
  }
}

function tidy<K extends Kind>(index: NamespaceIndex<K>): void {
  if (index.groups.length <= GROUPS_BEFORE_TIDYING || index.groups.length <= 4 * (index.members.size + 1)) return;
  index.groups = index.groups.filter((group) => group.members.size > 0);
  index.groupOf = new Map(index.groups.map((group) => [group.labels, group]));
  index.groupsBy = undefined;
  index.answers = new WeakMap();
}

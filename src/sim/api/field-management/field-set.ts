/**
 * A set of paths into an object, as server-side apply keeps them: a trie whose edges are path elements of the wire form
 * (`f:name` a member, `k:{"name":"web"}` an item by its keys, `v:"x"` a value of a set).
 */
export interface FieldSet {
  /** The path that leads here is itself in the set. */
  readonly member: boolean;
  readonly below: ReadonlyMap<string, FieldSet>;
}

const NOTHING_BELOW: ReadonlyMap<string, FieldSet> = new Map();
export const EMPTY_SET: FieldSet = Object.freeze({ member: false, below: NOTHING_BELOW });

export type FieldPath = readonly string[];

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.below.size === 0;
}

/** A set under construction. */
export class FieldSetBuilder {
  #set: FieldSet = EMPTY_SET;

  add(path: FieldPath): void {
    this.#set = withPath(this.#set, path, 0);
  }

  get set(): FieldSet {
    return this.#set;
  }
}

function withPath(set: FieldSet, path: FieldPath, at: number): FieldSet {
  if (at === path.length) return set.member ? set : { member: true, below: set.below };
  const element = path[at]!;
  const below = new Map(set.below);
  below.set(element, withPath(set.below.get(element) ?? EMPTY_SET, path, at + 1));
  return { member: set.member, below };
}

function combine(a: FieldSet, b: FieldSet, keeps: (inA: boolean, inB: boolean) => boolean): FieldSet {
  const below = new Map<string, FieldSet>();
  for (const element of new Set([...a.below.keys(), ...b.below.keys()])) {
    const child = combine(a.below.get(element) ?? EMPTY_SET, b.below.get(element) ?? EMPTY_SET, keeps);
    if (!isEmptySet(child)) below.set(element, child);
  }
  return { member: keeps(a.member, b.member), below };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA || inB);
}
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && !inB);
}
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && inB);
}

/** With every named member on the way to a path, which is there because something below it is. */
export function withNamedParents(set: FieldSet): FieldSet {
  const below = new Map<string, FieldSet>();
  for (const [element, child] of set.below) {
    const filled = withNamedParents(child);
    below.set(element, element.startsWith('f:') ? { member: true, below: filled.below } : filled);
  }
  return { member: set.member, below };
}

/** Members first, then items by key, by value; each by its text. */
function sorted(elements: Iterable<string>): readonly string[] {
  const rank = (element: string): number => 'fkvi'.indexOf(element.charAt(0));
  return [...elements].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/** All paths, those that end at a level before those that go on below it. */
export function pathsOf(set: FieldSet, prefix: FieldPath = []): readonly FieldPath[] {
  const elements = sorted(set.below.keys());
  const own = elements.filter((element) => set.below.get(element)!.member).map((element) => [...prefix, element]);
  const rest = elements.flatMap((element) => pathsOf(set.below.get(element)!, [...prefix, element]));
  return [...own, ...rest];
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function pathText(path: FieldPath): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = JSON.parse(rest) as Readonly<Record<string, unknown>>;
  const parts = Object.keys(keys).map((key) => `${key}=${JSON.stringify(keys[key])}`);
  return `[${parts.join(',')}]`;
}

/** The form in which `metadata.managedFields` shows a set (`FieldsV1`). */
export function fieldsV1(set: FieldSet): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  if (set.member && set.below.size > 0) fields['.'] = {};
  for (const element of sorted(set.below.keys())) fields[element] = fieldsV1(set.below.get(element)!);
  return fields;
}

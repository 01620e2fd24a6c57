/** A place at which an answer differs from the recorded one. */
export interface Difference {
  /** For instance `filter.node-3.reasons[0]`. */
  readonly path: string;
  readonly recorded: unknown;
  readonly ours: unknown;
}

/** Objects whose members stand in an order that is part of the answer. */
const ORDERED_MEMBERS: ReadonlySet<string> = new Set(['candidates', 'total']);

/**
 * Every difference between two JSON values. Members are compared by name, lists by position; a member that only one side
 * has is a difference, so that nothing recorded goes unchecked.
 */
export function differences(recorded: unknown, ours: unknown): Difference[] {
  const found: Difference[] = [];
  compare(recorded, ours, '', false, found);
  return found;
}

function compare(recorded: unknown, ours: unknown, path: string, ordered: boolean, found: Difference[]): void {
  if (recorded === ours) return;
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length !== ours.length) {
      found.push({ path, recorded, ours });
      return;
    }
    recorded.forEach((value, i) => compare(value, ours[i], `${path}[${i}]`, false, found));
    return;
  }
  if (isObject(recorded) && isObject(ours)) {
    const before = found.length;
    const names = new Set([...Object.keys(recorded), ...Object.keys(ours)]);
    for (const name of names) {
      const at = path === '' ? name : `${path}.${name}`;
      compare(recorded[name], ours[name], at, ORDERED_MEMBERS.has(name), found);
    }
    if (ordered && found.length === before) {
      const [theirOrder, ourOrder] = [Object.keys(recorded), Object.keys(ours)];
      if (theirOrder.some((name, i) => name !== ourOrder[i])) {
        found.push({ path: `${path} (order)`, recorded: theirOrder, ours: ourOrder });
      }
    }
    return;
  }
  found.push({ path, recorded, ours });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A difference on one or two lines. */
export function describe({ path, recorded, ours }: Difference): string {
  return `${path}: recorded ${shown(recorded)}\n${' '.repeat(path.length)}  ours     ${shown(ours)}`;
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}

/**
 * Sets of completion indexes as Jobs write them: `0,2-4`. Ranges are inclusive, in order, and never touch.
 */
export interface IndexRanges {
  readonly ranges: readonly IndexRange[];
  readonly count: number;
}

export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

const NO_INDEXES: IndexRanges = { ranges: [], count: 0 };

/** Reads indexes below `completions` as a success policy writes them; a text says what is wrong. */
export function parseIndexes(text: string, completions: number): IndexRanges | string {
  if (text === '') return NO_INDEXES;
  const ranges: IndexRange[] = [];
  for (const part of text.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2)
      return `the fragment "${part}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    const [first, last = first] = limits.map((limit) => (/^\d{1,9}$/.test(limit) ? Number(limit) : undefined));
    if (first === undefined || last === undefined) {
      const bad = limits.find((limit) => !/^\d{1,9}$/.test(limit));
      return `cannot convert string to integer for index: "${bad}"`;
    }
    if (first >= completions) return `too large index: "${limits[0]}"`;
    if (last >= completions) return `too large index: "${limits[1]}"`;
    if (first > last) return `non-increasing order, previous: ${first}, current: ${last}`;
    const before = ranges.at(-1);
    if (before !== undefined && before.last >= first)
      return `non-increasing order, previous: ${before.last}, current: ${first}`;
    ranges.push({ first, last });
  }
  return joined(ranges);
}

/** Reads what a controller wrote itself; indexes from `completions` on are left out, nonsense counts as nothing. */
export function readIndexes(text: string, completions: number): IndexRanges {
  const ranges: IndexRange[] = [];
  if (text === '') return NO_INDEXES;
  for (const part of text.split(',')) {
    const [from = '', to = from] = part.split('-');
    const first = Number(from);
    const last = Math.min(Number(to), completions - 1);
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return NO_INDEXES;
    if (first >= completions) break;
    ranges.push({ first, last });
  }
  return joined(ranges);
}

/** From indexes in rising order, without repetitions. */
export function rangesOf(indexes: readonly number[]): IndexRanges {
  return joined(indexes.map((index) => ({ first: index, last: index })));
}

export function unite(a: IndexRanges, b: IndexRanges): IndexRanges {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  return joined([...a.ranges, ...b.ranges].sort((x, y) => x.first - y.first));
}

function joined(ranges: readonly IndexRange[]): IndexRanges {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of ranges) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return { ranges: merged, count: merged.reduce((sum, { first, last }) => sum + last - first + 1, 0) };
}

/** By halving. */
export function hasIndex({ ranges }: IndexRanges, index: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { first, last } = ranges[middle]!;
    if (index < first) high = middle - 1;
    else if (index > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Two neighbours are written as a list, three as a range: `0,1,4-6`. */
export function formatIndexes({ ranges }: IndexRanges): string {
  return ranges
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
    })
    .join(',');
}

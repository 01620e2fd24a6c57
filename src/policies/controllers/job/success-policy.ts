import type { Job } from '../../../sim/api/batch.ts';
import { hasIndex, readIndexes, type IndexRanges } from '../../../sim/api/index-ranges.ts';

/** Which rule says that the Job has succeeded, in the words of its condition; undefined while none does. */
export function successMessage({ spec }: Job, succeeded: IndexRanges): string | undefined {
  const { successPolicy, completions = 0 } = spec;
  if (successPolicy === undefined || succeeded.count === 0) return undefined;
  const met = successPolicy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.count >= succeededCount;
    const wanted = readIndexes(succeededIndexes, completions);
    return overlap(wanted, succeeded) >= (succeededCount ?? wanted.count);
  });
  return met < 0 ? undefined : `Matched rules at index ${met}`;
}

function overlap(wanted: IndexRanges, succeeded: IndexRanges): number {
  let count = 0;
  for (const { first, last } of wanted.ranges) {
    for (let index = first; index <= last; index++) if (hasIndex(succeeded, index)) count++;
  }
  return count;
}

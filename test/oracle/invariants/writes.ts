import { deepStrictEqual } from 'node:assert';
import { firstWrites, must, stateAt, versionsOf } from '../reference-history.ts';
import type { Seen } from '../seen.ts';

/** A consistent list that was begun after a write was acknowledged sees it. */
export function I3({ writes, lists }: Seen): void {
  let newest = 0;
  const moments = [
    ...writes.flatMap(({ answer }) =>
      answer?.revision === undefined || answer.code >= 300 ? [] : [{ at: answer.at, revision: answer.revision }],
    ),
    ...lists.filter(({ consistent }) => consistent).map(({ begun, revision }) => ({ at: begun, seen: revision })),
  ].sort((a, b) => a.at - b.at);
  for (const moment of moments) {
    if ('seen' in moment) must(moment.seen >= newest, `a list sees ${moment.seen} after ${newest} was acknowledged`);
    else newest = Math.max(newest, moment.revision);
  }
}

/** Of those who replace one version at most one succeeds. */
export function I4({ writes }: Seen): void {
  const winners = new Map<string, string>();
  for (const { base, answer, token } of writes) {
    if (base === undefined || answer === undefined || answer.code >= 300) continue;
    if (base.endsWith(`@${answer.revision}`)) continue;
    must(!winners.has(base), `${token} and ${winners.get(base)} both replaced ${base}`);
    winners.set(base, token);
  }
}

/** What was acknowledged is never lost. */
export function I7({ commits, writes, end }: Seen): void {
  const made = firstWrites(commits);
  for (const { token, answer } of writes) {
    if (answer !== undefined && answer.code < 300) must(made.has(token), `write ${token} was acknowledged and is lost`);
  }
  const kinds = new Set(commits.map(({ object }) => object.kind));
  for (const kind of kinds) {
    const there = end.filter((object) => object.kind === kind);
    deepStrictEqual(versionsOf(there), versionsOf(stateAt(commits, kind, Infinity)), `${kind} in the end`);
  }
}

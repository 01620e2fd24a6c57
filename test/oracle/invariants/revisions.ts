import { deepStrictEqual } from 'node:assert';
import { firstWrites, idOf, must, stateAt, successions, versionsOf } from '../reference-history.ts';
import type { Seen, SeenWrite } from '../seen.ts';

function hasFailed({ answer }: SeenWrite): boolean {
  // What ends in a time-out or in etcd's own trouble may have happened all the same.
  return answer !== undefined && answer.code >= 400 && answer.code < 500;
}

/** Revisions rise, each write that succeeds makes one, and one that fails makes none. */
export function I1({ commits, writes }: Seen): void {
  const made = firstWrites(commits);
  let last = 0;
  for (const { revision } of commits) {
    must(revision > last, `revision ${revision} after ${last}`);
    last = revision;
  }
  for (const write of writes) {
    if (hasFailed(write)) must(!made.has(write.token), `write ${write.token} failed and took effect`);
  }
}

/** An object's version rises over its life; a list is the state at its revision, exactly. */
export function I2({ commits, lists }: Seen): void {
  for (const [before, after] of successions(commits)) {
    const version = after.object.metadata.resourceVersion;
    must(version > before.object.metadata.resourceVersion, `${idOf(after)} is at ${version}, again or before`);
  }
  for (const { kind, revision, items } of lists) {
    for (const { metadata } of items) must(metadata.resourceVersion <= revision, 'an item newer than its list');
    deepStrictEqual(versionsOf(items), versionsOf(stateAt(commits, kind, revision)), `a list at ${revision}`);
  }
}

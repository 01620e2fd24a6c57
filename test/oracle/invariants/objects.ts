import { keyOf } from '../../../src/sim/api/kinds.ts';
import { idOf, must, successions } from '../reference-history.ts';
import type { Seen } from '../seen.ts';

/** A uid is never used again, and a name is there once at a time. */
export function I8({ commits }: Seen): void {
  const owners = new Map<string, string>();
  const there = new Set<string>();
  for (const commit of commits) {
    const id = idOf(commit);
    if (commit.type === 'ADDED') {
      must(!there.has(id), `${id} is there twice`);
      must(
        !owners.has(commit.object.metadata.uid),
        `${id} has a uid that ${owners.get(commit.object.metadata.uid)} had`,
      );
    } else must(owners.get(commit.object.metadata.uid) === id, `${id} changed its uid`);
    owners.set(commit.object.metadata.uid, id);
    if (commit.type === 'DELETED') there.delete(id);
    else there.add(id);
  }
}

/** A generation rises by one exactly when the spec changes, and is observed in the end. */
export function I9({ commits, end }: Seen): void {
  for (const [before, after] of successions(commits)) {
    if (after.type === 'DELETED' || after.object.kind !== 'Deployment' || before.object.kind !== 'Deployment') continue;
    const changed = JSON.stringify(before.object.spec) !== JSON.stringify(after.object.spec);
    const raised = after.object.metadata.generation - before.object.metadata.generation;
    must(
      raised === (changed ? 1 : 0),
      `generation raised by ${raised} where the spec ${changed ? 'changed' : 'stayed'}`,
    );
    const { observedGeneration } = after.object.status;
    must(observedGeneration <= after.object.metadata.generation, 'observed a generation to come');
  }
  for (const object of end) {
    if (object.kind !== 'Deployment') continue;
    must(
      object.status.observedGeneration === object.metadata.generation,
      `${keyOf(object)} is not observed in the end`,
    );
  }
}

/** A deletion is never taken back or put off, and nothing goes before its finalizers and its grace are over. */
export function I10({ commits }: Seen): void {
  for (const [before, after] of successions(commits)) {
    const was = before.object.metadata.deletionTimestamp;
    const is = after.object.metadata.deletionTimestamp;
    // A grace that is shortened to what is over already ends at the moment of the request.
    const latest = Math.max(was ?? 0, after.at);
    if (was !== undefined) must(is !== undefined && is <= latest, `${idOf(after)}: deletion at ${was} became ${is}`);
    if (after.type !== 'DELETED') continue;
    must(after.object.metadata.finalizers.length === 0, `${idOf(after)} went in spite of its finalizers`);
    const grace = after.object.metadata.deletionGracePeriodSeconds ?? 0;
    if (was !== undefined) must(grace === 0 || after.object.kind !== 'Pod', `${idOf(after)} went with ${grace} s left`);
  }
}

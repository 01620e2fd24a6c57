import { keyOf, type ApiObject, type Kind } from '../../src/sim/api/kinds.ts';
import type { SeenCommit } from './seen.ts';

/*
 * The reference store that whole control planes are checked against: nothing but the list of what etcd committed, read
 * from the beginning for every question. What clients, watchers and caches saw has to agree with it.
 */

/** Which object a commit is of. */
export const idOf = ({ object }: SeenCommit): string => `${object.kind} ${keyOf(object)}`;
const tokenOf = ({ metadata }: ApiObject): string | undefined => metadata.annotations['token'];
const byKey = (a: ApiObject, b: ApiObject): number => (keyOf(a) < keyOf(b) ? -1 : 1);

/** The state of a kind at a revision, by the commits up to it. */
export function stateAt(commits: readonly SeenCommit[], kind: Kind, revision: number): ApiObject[] {
  const there = new Map<string, ApiObject>();
  for (const commit of commits) {
    if (commit.revision > revision) break;
    if (commit.object.kind !== kind) continue;
    if (commit.type === 'DELETED') there.delete(idOf(commit));
    else there.set(idOf(commit), commit.object);
  }
  return [...there.values()].sort(byKey);
}

/** Objects by their keys, with their versions. */
export const versionsOf = (objects: readonly ApiObject[]): string[] =>
  [...objects].sort(byKey).map((object) => `${keyOf(object)}@${object.metadata.resourceVersion}`);

/** Consecutive commits of one object, in pairs; a deletion ends a life. */
export function* successions(commits: readonly SeenCommit[]): Generator<readonly [SeenCommit, SeenCommit]> {
  const last = new Map<string, SeenCommit>();
  for (const commit of commits) {
    const id = idOf(commit);
    const before = last.get(id);
    if (before !== undefined) yield [before, commit];
    if (commit.type === 'DELETED') last.delete(id);
    else last.set(id, commit);
  }
}

/** At which revision each token was written first. */
export function firstWrites(commits: readonly SeenCommit[]): Map<string, number> {
  const made = new Map<string, number>();
  for (const { object, revision } of commits) {
    const token = tokenOf(object);
    if (token !== undefined && !made.has(token)) made.set(token, revision);
  }
  return made;
}

/** Throws, with what was claimed, where it does not hold. */
export function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(claim);
}

import { deepStrictEqual } from 'node:assert';
import { keyOf, type ApiObject, type Kind } from '../../src/sim/api/kinds.ts';

/** A change as etcd committed it. Times here and below are microseconds. */
export interface SeenCommit {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  readonly revision: number;
  readonly at: number;
}

/** A write that a client sent, with what it heard. The token is in the annotations of what it writes. */
export interface SeenWrite {
  readonly token: string;
  readonly begun: number;
  /** The uid and the version that it is based on; undefined: on none. */
  readonly base: string | undefined;
  /** Undefined: no answer came. */
  answer: { readonly at: number; readonly code: number; readonly revision: number | undefined } | undefined;
}

export interface SeenList {
  readonly kind: Kind;
  readonly begun: number;
  /** It asked for what is true, and not for whatever the server has at hand. */
  readonly consistent: boolean;
  readonly revision: number;
  readonly items: readonly ApiObject[];
}

/** A watch with all its resumptions: what came after `from`. */
export interface SeenWatch {
  readonly kind: Kind;
  readonly from: number;
  readonly events: readonly { readonly type: string; readonly object: ApiObject }[];
  /** It was told 410, and ended there. */
  readonly expired: boolean;
}

/** A cache that a watch fills, looked at now and then. */
export interface SeenCache {
  readonly kind: Kind;
  readonly objects: readonly ApiObject[];
}

/** How many believed to lead at a moment, and who is the holder by the Lease. */
export interface SeenLeaders {
  readonly at: number;
  readonly believing: number;
}

/** Everything that happened in a run, as those outside saw it and as etcd had it. */
export interface Seen {
  readonly commits: readonly SeenCommit[];
  readonly writes: readonly SeenWrite[];
  readonly lists: readonly SeenList[];
  readonly watches: readonly SeenWatch[];
  readonly caches: readonly SeenCache[];
  readonly leaders: readonly SeenLeaders[];
  /** What is there when everything has come to rest. */
  readonly end: readonly ApiObject[];
  /** The controllers' caches, at rest. */
  readonly cachesAtRest: readonly SeenCache[];
}

/** The Lease of the component whose leaders are looked at, and its terms. */
export const LEASE = 'kube-system/kube-controller-manager';
const LEASE_DURATION = 15_000_000;
const RENEW_DEADLINE = 10_000_000;
/** The namespace with a quota of pods. */
export const LIMITED = 'limited';

function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(claim);
}

const idOf = ({ object }: SeenCommit): string => `${object.kind} ${keyOf(object)}`;
const tokenOf = ({ metadata }: ApiObject): string | undefined => metadata.annotations['token'];
const byKey = (a: ApiObject, b: ApiObject): number => (keyOf(a) < keyOf(b) ? -1 : 1);

/** The state of a kind at a revision, by the commits up to it. */
function stateAt(commits: readonly SeenCommit[], kind: Kind, revision: number): ApiObject[] {
  const there = new Map<string, ApiObject>();
  for (const commit of commits) {
    if (commit.revision > revision) break;
    if (commit.object.kind !== kind) continue;
    if (commit.type === 'DELETED') there.delete(idOf(commit));
    else there.set(idOf(commit), commit.object);
  }
  return [...there.values()].sort(byKey);
}

const versionsOf = (objects: readonly ApiObject[]): string[] =>
  [...objects].sort(byKey).map((object) => `${keyOf(object)}@${object.metadata.resourceVersion}`);

/** Consecutive commits of one object, in pairs; a deletion ends a life. */
function* successions(commits: readonly SeenCommit[]): Generator<readonly [SeenCommit, SeenCommit]> {
  const last = new Map<string, SeenCommit>();
  for (const commit of commits) {
    const id = idOf(commit);
    const before = last.get(id);
    if (before !== undefined) yield [before, commit];
    if (commit.type === 'DELETED') last.delete(id);
    else last.set(id, commit);
  }
}

function hasFailed({ answer }: SeenWrite): boolean {
  // What ends in a time-out or in etcd's own trouble may have happened all the same.
  return answer !== undefined && answer.code >= 400 && answer.code < 500;
}

/**
 * The invariants of the store and the API (behaviour sheet 9.1) by their numbers, each as a claim on what was seen.
 * They throw where it does not hold. I6 is about the simulation's own caches; I12 is held beside the token bucket and
 * the priority levels.
 */
export const STORE_INVARIANTS: Readonly<Record<string, (seen: Seen) => void>> = {
  I1({ commits, writes }) {
    const made = new Map<string, number>();
    let last = 0;
    for (const { revision, object } of commits) {
      must(revision > last, `revision ${revision} after ${last}`);
      last = revision;
      const token = tokenOf(object);
      if (token !== undefined && !made.has(token)) made.set(token, revision);
    }
    for (const write of writes) {
      if (hasFailed(write)) must(!made.has(write.token), `write ${write.token} failed and took effect`);
    }
  },

  I2({ commits, lists }) {
    for (const [before, after] of successions(commits)) {
      const version = after.object.metadata.resourceVersion;
      must(version > before.object.metadata.resourceVersion, `${idOf(after)} is at ${version}, again or before`);
    }
    for (const { kind, revision, items } of lists) {
      for (const { metadata } of items) must(metadata.resourceVersion <= revision, 'an item newer than its list');
      deepStrictEqual(versionsOf(items), versionsOf(stateAt(commits, kind, revision)), `a list at ${revision}`);
    }
  },

  I3({ writes, lists }) {
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
  },

  I4({ writes }) {
    const winners = new Map<string, string>();
    for (const { base, answer, token } of writes) {
      if (base === undefined || answer === undefined || answer.code >= 300) continue;
      if (base.endsWith(`@${answer.revision}`)) continue;
      must(!winners.has(base), `${token} and ${winners.get(base)} both replaced ${base}`);
      winners.set(base, token);
    }
  },

  I5({ commits, watches }) {
    for (const { kind, from, events, expired } of watches) {
      const told = events.map(({ type, object }) => `${type} ${keyOf(object)}@${object.metadata.resourceVersion}`);
      const happened = commits
        .filter(({ object, revision }) => object.kind === kind && revision > from)
        .map(({ type, object }) => `${type} ${keyOf(object)}@${object.metadata.resourceVersion}`);
      deepStrictEqual(told, expired ? happened.slice(0, told.length) : happened, `a watch of ${kind} from ${from}`);
    }
  },

  I6({ commits, caches, cachesAtRest, end }) {
    for (const kind of new Set(caches.map((cache) => cache.kind))) {
      const ofKind = commits.filter(({ object }) => object.kind === kind);
      let reached = 0;
      for (const { objects } of caches.filter((cache) => cache.kind === kind)) {
        const cached = versionsOf(objects).join();
        // Whatever it shows, it showed nothing later before.
        const at = (taken: number): string => versionsOf(stateAt(ofKind.slice(0, taken), kind, Infinity)).join();
        const before = reached;
        while (reached <= ofKind.length && at(reached) !== cached) reached++;
        must(reached <= ofKind.length, `a cache of ${kind} is no state after ${before} changes: ${cached}`);
      }
    }
    for (const { kind, objects } of cachesAtRest) {
      const there = end.filter((object) => object.kind === kind);
      deepStrictEqual(versionsOf(objects), versionsOf(there), `the cache of ${kind} at rest`);
    }
  },

  I7({ commits, writes, end }) {
    const made = new Map<string, number>();
    for (const { object, revision } of commits) {
      const token = tokenOf(object);
      if (token !== undefined && !made.has(token)) made.set(token, revision);
    }
    for (const { token, answer } of writes) {
      if (answer !== undefined && answer.code < 300)
        must(made.has(token), `write ${token} was acknowledged and is lost`);
    }
    const kinds = new Set(commits.map(({ object }) => object.kind));
    for (const kind of kinds) {
      const there = end.filter((object) => object.kind === kind);
      deepStrictEqual(versionsOf(there), versionsOf(stateAt(commits, kind, Infinity)), `${kind} in the end`);
    }
  },

  I8({ commits }) {
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
  },

  I9({ commits, end }) {
    for (const [before, after] of successions(commits)) {
      if (after.type === 'DELETED' || after.object.kind !== 'Deployment' || before.object.kind !== 'Deployment')
        continue;
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
  },

  I10({ commits }) {
    for (const [before, after] of successions(commits)) {
      const was = before.object.metadata.deletionTimestamp;
      const is = after.object.metadata.deletionTimestamp;
      // A grace that is shortened to what is over already ends at the moment of the request.
      const latest = Math.max(was ?? 0, after.at);
      if (was !== undefined) must(is !== undefined && is <= latest, `${idOf(after)}: deletion at ${was} became ${is}`);
      if (after.type !== 'DELETED') continue;
      must(after.object.metadata.finalizers.length === 0, `${idOf(after)} went in spite of its finalizers`);
      const grace = after.object.metadata.deletionGracePeriodSeconds ?? 0;
      if (was !== undefined)
        must(grace === 0 || after.object.kind !== 'Pod', `${idOf(after)} went with ${grace} s left`);
    }
  },

  /**
   * Every pod was charged before it was there, and no charge went beyond what may be. How many pods there are is another
   * thing: the quota controller recounts from a cache of pods that may be behind its cache of quotas.
   */
  I11({ commits }) {
    let used = 0;
    let charged = 0;
    for (const { type, object } of commits) {
      if (object.metadata.namespace !== LIMITED) continue;
      if (object.kind === 'ResourceQuota' && object.status.used !== undefined) {
        const now = Number(object.status.used['pods']);
        must(now <= Number(object.status.hard!['pods']), `${now} pods are charged`);
        if (now > used) charged += now - used;
        used = now;
      }
      if (object.kind === 'Pod' && type === 'ADDED') must(charged-- > 0, `${keyOf(object)} is charged to nobody`);
    }
  },

  I13({ commits, leaders }) {
    let holder = '';
    let renewedAt = 0;
    /** When the one before the holder last renewed; nobody may go on believing for longer than its deadline. */
    let othersRenewedAt = -Infinity;
    let next = 0;
    let transitions = -1;
    const believedUntil = (moment: number): void => {
      for (; next < leaders.length && leaders[next]!.at < moment; next++) {
        const { at, believing } = leaders[next]!;
        must(believing < 3, `${believing} believe to lead`);
        if (believing > 1) must(at - othersRenewedAt > RENEW_DEADLINE, `two lead at ${at}, both in time`);
      }
    };
    for (const { object, at } of commits) {
      if (object.kind !== 'Lease' || keyOf(object) !== LEASE) continue;
      believedUntil(at);
      const { holderIdentity, leaseTransitions } = object.spec;
      if (holderIdentity !== holder && holderIdentity !== '') {
        if (holder !== '') must(at - renewedAt >= LEASE_DURATION, `taken ${at - renewedAt} after it was renewed`);
        if (transitions >= 0)
          must(leaseTransitions === transitions + 1, `transitions ${transitions} to ${leaseTransitions}`);
        othersRenewedAt = renewedAt;
      }
      if (holderIdentity !== '') transitions = leaseTransitions;
      holder = holderIdentity;
      renewedAt = at;
    }
    believedUntil(Infinity);
  },
};

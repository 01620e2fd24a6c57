import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiObject } from '../src/sim/api/kinds.ts';
import type { Deployment } from '../src/sim/api/workloads.ts';
import type { Lease } from '../src/sim/api/core.ts';
import { play, trouble, type Act } from './doubles/troubled-control-plane.ts';
import { makePod } from './doubles/objects.ts';
import { LEASE } from './oracle/invariants/leader-election.ts';
import { INVARIANTS } from './oracle/invariants/store-and-api.ts';
import { LIMITED, type Seen, type SeenCommit } from './oracle/seen.ts';

/** With those of the parts beside their code, more than two thousand in the everyday suite. */
const RUNS = process.env['ORRERY_LONG'] === undefined ? 600 : 10_000;

describe('a whole control plane with crashes, restarts, pauses, partitions and slow ways at random', () => {
  /** Which invariants broke in the drawn runs, and how first. */
  const broken = new Map<string, unknown>();

  beforeAll(() => {
    for (const drawn of fc.sample(trouble, RUNS)) {
      const seen = play(drawn);
      for (const [name, { check }] of Object.entries(INVARIANTS)) {
        try {
          check(seen);
        } catch (error) {
          if (!broken.has(name)) broken.set(name, error);
        }
      }
    }
  }, 3_600_000);

  const titled = Object.entries(INVARIANTS).map(([name, { claim, check }]) => [name, claim, check] as const);
  it.each(titled)('holds %s: %s', { timeout: 3_600_000 }, (name, _claim, check) => {
    if (!broken.has(name)) return;
    // The same runs once more, so that the smallest of those that break it is found.
    fc.assert(
      fc.property(trouble, (drawn) => check(play(drawn))),
      { numRuns: RUNS },
    );
    throw broken.get(name);
  });
});

/** Everybody does everything once, and the leader of the controller managers is killed. */
const SCRIPT: readonly Act[] = (
  [
    'create',
    'list',
    'put',
    'patch',
    'list',
    'pod',
    'pod',
    'pod',
    'pod',
    'scale',
    'delete',
    'release',
    'cached',
  ] as const
).map((does) => ({ delayMillis: 400, client: 0, does, name: 'a' }));

describe('what breaks an invariant is found', () => {
  let seen: Seen;
  beforeAll(() => {
    const fault = { kind: 'ControllerManagerCrash', replica: 'leader', durationMicros: 5_000_000 } as const;
    const faults = [{ atMicros: 12_000_000, text: '', fault }];
    seen = play({ seed: 7, members: 3, apiServers: 1, acts: SCRIPT, faults });
  });

  const written = ({ writes }: Seen): Seen['writes'][0] => writes.find(({ answer }) => answer?.code === 200)!;
  const lastCommit = ({ commits }: Seen): SeenCommit => commits.at(-1)!;
  const isLease = ({ object }: SeenCommit): boolean => `${object.metadata.namespace}/${object.metadata.name}` === LEASE;

  const BREAKS: Readonly<Record<string, (seen: Seen) => Partial<Seen>>> = {
    'I1: a write that was refused and happened': ({ writes }) => ({
      writes: [...writes, { ...written(seen), answer: { at: 0, code: 409, revision: undefined } }],
    }),
    'I1: a revision that comes again': ({ commits }) => ({ commits: [...commits, lastCommit(seen)] }),
    'I2: a list without one of its objects': ({ lists }) => ({
      lists: lists.map((list) => ({ ...list, items: list.items.slice(1) })),
    }),
    'I2: an object whose version stays': ({ commits }) => ({
      commits: [...commits, { ...lastCommit(seen), type: 'MODIFIED', revision: lastCommit(seen).revision + 1 }],
    }),
    'I3: a list that misses what was acknowledged': ({ lists }) => ({
      lists: lists.map((list) => (list.consistent ? { ...list, revision: 1, begun: 1e12 } : list)),
    }),
    'I4: two that replace one version': ({ writes }) => {
      const winner = writes.find(({ base, answer }) => base !== undefined && answer?.code === 200)!;
      return { writes: [...writes, { ...winner, token: 'other' }] };
    },
    'I5: a watch with a gap': ({ watches }) => ({
      watches: watches.map((watch) => ({ ...watch, events: watch.events.slice(1) })),
    }),
    'I5: a watch that tells something twice': ({ watches }) => ({
      watches: watches.map((watch) => ({ ...watch, events: [...watch.events, ...watch.events.slice(-1)] })),
    }),
    'I6: a cache that goes back': ({ caches }) => ({ caches: [...caches, ...caches.slice(0, 60)] }),
    'I6: a cache that misses something at rest': ({ cachesAtRest }) => ({
      cachesAtRest: cachesAtRest.map((cache) => ({ ...cache, objects: cache.objects.slice(1) })),
    }),
    'I7: an acknowledged write that nobody finds': ({ writes }) => ({
      writes: [...writes, { ...written(seen), token: 'lost' }],
    }),
    'I7: an object that is gone in the end': ({ end }) => ({ end: end.slice(1) }),
    'I8: a uid that comes back': ({ commits }) => ({ commits: [...commits, { ...lastCommit(seen), type: 'ADDED' }] }),
    'I9: a generation that is raised for nothing': ({ commits }) => {
      const { object, ...rest } = commits.findLast((commit) => commit.object.kind === 'Deployment')!;
      const metadata = { ...object.metadata, generation: object.metadata.generation + 1 };
      return { commits: [...commits, { ...rest, type: 'MODIFIED', object: { ...(object as Deployment), metadata } }] };
    },
    'I9: a generation that nobody observes': ({ end }) => ({
      end: end.map((object) =>
        object.kind === 'Deployment' ? { ...object, status: { ...object.status, observedGeneration: 0 } } : object,
      ),
    }),
    'I10: what goes in spite of its finalizers': ({ commits }) => ({
      commits: commits.map((commit) =>
        commit.type === 'DELETED' ? { ...commit, object: held(commit.object, ['x.io/held']) } : commit,
      ),
    }),
    'I10: a deletion that is taken back': ({ commits }) => ({
      commits: commits.map((commit) =>
        commit.type === 'DELETED' ? { ...commit, object: taken(commit.object) } : commit,
      ),
    }),
    'I11: a pod that is charged to nobody': ({ commits }) => {
      const object = makePod('free', {}, { namespace: LIMITED });
      return { commits: [...commits, { type: 'ADDED', object, revision: 1e9, at: 1e12 }] };
    },
    'I12: a client that sends beyond its rate': ({ clients }) => ({
      clients: clients.map((client) => ({ ...client, sent: client.sent.map((at) => at / 100) })),
    }),
    'I12: a level that uses more seats than it has': ({ seats }) => ({
      seats: [...seats, { level: 'workload-low', inUse: 57, limit: 56, most: 845 }],
    }),
    'I13: a Lease that is taken too early': ({ commits }) => {
      const { object, ...rest } = commits.findLast(isLease)!;
      const spec = { ...(object as Lease).spec, holderIdentity: 'other', leaseTransitions: 2 };
      return { commits: [...commits, { ...rest, object: { ...(object as Lease), spec }, at: rest.at + 5_000_000 }] };
    },
    'I13: two leaders, both in time': ({ leaders }) => ({
      leaders: leaders.map((one) => ({ ...one, believing: 2 })),
    }),
  };

  function held(object: ApiObject, finalizers: string[]): ApiObject {
    return { ...object, metadata: { ...object.metadata, finalizers } } as ApiObject;
  }

  function taken(object: ApiObject): ApiObject {
    return { ...object, metadata: { ...object.metadata, deletionTimestamp: undefined } } as ApiObject;
  }

  it.each(Object.keys(BREAKS))('%s', (name) => {
    const { check: holds } = INVARIANTS[name.slice(0, name.indexOf(':'))]!;
    expect(() => holds(seen)).not.toThrow();
    expect(() => holds({ ...seen, ...BREAKS[name]!(seen) })).toThrow();
  });
});

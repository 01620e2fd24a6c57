import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import type { Distribution } from '../../engine/samplers.ts';
import { EtcdCluster } from './cluster.ts';
import type { Proposal } from './history.ts';
import type { EtcdOptions } from './options.ts';

const RUNS = process.env['ORRERY_LONG'] ? 3_000 : 150;
const SECOND = 1_000_000;

const constant = (value: number): Distribution => ({ kind: 'constant', value });
const lognormal = (mean: number, cv: number): Distribution => ({ kind: 'lognormal', mean, cv });

const options = (members: number, preVote: boolean): EtcdOptions => ({
  members,
  heartbeatInterval: 100_000,
  electionTimeout: 1_000_000,
  preVote,
  peer: lognormal(2_000, 2),
  fsync: lognormal(3_000, 2),
  apply: constant(20),
  backendSync: lognormal(3_000, 1),
  snapshot: constant(50_000),
  start: lognormal(200_000, 0.5),
  shutdown: constant(8_000),
  retransmission: constant(204_000),
});

/** One thing that happens, some time after the one before it. */
interface Step {
  readonly delay: number;
  readonly act: 'write' | 'read' | 'kill' | 'start' | 'freeze' | 'thaw' | 'cut' | 'heal' | 'terminate' | 'move';
  readonly a: number;
  readonly b: number;
}

const acts = ['write', 'write', 'write', 'read', 'read', 'kill', 'start', 'start', 'freeze', 'thaw', 'cut'] as const;
const steps = fc.array(
  fc.record<Step>({
    delay: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 1_500_000 })),
    act: fc.constantFrom(...acts, 'heal' as const, 'terminate' as const, 'move' as const),
    a: fc.nat(4),
    b: fc.nat(4),
  }),
  { minLength: 5, maxLength: 60 },
);

/** A request with the moments between which it took effect, and the revision it made or saw. */
interface Call {
  readonly begun: number;
  ended: number | undefined;
  revision: number | undefined;
  readonly write: boolean;
}

interface Outcome {
  readonly calls: readonly Call[];
  readonly leaders: Map<number, Set<number>>;
  readonly cluster: EtcdCluster;
  readonly lastWrite: Call;
}

function play(script: readonly Step[], seed: string, members: number, preVote: boolean): Outcome {
  const engine = new Engine({ seed });
  const cluster = new EtcdCluster(engine, options(members, preVote));
  const leaders = new Map<number, Set<number>>();
  cluster.observe({
    raftChanged: (member, change) => {
      if (!('became' in change) || change.became !== 'leader') return;
      const known = leaders.get(change.term) ?? new Set();
      leaders.set(change.term, known.add(member));
    },
  });
  const calls: Call[] = [];
  const call = (member: number, write: boolean): Call => {
    const made: Call = { begun: engine.now, ended: undefined, revision: undefined, write };
    calls.push(made);
    const proposal: Proposal = {
      effect: () => {
        expect(made.revision).toBeUndefined();
        made.revision = cluster.history.revisionAt(cluster.history.lastIndex - 1) + 1;
        return true;
      },
    };
    cluster.request(member, {
      kind: write ? 'write' : 'read',
      proposal: write ? proposal : undefined,
      respond: (error) => {
        if (error !== undefined) return;
        made.ended = engine.now;
        if (!write) made.revision = cluster.members[member]!.process!.revision;
      },
    });
    return made;
  };
  const act = engine.on('test/act', (i) => {
    const step = script[i]!;
    const a = step.a % members;
    const b = step.b % members;
    switch (step.act) {
      case 'write':
      case 'read':
        if (cluster.members[a]!.serving && !cluster.members[a]!.frozen) call(a, step.act === 'write');
        break;
      case 'kill':
        cluster.kill(a);
        break;
      case 'start':
        cluster.start(a);
        break;
      case 'freeze':
        cluster.freeze(a);
        break;
      case 'thaw':
        cluster.thaw(a);
        break;
      case 'cut':
      case 'heal':
        if (a !== b) cluster.mesh.cut(a, b, step.act === 'cut');
        break;
      case 'terminate':
        cluster.terminate(a);
        break;
      case 'move':
        cluster.moveLeader(a, b);
        break;
    }
  });
  cluster.startAll();
  let at = 3 * SECOND;
  for (let i = 0; i < script.length; i++) engine.at((at += script[i]!.delay), act, i);
  engine.run({ until: at });
  // Everything is mended: after a while the cluster must work again.
  const keepGoing = engine.on('test/keep-going', () => undefined);
  const end = at + 60 * SECOND;
  engine.at(end, keepGoing);
  for (let a = 0; a < members; a++) {
    for (let b = 0; b < members; b++) if (a !== b) cluster.mesh.cut(a, b, false);
    cluster.thaw(a);
  }
  // Whoever was ending has ended by then.
  engine.run({ until: at + 10 * SECOND });
  for (let a = 0; a < members; a++) cluster.start(a);
  engine.run({ until: at + 45 * SECOND });
  const lastWrite = call(cluster.leader < 0 ? 0 : cluster.leader, true);
  engine.run({ until: end });
  return { calls, leaders, cluster, lastWrite };
}

describe('members of etcd under random partitions, crashes and pauses', () => {
  const world = fc.tuple(steps, fc.string({ maxLength: 4 }), fc.constantFrom(1, 3, 3, 5), fc.boolean());

  it('elect one leader a term, lose nothing acknowledged, and stay linearizable (I3, I7)', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(world, ([script, seed, members, preVote]) => {
        const { calls, leaders, cluster, lastWrite } = play(script, seed, members, preVote);
        for (const elected of leaders.values()) expect(elected.size).toBe(1);

        // A write that was acknowledged is in the history; the members checked that they all applied the same.
        for (const { write, ended, revision } of calls)
          if (write && ended !== undefined) expect(revision).toBeDefined();

        // What began after something ended comes after it: a write makes a larger revision, a read sees no smaller one.
        const ended = calls.filter((call) => call.ended !== undefined);
        for (const before of ended) {
          for (const after of calls) {
            if (after.begun <= before.ended! || after.revision === undefined) continue;
            const least = before.revision! + (after.write ? 1 : 0);
            expect(after.revision).toBeGreaterThanOrEqual(least);
          }
        }

        // And when all is mended, it works again, and everybody catches up.
        expect(lastWrite.ended).toBeDefined();
        for (const { process } of cluster.members) {
          expect(process!.appliedIndex).toBe(cluster.history.lastIndex);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

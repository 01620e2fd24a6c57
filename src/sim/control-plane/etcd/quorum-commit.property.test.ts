import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import type { Distribution } from '../../engine/samplers.ts';
import { EtcdCluster } from './cluster.ts';
import { DiskDraws, PeerDraws } from './draws.ts';
import type { EtcdOptions } from './options.ts';
import { QuorumCommit } from './quorum-commit.ts';

const RUNS = process.env['ORRERY_LONG'] ? 2_000 : 150;
const WRITES = 20;

const lognormal = (mean: number, cv: number): Distribution => ({ kind: 'lognormal', mean, cv });

const options = fc.record({
  members: fc.constantFrom(1, 3, 5, 7),
  peer: fc.integer({ min: 0, max: 3_000 }),
  fsync: fc.integer({ min: 0, max: 20_000 }),
  apply: fc.integer({ min: 0, max: 500 }),
});

describe('the time of a commit by arithmetic', () => {
  it('is the time by messages, at every member, for writes that do not meet', () => {
    fc.assert(
      fc.property(options, fc.nat(6), fc.string({ maxLength: 3 }), ({ members, ...means }, pick, seed) => {
        const etcd: EtcdOptions = {
          members,
          heartbeatInterval: 100_000_000,
          electionTimeout: 1_000_000_000,
          preVote: true,
          peer: lognormal(means.peer, 1.5),
          fsync: lognormal(means.fsync, 1.5),
          apply: lognormal(means.apply, 1),
          backendSync: { kind: 'constant', value: 0 },
          snapshot: { kind: 'constant', value: 0 },
          start: { kind: 'constant', value: 0 },
          shutdown: { kind: 'constant', value: 0 },
          retransmission: { kind: 'constant', value: 204_000 },
        };
        const leader = pick % members;
        const engine = new Engine({ seed });
        const cluster = new EtcdCluster(engine, etcd);
        cluster.settle(leader, 1, 100);
        const measured: number[][] = [];
        const propose = engine.on('test/propose', () => {
          const begun = engine.now;
          const seen: number[] = [];
          measured.push(seen);
          cluster.request(leader, { kind: 'write', proposal: { effect: () => true }, respond: () => undefined });
          cluster.watchApplied((member) => (seen[member] = engine.now - begun));
        });
        for (let i = 0; i < WRITES; i++) engine.at((i + 1) * 4_000_000, propose);
        const end = engine.on('test/end', () => undefined);
        engine.at((WRITES + 1) * 4_000_000, end);
        engine.run({ until: (WRITES + 1) * 4_000_000 });

        const twin = new Engine({ seed });
        const commit = new QuorumCommit(
          etcd,
          new DiskDraws(twin.keyed('etcd/disk')),
          new PeerDraws(twin.keyed('etcd/peer')),
        );
        const computed = measured.map((_, i) =>
          Array.from({ length: members }, (_one, member) => commit.replicate(101 + i, leader, member)),
        );
        expect(measured).toEqual(computed);
      }),
      { numRuns: RUNS },
    );
  });
});

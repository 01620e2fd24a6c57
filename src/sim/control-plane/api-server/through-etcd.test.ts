import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import type { EtcdFault } from '../../scenario/faults.ts';
import { makeNamespace, makePod } from '../../../../test/doubles/objects.ts';
import { SimulatedApiServer } from './api-server.ts';

const SECOND = 1_000_000;
const RUNS = process.env['ORRERY_LONG'] ? 1_000 : 40;

interface Answered {
  readonly request: Request;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly response: Response;
}

class World {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly answers: Answered[] = [];
  readonly #doKind;
  #last = 0;

  constructor(seed: string, members = 3) {
    this.engine = new Engine({ seed });
    const etcd = { members, heartbeatInterval: 100_000, electionTimeout: SECOND, preVote: true };
    this.api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS, { etcd });
    this.api.install(makeNamespace('default'));
    this.#doKind = this.engine.on('test/do', (_a, _b, what) => (what as () => void)());
  }

  at(time: number, what: () => void): void {
    this.#last = Math.max(this.#last, time);
    this.engine.at(time, this.#doKind, 0, 0, what);
  }

  send(time: number, request: Request): void {
    const client = this.api.client('test', undefined);
    this.at(time, () =>
      client.send(request, (response) =>
        this.answers.push({ request, sentAt: time, answeredAt: this.engine.now, response }),
      ),
    );
  }

  fault(from: number, to: number, fault: EtcdFault): void {
    this.at(from, () => this.api.etcd.begin(fault));
    this.at(to, () => this.api.etcd.end(fault));
  }

  /** Until `seconds` after the last thing that was planned. */
  run(seconds: number): void {
    const end = this.#last + seconds * SECOND;
    this.at(end, () => undefined);
    this.engine.run({ until: end });
  }

  secondsOf(name: string): number {
    const found = this.answers.find(({ request }) => nameIn(request) === name)!;
    return (found.answeredAt - found.sentAt) / SECOND;
  }

  responseTo(name: string): Response | undefined {
    return this.answers.find(({ request }) => nameIn(request) === name)?.response;
  }
}

function nameIn(request: Request): string {
  return request.verb === 'create' ? request.object.metadata.name : '';
}

const create = (name: string): Request => ({ verb: 'create', object: makePod(name) });
const crash = (member: EtcdFault['member']): EtcdFault => ({
  kind: 'EtcdMemberCrash',
  member,
  durationMicros: undefined,
});
const pause = (member: EtcdFault['member']): EtcdFault => ({
  kind: 'EtcdMemberPause',
  member,
  durationMicros: undefined,
});

describe('the API server while etcd is in trouble', () => {
  it('answers 500 after seven seconds to a write that was forwarded to a dead leader, and serves what comes later', () => {
    const world = new World('1');
    world.fault(10 * SECOND, 40 * SECOND, crash('leader'));
    world.send(10.3 * SECOND, create('lost'));
    world.send(13 * SECOND, create('later'));
    world.run(20);
    const lost = world.responseTo('lost');
    expect(lost).toMatchObject({ ok: false, code: 500, reason: 'InternalError' });
    expect(lost).toHaveProperty('message', expect.stringMatching(/^etcdserver: request timed out/));
    expect(world.secondsOf('lost')).toBeCloseTo(7, 1);
    expect(world.responseTo('later')).toMatchObject({ ok: true });
    expect(world.secondsOf('later')).toBeLessThan(0.5);
    expect(world.api.etcd.inTrouble).toBe(false);
  });

  it('lets a consistent read wait for the new leader, and a list from the cache notice nothing', () => {
    const world = new World('2');
    world.fault(10 * SECOND, 40 * SECOND, crash('leader'));
    world.send(10.2 * SECOND, { verb: 'list', kind: 'Pod' });
    world.send(10.2 * SECOND, { verb: 'list', kind: 'Pod', resourceVersion: 0 });
    world.run(20);
    const [cached, consistent] = world.answers.map(({ answeredAt, sentAt }) => (answeredAt - sentAt) / SECOND);
    expect(cached).toBeLessThan(0.05);
    expect(consistent).toBeGreaterThan(0.5);
    expect(consistent).toBeLessThan(3);
    expect(world.answers.every(({ response }) => response.ok)).toBe(true);
  });

  it('hangs on a frozen member, whoever it is, until the connection is given up or a write has had its 34 s', () => {
    const world = new World('3');
    world.fault(10 * SECOND, 100 * SECOND, pause('follower'));
    for (let i = 0; i < 6; i++) world.send(10.5 * SECOND + i * 100_000, create(`p${i}`));
    world.run(20);
    const times = Array.from({ length: 6 }, (_, i) => world.secondsOf(`p${i}`)).sort((a, b) => a - b);
    expect(times.filter((seconds) => seconds < 1)).toHaveLength(4);
    for (const hung of times.slice(4)) {
      expect(hung).toBeGreaterThan(28);
      expect(hung).toBeLessThan(34.1);
    }
    const failed = world.answers.filter(({ response }) => !response.ok);
    expect(failed).toHaveLength(2);
    for (const { response, sentAt, answeredAt } of failed) {
      const isTimedOut = answeredAt - sentAt > 33.9 * SECOND;
      expect(response).toHaveProperty('code', isTimedOut ? 504 : 500);
    }
  });

  it('delivers no change to anybody while a member is frozen, and all of them in order when it is given up', () => {
    const world = new World('4');
    world.fault(10 * SECOND, 100 * SECOND, pause('follower'));
    const seen: { readonly name: string; readonly at: number }[] = [];
    world.api.watch({
      kind: 'Pod',
      receive: ({ object }) => seen.push({ name: object.metadata.name, at: world.engine.now / SECOND }),
    });
    for (let i = 0; i < 6; i++) world.send(10.5 * SECOND + i * 100_000, create(`p${i}`));
    world.run(20);
    const there = [...world.api.store.values('Pod')].map(({ metadata }) => metadata);
    expect(there.length).toBeGreaterThanOrEqual(4);
    there.sort((a, b) => a.resourceVersion - b.resourceVersion);
    expect(seen.map(({ name }) => name)).toEqual(there.map(({ name }) => name));
    for (const { at } of seen) expect(at).toBeGreaterThan(38);
    expect(seen[0]!.at).toBeLessThan(50.1);
  });

  it('lets a consistent list wait three seconds for a cache that stands still, and asks etcd then', () => {
    const world = new World('5');
    world.fault(10 * SECOND, 30 * SECOND, pause('follower'));
    for (let i = 0; i < 9; i++) world.send(10.5 * SECOND + i * 100_000, { verb: 'list', kind: 'Pod' });
    world.run(20);
    const took = world.answers.map(({ sentAt, answeredAt }) => (answeredAt - sentAt) / SECOND);
    expect(world.answers.every(({ response }) => response.ok)).toBe(true);
    const quick = took.filter((seconds) => seconds < 3.2);
    expect(quick.length).toBeGreaterThanOrEqual(3);
    for (const seconds of quick) expect(seconds).toBeGreaterThan(3);
    // The others sat on the frozen member, with the first question or the second, until it went on.
    for (const seconds of took.filter((one) => one >= 3.2)) expect(seconds).toBeGreaterThan(15);
  });

  it('loses nothing that it acknowledged, gives every write its own revision, and comes to rest again', () => {
    const fault = fc.record({
      at: fc.integer({ min: 0, max: 20 * SECOND }),
      lasts: fc.integer({ min: 100_000, max: 30 * SECOND }),
      kind: fc.constantFrom('EtcdMemberCrash', 'EtcdMemberPause', 'EtcdMemberRestart', 'EtcdPartition' as const),
      member: fc.constantFrom<EtcdFault['member']>('leader', 'follower', 0, 1, 2),
      direction: fc.constantFrom('both', 'send', 'receive' as const),
    });
    const faults = fc.array(fault, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(faults, fc.string({ maxLength: 3 }), fc.constantFrom(3, 5), (script, seed, members) => {
        const world = new World(seed, members);
        const revisions: number[] = [];
        world.api.observe(({ revision }) => revisions.push(revision));
        for (const { at, lasts, ...one } of script) {
          world.fault(10 * SECOND + at, 10 * SECOND + at + lasts, { ...one, durationMicros: lasts } as EtcdFault);
        }
        for (let i = 0; i < 60; i++) world.send(9 * SECOND + i * 700_000, create(`p${i}`));
        world.run(150);
        expect(world.answers).toHaveLength(60);
        for (const { request, response } of world.answers) {
          if (response.ok) expect(world.api.store.get('Pod', `default/${nameIn(request)}`)).toBeDefined();
        }
        expect(revisions).toEqual(revisions.map((_, i) => i + 2));
        expect(world.api.etcd.inTrouble).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});

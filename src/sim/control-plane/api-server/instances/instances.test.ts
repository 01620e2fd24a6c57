import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../api/change.ts';
import { keyOf, type ApiObject, type Kind } from '../../../api/kinds.ts';
import type { Request, Response } from '../../../api/request.ts';
import { Engine } from '../../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../../default-parameters.ts';
import type { ApiServerFault } from '../../../scenario/faults.ts';
import { makeNamespace, makePod } from '../../../../../test/doubles/objects.ts';
import { Informer } from '../../informer.ts';
import { SimulatedApiServer } from '../api-server.ts';
import { ApiServerFaults } from './api-server-faults.ts';

const SECOND = 1_000_000;
const RUNS = process.env['ORRERY_LONG'] ? 500 : 40;

interface Answered {
  readonly request: Request;
  readonly response: Response;
  readonly sentAt: number;
  readonly at: number;
}

/** API servers with clients on connections of their own, each with an informer of pods. */
class World {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly answers: Answered[] = [];
  readonly changes = new Map<string, { readonly change: Change; readonly at: number }[]>();
  readonly informers = new Map<string, Informer<'Pod'>>();
  readonly #doKind;
  readonly #clients = new Map<string, ReturnType<SimulatedApiServer['client']>>();

  constructor(instances: number, seed = '1') {
    this.engine = new Engine({ seed });
    this.api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS, { instances });
    this.api.install(makeNamespace('default'));
    this.#doKind = this.engine.on('test/do', (_a, _b, what) => (what as () => void)());
  }

  process(name: string): this {
    const informer = new Informer('Pod');
    const changes: { readonly change: Change; readonly at: number }[] = [];
    this.informers.set(name, informer);
    this.changes.set(name, changes);
    this.#clients.set(name, this.api.client(name, undefined));
    const receive = (change: Change): void => {
      changes.push({ change, at: this.engine.now });
      informer.receive(change as Change<'Pod'>);
    };
    this.api.watch({ kind: 'Pod' as Kind, receive }, name);
    return this;
  }

  at(seconds: number, what: () => void): this {
    this.engine.at(Math.round(seconds * SECOND), this.#doKind, 0, 0, what);
    return this;
  }

  send(seconds: number, process: string, request: Request): this {
    return this.at(seconds, () => {
      const sentAt = this.engine.now;
      const answered = (response: Response): void => {
        this.answers.push({ request, response, sentAt, at: this.engine.now });
      };
      this.#clients.get(process)!.send(request, answered);
    });
  }

  run(seconds: number): this {
    this.at(seconds, () => undefined);
    this.engine.run({ until: Math.round(seconds * SECOND) });
    return this;
  }

  /** When a process saw the pod first, in seconds. */
  sees(process: string, name: string): number | undefined {
    const found = this.changes.get(process)!.find(({ change }) => change.object.metadata.name === name);
    return found === undefined ? undefined : found.at / SECOND;
  }
}

const versionsOf = (pods: Iterable<ApiObject>): number[] =>
  [...pods].map(({ metadata }) => metadata.resourceVersion).sort((a, b) => a - b);
const create = (name: string): Request => ({ verb: 'create', object: makePod(name) });
const get = (name: string): Request => ({ verb: 'get', kind: 'Pod', key: `default/${name}` });

describe('API servers behind a load balancer', () => {
  it('deals connections in turn, and who is connected stays', () => {
    const world = new World(3).process('a').process('b').process('c').process('d').run(100);
    expect(world.api.instances.connections).toEqual([2, 1, 1]);
  });

  it('a killed one: its clients are with the others at once, and miss nothing', () => {
    const world = new World(2).process('a').process('b');
    world.at(1, () => world.api.instances.kill(0));
    world.send(1.01, 'a', create('p')).send(1.01, 'b', create('q')).run(3);
    expect(world.api.instances.connections).toEqual([0, 2]);
    expect(world.answers.map(({ response }) => response.ok)).toEqual([true, true]);
    expect(world.sees('a', 'p')! - 1).toBeLessThan(0.2);
    expect(world.sees('b', 'p')! - 1).toBeLessThan(0.2);
  });

  it('a killed one takes with it what has not reached etcd; reads are sent again after a second, writes are not', () => {
    const world = new World(2).process('a').process('b');
    for (let i = 0; i < 60; i++) world.send(1 + i / 10_000, 'a', create(`p${i}`));
    world.send(1.0055, 'a', { verb: 'get', kind: 'Namespace', key: 'default' });
    world.at(1.006, () => world.api.instances.kill(0)).run(10);
    const lost = world.answers.filter(({ response }) => !response.ok && response.code === 503);
    expect(world.answers).toHaveLength(61);
    expect(lost.length).toBeGreaterThan(5);
    // Some whose client was told nothing good have taken effect all the same: their transaction had left.
    const there = lost.filter(
      ({ request }) => request.verb === 'create' && world.api.store.get('Pod', keyOf(request.object)) !== undefined,
    );
    expect(there.length).toBeGreaterThan(0);
    expect(there.length).toBeLessThan(lost.length);
    const read = world.answers.find(({ request }) => request.verb === 'get')!;
    expect(read.response.ok).toBe(true);
    expect(read.at - read.sentAt).toBeLessThan(1.1 * SECOND);
  });

  it('after a SIGTERM new requests go elsewhere and watches stay open for a minute; then they go on, without a list', () => {
    const world = new World(2).process('a').process('b');
    world.at(1, () => world.api.instances.terminate(0));
    world.send(2, 'a', create('early')).send(60.9, 'b', create('late')).send(61.0005, 'b', create('later')).run(70);
    expect(world.api.instances.all[0]!.state).toBe('dead');
    expect(world.answers.every(({ response }) => response.ok)).toBe(true);
    for (const name of ['early', 'late', 'later']) expect(world.sees('a', name)).toBeDefined();
    expect(world.sees('a', 'early')! - 2).toBeLessThan(0.05);
    expect(world.sees('a', 'later')! - 61).toBeLessThan(0.2);
  });

  it('after a SIGTERM a watch that runs out goes elsewhere at once: of watches of 5 to 10 min, about two in fifteen', () => {
    const world = new World(2);
    for (let i = 0; i < 400; i++) world.process(`p${i}`);
    const reopened: { readonly anew: boolean; readonly at: number }[] = [];
    world.api.instances.observe({ reopened: (anew) => reopened.push({ anew, at: world.engine.now / SECOND }) });
    world.at(3_000, () => world.api.instances.terminate(0)).run(3_100);
    expect(reopened).toHaveLength(200);
    expect(reopened.every(({ anew }) => !anew)).toBe(true);
    const early = reopened.filter(({ at }) => at < 3_059.9).length;
    // 200 x 60 s / 450 s = 26.7, with a deviation of 4.8.
    expect(early).toBeGreaterThan(12);
    expect(early).toBeLessThan(42);
    // Every other one stays until the end, as recorded of watches that are young.
    expect(reopened.filter(({ at }) => at >= 3_060).length).toBe(200 - early);
  });

  describe('a client that is frozen', () => {
    /** `count` pods, so many a second from 1 s on, while `a` does not read from `from` to `to`. */
    function frozen(count: number, perSecond: number, from: number, to: number): World & { told: string[] } {
      const world = Object.assign(new World(1).process('a').process('b'), { told: [] as string[] });
      world.api.instances.observe({
        reopened: (anew) => world.told.push(anew ? 'listed' : 'resumed'),
        refused: (kind, code) => world.told.push(`${kind} ${code}`),
        terminated: (kind) => world.told.push(`${kind} terminated`),
      });
      for (let i = 0; i < count; i++) world.send(1 + i / perSecond, 'b', create(`p${i}`));
      world.at(from, () => world.api.stopReading('a')).at(to, () => world.api.readOn('a'));
      return world;
    }

    const isComplete = ({ informers, api }: World): void => {
      expect(versionsOf(informers.get('a')!.list())).toEqual(versionsOf(api.store.values('Pod')));
    };

    it('has everything in order when it goes on, as long as there was room', () => {
      const world = frozen(300, 10, 5, 25).run(40);
      expect(world.told).toEqual([]);
      expect(world.changes.get('a')!.filter(({ at }) => at > 5 * SECOND + 10_000 && at < 25 * SECOND)).toEqual([]);
      expect(world.changes.get('a')).toHaveLength(300);
      isComplete(world);
    });

    it('was given up when its sockets were full; the version it has is forgotten by then: 410, and a list a second later', () => {
      const world = frozen(10_800, 60, 5, 185).run(200);
      expect(world.told).toEqual(['Pod terminated', 'Pod 410', 'listed']);
      const late = world.changes.get('a')!.filter(({ at }) => at >= 185 * SECOND);
      const inSockets = late.filter(({ at }) => at < 185.5 * SECOND).length;
      // 14 MB in pages, and a channel behind them.
      expect(inSockets).toBeGreaterThan(3_000);
      expect(inSockets).toBeLessThan(3_400);
      const listedAt = late[inSockets]!.at / SECOND;
      expect(listedAt).toBeGreaterThan(185.8);
      expect(listedAt).toBeLessThan(186.8);
      isComplete(world);
    });

    it('goes on where its sockets end if the ring still reaches so far back', () => {
      const world = frozen(9_000, 100, 5, 60).run(120);
      expect(world.told).toEqual(['Pod terminated', 'resumed']);
      expect(world.changes.get('a')).toHaveLength(9_000);
      isComplete(world);
    });

    it('finds its watches run out after ten minutes: 410 of what is busy, and on it goes where nothing was forgotten', () => {
      expect(frozen(1_500, 1, 5, 1_200).run(1_600).told).toEqual(['Pod 410', 'listed']);
      expect(frozen(100, 0.1, 5, 900).run(1_100).told).toEqual(['resumed']);
    });

    it('leaves nothing behind when it is killed', () => {
      const world = frozen(50, 10, 5, 200);
      world.at(6, () => world.api.closeWatches('a')).run(210);
      expect(world.api.instances.watches.open).toBe(1);
      expect(world.told).toEqual([]);
    });
  });

  it('whoever lists anew is told 504 by a server whose cache is older than what he knows, until that has caught up', () => {
    const world = new World(2).process('a').process('b');
    const told: string[] = [];
    world.api.instances.observe({
      reopened: (anew) => told.push(`${anew ? 'listed' : 'resumed'} at ${Math.floor(world.engine.now / SECOND)}`),
      refused: (_kind, code) => told.push(`${code} at ${Math.floor(world.engine.now / SECOND)}`),
    });
    world.at(1, () => world.api.instances.etcdWatch(1, false)).send(2, 'a', create('p'));
    world
      .at(3, () => world.api.instances.pause(0))
      .at(55.5, () => world.api.instances.etcdWatch(1, true))
      .run(60);
    // The frozen server is given up after 45 s; each attempt waits for 3 s.
    expect(told).toEqual(['504 at 51', '504 at 54', 'listed at 55']);
    expect(world.informers.get('a')!.size).toBe(1);
    expect(world.sees('b', 'p')).toBeGreaterThan(55.5);
  });

  it('a frozen one is noticed after 45 s; then informers list, and what came and went meanwhile is never seen', () => {
    const world = new World(2).process('a').process('b');
    world.send(1, 'b', create('before')).at(2, () => world.api.instances.pause(0));
    world.send(3, 'a', create('hangs')).send(4, 'b', create('stays')).send(5, 'b', create('goes'));
    world.send(6, 'b', { verb: 'delete', kind: 'Pod', key: 'default/goes' });
    world.send(7, 'b', { verb: 'delete', kind: 'Pod', key: 'default/before' }).run(60);
    const hangs = world.answers.find(
      ({ request }) => request.verb === 'create' && request.object.metadata.name === 'hangs',
    )!;
    expect(hangs.response.ok).toBe(false);
    expect(hangs.at / SECOND).toBeCloseTo(47, 1);
    expect(world.sees('a', 'stays')).toBeGreaterThan(47);
    expect(world.sees('a', 'stays')).toBeLessThan(48);
    expect(world.sees('a', 'goes')).toBeUndefined();
    expect(world.informers.get('a')!.get('default/before')).toBeUndefined();
    expect(world.sees('b', 'goes')).toBeDefined();
  });

  it('a frozen one that goes on in time does in one go what has come for it', () => {
    const world = new World(1).process('a');
    world.at(2, () => world.api.instances.pause(0)).send(3, 'a', create('p'));
    world.at(20, () => world.api.instances.resume(0)).run(30);
    expect(world.answers.map(({ response }) => response.ok)).toEqual([true]);
    expect(world.sees('a', 'p')).toBeGreaterThan(20);
    expect(world.sees('a', 'p')).toBeLessThan(20.1);
  });

  it('alone and killed: nobody can connect; who comes back to a younger cache is told 410 and lists', () => {
    const world = new World(1).process('a');
    world
      .send(1, 'a', create('p'))
      .at(2, () => world.api.instances.kill(0))
      .send(3, 'a', create('refused'));
    world.at(4, () => world.api.instances.start(0));
    world.send(11, 'a', create('q')).run(40);
    const told = world.answers.map(({ response }) => (response.ok ? 'ok' : response.message));
    expect(told).toEqual(['ok', 'dial tcp: connect: connection refused', 'ok']);
    expect(world.sees('a', 'q')).toBeDefined();
    expect(world.api.instances.watches.open).toBe(1);
  });

  it('a slow one takes so many times as long for its work, and only for as long as it is', () => {
    const world = new World(1).process('a');
    const took = (i: number): number => world.answers[i]!.at - world.answers[i]!.sentAt;
    world
      .send(1, 'a', get('p'))
      .at(2, () => world.api.instances.slowDown(0, 20))
      .send(3, 'a', get('p'));
    world
      .at(4, () => world.api.instances.slowDown(0, 1))
      .send(5, 'a', get('p'))
      .run(6);
    expect(took(1)).toBe(took(0) + 19 * 1_000);
    expect(took(2)).toBe(took(0));
  });

  it('restarts all of them in turn, and the clients crowd on those that were first', () => {
    const world = new World(3);
    for (let i = 0; i < 30; i++) world.process(`p${i}`);
    world
      .at(1, () => world.api.instances.restartInTurn())
      .send(400, 'p0', create('x'))
      .run(401);
    expect(world.api.instances.all.map(({ life, state }) => [life, state])).toEqual([
      [1, 'running'],
      [1, 'running'],
      [1, 'running'],
    ]);
    expect(world.api.instances.watches.open).toBe(30);
    // The last one that was restarted has nobody.
    expect(world.api.instances.connections[2]).toBe(0);
    for (const name of world.informers.keys()) expect(world.sees(name, 'x')).toBeDefined();
  });

  it('whatever happens to them: every request is answered once, every informer ends with what is there', () => {
    const fault = fc.oneof(
      fc.record({
        kind: fc.constantFrom<'ApiServerCrash' | 'ApiServerRestart' | 'ApiServerPause'>(
          'ApiServerCrash',
          'ApiServerRestart',
          'ApiServerPause',
        ),
        instance: fc.nat(2),
        at: fc.nat(60),
        lasts: fc.integer({ min: 1, max: 80 }),
      }),
      fc.record({
        kind: fc.constant('ApiServerSlowdown' as const),
        instance: fc.nat(2),
        at: fc.nat(60),
        lasts: fc.integer({ min: 1, max: 80 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fault, { maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(1_000),
        (faults, instances, seed) => {
          const world = new World(instances, String(seed));
          for (const name of ['a', 'b', 'c', 'd']) world.process(name);
          const suffers = new ApiServerFaults(world.api.instances);
          for (const { kind, instance, at, lasts } of faults) {
            if (instance >= instances) continue;
            const one = (
              kind === 'ApiServerSlowdown' ? { kind, instance, factor: 30 } : { kind, instance }
            ) as ApiServerFault;
            world.at(at, () => suffers.begin(one)).at(at + lasts, () => suffers.end(one));
          }
          let sent = 0;
          for (let i = 0; i < 120; i++) {
            const process = 'abcd'[i % 4]!;
            const name = `p${(i * 7) % 40}`;
            const request: Request =
              i % 5 === 4 ? { verb: 'delete', kind: 'Pod', key: `default/${name}` } : create(name);
            world.send(i * 0.9, process, request);
            sent++;
          }
          world.run(700);
          expect(world.answers).toHaveLength(sent);
          const there = versionsOf(world.api.store.values('Pod'));
          for (const informer of world.informers.values()) {
            expect(versionsOf(informer.list())).toEqual(there);
          }
          expect(world.api.instances.watches.open).toBe(4);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../api/kinds.ts';
import type { OpenWatch, Response, WatchEvent, WatchRequest } from '../../api/request.ts';
import { Engine } from '../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { WatchCache } from '../watch/watch-cache.ts';
import { makeNamespace, meta } from '../../../../test/doubles/objects.ts';
import { ringAfter } from '../../../../test/oracle/watch-ring.ts';
import { SimulatedApiServer } from './api-server.ts';

const SECOND = 1_000_000;
const RUNS = process.env['ORRERY_LONG'] ? 1_000 : 60;

class World {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly #doKind;

  constructor(seed = '1') {
    this.engine = new Engine({ seed });
    this.api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS);
    this.api.install(makeNamespace('default'));
    this.#doKind = this.engine.on('test/do', (_a, _b, what) => (what as () => void)());
  }

  at(micros: number, what: () => void): void {
    this.engine.at(micros, this.#doKind, 0, 0, what);
  }

  run(until: number): void {
    this.at(until, () => undefined);
    this.engine.run({ until });
  }

  write(name = 'one', bytes = 0): number {
    const metadata = meta({
      name,
      resourceVersion: this.api.store.nextRevision,
      annotations: { x: 'x'.repeat(bytes) },
    });
    this.api.store.put(`default/${name}`, { kind: 'ConfigMap', metadata } as ApiObject, this.engine.now);
    return this.api.store.revision;
  }

  open(request: Partial<WatchRequest>): { seen: WatchEvent[]; endedAt: () => number; watch: OpenWatch } {
    const seen: WatchEvent[] = [];
    let endedAt = -1;
    const watch = this.api.openWatch(
      { kind: 'ConfigMap', ...request },
      { receive: (event) => seen.push(event), ended: () => (endedAt = this.engine.now) },
    );
    return { seen, endedAt: () => endedAt, watch };
  }
}

const versions = (events: readonly WatchEvent[]): number[] =>
  events.flatMap((event) => ('object' in event ? event.object.metadata.resourceVersion : []));

describe('watches of clients outside', () => {
  it('end when their time is over: the one they ask for, or 30 to 60 minutes', () => {
    const world = new World();
    const asked = world.open({ timeoutSeconds: 70 });
    const unasked = Array.from({ length: 20 }, () => world.open({}));
    world.run(3_600 * SECOND);
    expect(asked.endedAt()).toBe(70 * SECOND);
    for (const { endedAt } of unasked) expect(endedAt()).toBeGreaterThanOrEqual(1_800 * SECOND);
    expect(new Set(unasked.map(({ endedAt }) => endedAt())).size).toBe(20);
  });

  it('have bookmarks each minute and before the end, where they ask for them', () => {
    const world = new World();
    const from = world.write();
    const moments: number[] = [];
    const receive = (event: WatchEvent): void => {
      if (event.type === 'BOOKMARK') moments.push(world.engine.now / SECOND);
    };
    world.api.openWatch(
      { kind: 'ConfigMap', resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: 150 },
      { receive },
    );
    const silent = world.open({ resourceVersion: from, timeoutSeconds: 150 });
    world.at(SECOND, () => world.write());
    world.run(200 * SECOND);
    expect(moments.length).toBeGreaterThanOrEqual(3);
    expect(moments[0]).toBeGreaterThan(59);
    expect(moments[0]).toBeLessThan(61.5);
    expect(moments[1]! - moments[0]!).toBeGreaterThan(59);
    expect(moments.at(-1)).toBeGreaterThan(146.9);
    expect(silent.seen.map(({ type }) => type)).toEqual(['MODIFIED']);
  });

  it('cost nothing where nobody has one: bookmarks are nobody’s event', () => {
    const world = new World();
    world.write();
    world.run(600 * SECOND);
    expect(world.engine.dispatched).toBe(1);
  });

  it('wait three seconds for a version to come, and are told 504 then', () => {
    const world = new World();
    const now = world.write();
    const inTime = world.open({ sendInitialEvents: true, resourceVersion: now + 1 });
    const inVain = world.open({ sendInitialEvents: true, resourceVersion: now + 50 });
    const answers: { readonly response: Response; readonly at: number }[] = [];
    const client = world.api.client('test', undefined);
    client.send({ verb: 'list', kind: 'ConfigMap', resourceVersion: now + 50 }, (response) =>
      answers.push({ response, at: world.engine.now }),
    );
    world.at(SECOND, () => world.write());
    world.at(2 * SECOND, () => {
      expect(inTime.seen.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
      expect(inVain.seen).toEqual([]);
    });
    world.run(5 * SECOND);
    expect(inVain.seen[0]).toMatchObject({ type: 'ERROR', status: { code: 504, reason: 'Timeout' } });
    expect(answers[0]!.response).toMatchObject({ ok: false, code: 504, retryAfterSeconds: 1 });
    expect(answers[0]!.at / SECOND).toBeGreaterThan(3);
    expect(answers[0]!.at / SECOND).toBeLessThan(3.1);
  });

  it('are ended when nobody reads them, and hold the others up by a tenth of a second at most', () => {
    const world = new World();
    const from = world.write();
    const slow = world.open({ resourceVersion: from });
    const fast = world.open({ resourceVersion: from });
    slow.watch.stopReading();
    let written = 0;
    const write = (): void => {
      if (!slow.watch.isOpen) return;
      world.write('one', 50_000);
      written++;
      world.at(world.engine.now + 20_000, write);
    };
    world.at(SECOND, write);
    world.run(60 * SECOND);
    expect(slow.watch.isOpen).toBe(false);
    expect(slow.endedAt()).toBe(-1);
    expect(versions(fast.seen)).toHaveLength(written);
    slow.watch.readOn();
    expect(slow.endedAt()).toBe(world.engine.now);
    // Where it ended it can go on: nothing was left out in between.
    const last = versions(slow.seen).at(-1)!;
    const again = world.open({ resourceVersion: last });
    expect([...versions(slow.seen), ...versions(again.seen)]).toEqual(versions(fast.seen));
  });

  it('of Events begin at whatever is not compacted', () => {
    const world = new World();
    world.api.keepHistory('Event');
    const put = (): number => {
      world.api.store.advance(world.engine.now);
      const metadata = meta({ name: 'e', resourceVersion: world.api.store.nextRevision });
      world.api.store.put('default/e', { kind: 'Event', metadata } as ApiObject, world.engine.now);
      return world.api.store.revision;
    };
    let first = 0;
    world.at(SECOND, () => (first = put()));
    world.at(2 * SECOND, put);
    // Compacted at 600 s is what was there at 300 s.
    for (const at of [301, 601, 602]) world.at(at * SECOND, put);
    world.run(603 * SECOND);
    expect(world.open({ kind: 'Event', resourceVersion: first }).seen[0]).toMatchObject({
      type: 'ERROR',
      status: { code: 410, message: 'The resourceVersion for the provided watch is too old.' },
    });
    expect(versions(world.open({ kind: 'Event', resourceVersion: first + 1 }).seen)).toHaveLength(3);
  });

  it('tell each change once and in order, resumed from where they ended (I5)', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('write' as const), name: fc.constantFrom('a', 'b') }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('stop', 'read' as const) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('resume' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), fc.nat(), (steps, seed) => {
        const world = new World(String(seed));
        const from = world.write('a');
        const all: number[] = [];
        const told: number[] = [];
        let current = world.open({ resourceVersion: from });
        const collect = (): void => {
          told.push(...versions(current.seen));
          current.seen.length = 0;
        };
        steps.forEach((one, i) =>
          world.at((i + 1) * 3_000, () => {
            if (one.does === 'write') all.push(world.write(one.name, 400_000));
            else if (one.does === 'stop') current.watch.stopReading();
            else if (one.does === 'read') current.watch.readOn();
            else {
              collect();
              current.watch.close();
              current = world.open({ resourceVersion: told.at(-1) ?? from });
            }
          }),
        );
        world.at(SECOND, () => current.watch.readOn());
        world.run(2 * SECOND);
        collect();
        if (current.endedAt() >= 0) {
          current = world.open({ resourceVersion: told.at(-1) ?? from });
          collect();
        }
        expect(told).toEqual(all);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the ring of a watch cache', () => {
  it('doubles, halves and forgets as its description says', () => {
    const burst = fc.record({
      writes: fc.integer({ min: 1, max: 400 }),
      apart: fc.integer({ min: 1, max: 2_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(burst, { minLength: 1, maxLength: 6 }), (bursts) => {
        const cache = new WatchCache(0);
        const times: number[] = [];
        let now = 0;
        for (const { writes, apart } of bursts) for (let i = 0; i < writes; i++) times.push((now += apart));
        times.forEach((committedAt, i) =>
          cache.append({ committedAt, revision: i + 1 } as unknown as Parameters<WatchCache['append']>[0]),
        );
        const { capacity, from } = ringAfter(times);
        expect(cache.capacity).toBe(capacity);
        expect(cache.oldest).toBe(from);
        expect(cache.after(from)).toHaveLength(times.length - from);
        expect(from === 0 || cache.after(from - 1) === undefined).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the deadline of a request', () => {
  it('is a minute after it arrived, of a write 34 s: 504, whatever the server does about it', () => {
    const world = new World();
    world.api.instances.slowDown(0, 1e5);
    const answers: { readonly verb: string; readonly response: Response; readonly at: number }[] = [];
    const client = world.api.client('test', undefined);
    const object = { kind: 'ConfigMap', metadata: meta({ name: 'late', uid: '' }) } as ApiObject;
    for (const request of [
      { verb: 'list', kind: 'ConfigMap' },
      { verb: 'create', object },
    ] as const) {
      client.send(request, (response) => answers.push({ verb: request.verb, response, at: world.engine.now }));
    }
    world.run(700 * SECOND);
    expect(answers).toHaveLength(2);
    for (const { verb, response, at } of answers) {
      expect(response).toMatchObject({ ok: false, code: 504, reason: 'Timeout' });
      expect(at / SECOND).toBeCloseTo(verb === 'list' ? 60 : 34, 1);
    }
    expect(world.api.store.get('ConfigMap', 'default/late')).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../api/core.ts';
import type { Request, Response } from '../../api/request.ts';
import { Engine } from '../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import { makeNamespace, makePod } from '../../../../test/doubles/objects.ts';
import { SimulatedApiServer } from './api-server.ts';
import type { RequestParts } from './request-parts.ts';

const SECOND = 1_000_000;
const RUNS = process.env['ORRERY_LONG'] ? 500 : 60;

type Parts = Omit<RequestParts, 'of' | 'ofEvent'>;

interface Told {
  readonly request: Request;
  readonly response: Response;
  readonly tookMicros: number;
  readonly parts: Parts;
}

/** API servers whose every answer is told twice: by the server with its parts, by the client with its time. */
class World {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly told: Told[] = [];
  readonly clientTook = new Map<Request, number>();
  readonly #doKind;

  constructor(apiServer: Partial<Parameters['apiServer']> = {}, instances = 1, seed = '1') {
    const parameters = { ...DEFAULT_PARAMETERS, apiServer: { ...DEFAULT_PARAMETERS.apiServer, ...apiServer } };
    this.engine = new Engine({ seed });
    this.api = new SimulatedApiServer(this.engine, parameters, { instances });
    this.api.install(makeNamespace('default'));
    this.#doKind = this.engine.on('test/do', (_a, _b, what) => (what as () => void)());
    this.api.observeRequests({
      answered: (request, response, tookMicros, _at, parts) =>
        this.told.push({ request, response, tookMicros, parts: { ...parts } }),
      eventAnswered: () => undefined,
    });
  }

  at(micros: number, what: () => void): void {
    this.engine.at(micros, this.#doKind, 0, 0, what);
  }

  send(micros: number, request: Request, client = this.api.client('somebody', undefined)): this {
    this.at(micros, () => client.send(request, () => this.clientTook.set(request, this.engine.now - micros)));
    return this;
  }

  run(): readonly Told[] {
    this.engine.run({ until: 200 * SECOND });
    return this.told;
  }

  of(verb: Request['verb']): Parts {
    return this.told.find(({ request }) => request.verb === verb)!.parts;
  }
}

const atServer = ({ queue, work, admission, webhooks, etcd, encode }: Parts): number =>
  queue + work + admission + webhooks + etcd + encode;
const create = (name: string): Request => ({ verb: 'create', object: makePod(name) });
const get = (name: string): Request => ({ verb: 'get', kind: 'Pod', key: `default/${name}` });
const lease: Lease = {
  kind: 'Lease',
  metadata: makePod('l').metadata,
  spec: { holderIdentity: 'a', renewTime: 0 },
} as unknown as Lease;

const constant = (value: number) => ({ kind: 'constant', value }) as const;

describe('the parts of a request', () => {
  it('add up to what the server and the client measure, whatever happens to servers and however many seats there are', () => {
    const story = fc.record({
      seed: fc.nat().map(String),
      instances: fc.integer({ min: 1, max: 3 }),
      limited: fc.boolean(),
      requests: fc.array(
        fc.record({ at: fc.nat({ max: 400_000 }), verb: fc.constantFrom('create', 'get', 'list', 'delete', 'bind') }),
        { minLength: 1, maxLength: 200 },
      ),
      faults: fc.array(
        fc.record({
          at: fc.nat({ max: 400_000 }),
          lasts: fc.nat({ max: 5 * SECOND }),
          does: fc.constantFrom('pause', 'slow', 'kill'),
          instance: fc.nat({ max: 2 }),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(story, ({ seed, instances, limited, requests, faults }) => {
        const world = new World({ webhooks: { kind: 'exponential', mean: 3_000 } }, instances, seed);
        for (let i = 0; i < 20; i++) world.api.install(makePod(`p${i}`));
        const clients = ['a', 'b', 'c'].map((name) =>
          world.api.client(name, limited ? { qps: 50, burst: 5 } : undefined),
        );
        for (const [i, { at, verb }] of requests.entries()) {
          const key = `default/p${i % 20}`;
          const request: Request =
            verb === 'create'
              ? create(`n${i}`)
              : verb === 'list'
                ? { verb, kind: 'Pod' }
                : verb === 'bind'
                  ? { verb, key, uid: '', node: 'n' }
                  : ({ verb, kind: 'Pod', key } as Request);
          world.send(at, request, clients[i % 3]!);
        }
        for (const { at, lasts, does, instance } of faults) {
          const index = instance % instances;
          const { instances: servers } = world.api;
          world.at(at, () => {
            if (does === 'pause') servers.pause(index);
            else if (does === 'slow') servers.slowDown(index, 7);
            else servers.kill(index);
          });
          world.at(at + lasts, () => {
            if (does === 'pause') servers.resume(index);
            else if (does === 'slow') servers.slowDown(index, 1);
            else servers.start(index);
          });
        }
        const told = world.run();
        const times = new Map<Request, number>();
        for (const { request } of told) times.set(request, (times.get(request) ?? 0) + 1);
        for (const { request, response, tookMicros, parts } of told) {
          expect(atServer(parts)).toBe(tookMicros);
          for (const micros of Object.values(parts)) expect(micros).toBeGreaterThanOrEqual(0);
          // One that was sent again, or whose answer was lost on its way, took its client longer than its server knows.
          const lost = faults.length > 0 && (times.get(request)! > 1 || world.clientTook.get(request)! > SECOND);
          if (!response.ok || lost) continue;
          expect(parts.rateLimiter + parts.network + tookMicros).toBe(world.clientTook.get(request));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are those of the parameters', () => {
    const world = new World({
      write: constant(4_000),
      read: constant(1_000),
      list: constant(5_000),
      objectBytes: 3_000,
    });
    for (let i = 0; i < 10; i++) world.api.install(makePod(`p${i}`));
    world
      .send(0, create('n'))
      .send(SECOND, get('n'))
      .send(2 * SECOND, { verb: 'list', kind: 'Pod' })
      .run();
    // A kilobyte beyond the ordinary two, at 2 µs.
    expect(world.of('create')).toMatchObject({ admission: 999, work: 2_997, encode: 6, webhooks: 0, queue: 0 });
    expect(world.of('create').network).toBe(500);
    expect(world.of('create').etcd).toBeGreaterThan(0);
    expect(world.of('get')).toMatchObject({ admission: 0, work: 996, encode: 6, etcd: 0 });
    expect(world.of('list')).toMatchObject({ admission: 0, work: 5_000, encode: 11 * 6, etcd: 0 });
  });

  it('a client that has used its tokens up waits for them, and others do not', () => {
    const world = new World();
    const limited = world.api.client('limited', { qps: 1, burst: 1 });
    world.send(0, create('a'), limited).send(0, create('b'), limited).send(0, create('c')).run();
    const waited = world.told.map(({ parts }) => parts.rateLimiter);
    expect(waited.filter((micros) => micros > 0)).toEqual([SECOND]);
  });

  it('webhooks are asked about objects, not about subresources, Leases, reads and deletions', () => {
    const world = new World({ webhooks: constant(50_000) });
    const ready = { op: 'replace', path: '/metadata/labels', value: {} } as const;
    world
      .send(0, create('p'))
      .send(SECOND, { verb: 'bind', key: 'default/p', uid: '', node: 'n' })
      .send(2 * SECOND, { verb: 'patch', kind: 'Pod', key: 'default/p', patchType: 'json', patch: [ready] })
      .send(3 * SECOND, { verb: 'create', object: lease })
      .send(4 * SECOND, get('p'))
      .send(5 * SECOND, { verb: 'delete', kind: 'Pod', key: 'default/p' })
      .run();
    expect(world.told.map(({ parts }) => parts.webhooks)).toEqual([50_000, 0, 50_000, 0, 0, 0]);
    expect(world.told[0]!.tookMicros).toBeGreaterThan(50_000);
    expect(world.told[1]!.tookMicros).toBeLessThan(50_000);
  });

  it('seats that are taken make requests wait, and the wait is the queue', () => {
    const world = new World();
    for (let i = 0; i < 2_000; i++) world.api.install(makePod(`p${i}`));
    const flood = world.api.client('flood', undefined, 'flood', 'system:serviceaccount:default:flood');
    for (let i = 0; i < 200; i++) world.send(0, { verb: 'list', kind: 'Pod' }, flood);
    world.run();
    const waited = world.told.filter(({ parts }) => parts.queue > 0);
    expect(waited.length).toBeGreaterThan(100);
    for (const { tookMicros, parts } of world.told) expect(atServer(parts)).toBe(tookMicros);
  });
});

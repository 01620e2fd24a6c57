import { describe, expect, it } from 'vitest';
import type { Request } from '../../api/request.ts';
import { Engine } from '../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { makeNamespace, makePod } from '../../../../test/doubles/objects.ts';
import { SimulatedApiServer } from './api-server.ts';

const SECOND = 1_000_000;
const LIST: Request = { verb: 'list', kind: 'Pod' };

interface Answer {
  readonly ok: boolean;
  readonly at: number;
}

class World {
  readonly engine = new Engine({ seed: '1' });
  readonly api: SimulatedApiServer;
  readonly waits: { readonly level: string; readonly micros: number }[] = [];
  readonly rejected: string[] = [];
  readonly #doKind;

  constructor(pods = 1_000, instances = 1) {
    this.api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS, { instances });
    this.api.install(makeNamespace('default'));
    for (let i = 0; i < pods; i++) this.api.install(makePod(`p${i}`));
    this.#doKind = this.engine.on('test/do', (_a, _b, what) => (what as () => void)());
    this.api.observeFairness({
      waited: (level, _schema, micros) => this.waits.push({ level, micros }),
      rejected: (level, schema, reason) => this.rejected.push(`${level} ${schema} ${reason}`),
    });
  }

  /** So many loops of one user, each with one list in flight, for so many seconds. */
  flood(user: string, parallel: number, seconds: number): { readonly answers: Answer[] } {
    const answers: Answer[] = [];
    const client = this.api.client('flood', undefined, 'flood', user);
    const next = (): void => {
      if (this.engine.now >= seconds * SECOND) return;
      client.send(LIST, (response) => {
        answers.push({ ok: response.ok, at: this.engine.now });
        next();
      });
    };
    for (let i = 0; i < parallel; i++) next();
    return { answers };
  }

  /** A read every tenth of a second; how long each took, in milliseconds. */
  reads(process: string, user: string | undefined, seconds: number): number[] {
    const took: number[] = [];
    const client = this.api.client(process, undefined, process, user);
    for (let i = 0; i < seconds * 10; i++) {
      this.engine.at(i * 100_000, this.#doKind, 0, 0, () => {
        const sentAt = this.engine.now;
        client.send({ verb: 'get', kind: 'Pod', key: 'default/p0' }, () =>
          took.push((this.engine.now - sentAt) / 1_000),
        );
      });
    }
    return took;
  }

  run(seconds: number): void {
    this.engine.at(seconds * SECOND, this.#doKind, 0, 0, () => undefined);
    this.engine.run({ until: seconds * SECOND });
  }
}

describe('priority and fairness in the way of requests', () => {
  it('a flood of one user queues in its own level; the other levels do not notice', () => {
    const world = new World();
    const { answers } = world.flood('runaway', 300, 13);
    const others = ['kube-scheduler', 'controller-manager', 'kubelet/n1', 'kubectl'].map((name) =>
      world.reads(name, undefined, 13),
    );
    world.run(20);
    expect(world.waits.length).toBeGreaterThan(1_000);
    expect(new Set(world.waits.map(({ level }) => level))).toEqual(new Set(['global-default']));
    for (const took of others) {
      expect(took).toHaveLength(130);
      expect(Math.max(...took)).toBe(1.5);
    }
    // 1,000 pods of 2 kB: a list takes 9 ms on the 8 seats that one request of the level may have at most. In the first
    // ten seconds the level has 56 of them; then it gets what the others lend and do not use.
    const seconds = (from: number, to: number): number =>
      answers.filter(({ at }) => at >= from * SECOND && at < to * SECOND).length / (to - from);
    expect(seconds(1, 9)).toBeCloseTo(7 / 0.009, -1);
    expect(seconds(11, 13)).toBeCloseTo(46 / 0.009, -2);
  });

  it('fills the queues of its hand at most: more is refused, and told to come back', () => {
    const world = new World(1_000);
    const { answers } = world.flood('runaway', 1_000, 1);
    world.run(60);
    expect(world.rejected.length).toBeGreaterThan(0);
    expect(new Set(world.rejected)).toEqual(new Set(['global-default global-default queue-full']));
    // client-go has come back by itself, and in the end everybody has had his answer.
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(1_000);
  });

  it('costs no event while every level is sure of its seats', () => {
    const quiet = new World();
    const took = quiet.reads('kubelet/n1', undefined, 5);
    quiet.run(10);
    expect(took).toHaveLength(50);
    // Fifty commands, fifty effects, fifty answers, and the end.
    expect(quiet.engine.dispatched).toBe(151);
    expect(quiet.waits).toEqual([]);
  });

  it('each server has its own seats', () => {
    const one = new World();
    one.flood('runaway', 100, 5);
    one.run(10);
    const two = new World(1_000, 2);
    two.api.client('somebody', undefined);
    const { answers } = two.flood('runaway', 100, 5);
    const took = two.reads('another', 'runaway', 5);
    two.run(10);
    expect(answers.length).toBeGreaterThan(0);
    // Connected to the first, which is not flooded.
    expect(two.api.instances.connections).toEqual([2, 1]);
    expect(Math.max(...took)).toBe(1.5);
  });

  it('a killed server forgets who waited; they come back to another', () => {
    const world = new World(1_000, 2);
    const { answers } = world.flood('runaway', 200, 10);
    world.engine.at(
      3 * SECOND,
      world.engine.on('test/kill', () => world.api.instances.kill(0)),
    );
    world.run(30);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(world.api.instances.all[0]!.gate.underWay.every((count) => count === 0)).toBe(true);
    expect(world.api.instances.all[1]!.gate.underWay.every((count) => count === 0)).toBe(true);
    expect(world.api.instances.all[1]!.gate.flow!.waiting).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution } from '../src/sim/engine/samplers.ts';
import { erlangB, meanState, statesOfMachineRepair, statesOfMM1K } from './queueing/closed-forms.ts';
import { MachineRepair } from './queueing/machine-repair.ts';
import { OpenSystem } from './queueing/open-system.ts';
import { scores } from './queueing/replications.ts';

const LONG = process.env['ORRERY_LONG'] ? 10 : 1;
const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean: mean * 1e6 });
const LIMIT = 4;

describe('the engine reproduces', () => {
  it.each([
    [0.8, 5],
    [1, 4],
    [1.5, 3],
  ])('M/M/1/K with the load %d and room for %d: blocked and number', (load, room) => {
    const replicate = (seed: string) => {
      const system = new OpenSystem(seed, exponential(1 / load), [{ servers: 1, service: exponential(1), room }]);
      const [station] = system.run({ warmUp: 200, counting: LONG * 10_000 }).stations;
      return [station!.blocked / station!.offered, station!.system.meanInside];
    };
    const states = statesOfMM1K(load, room);
    for (const score of scores(replicate, [states[room]!, meanState(states)], `mm1k/${room}`)) {
      expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
    }
  });

  it.each<[number, number, string, Distribution]>([
    [2, 3, 'exponential', exponential(1)],
    [10, 10, 'exponential', exponential(1)],
    [90, 100, 'exponential', exponential(1)],
    [10, 10, 'constant', { kind: 'constant', value: 1e6 }],
    [10, 10, 'lognormal', { kind: 'lognormal', mean: 1e6, cv: 1.5 }],
    [10, 10, 'Pareto', { kind: 'pareto', shape: 2.5, minimum: 0.6e6 }],
  ])('M/G/c/c, blind to the kind of service: a load of %d, %d servers, %s', (load, servers, name, service) => {
    const replicate = (seed: string) => {
      const system = new OpenSystem(seed, exponential(1 / load), [{ servers, service, room: servers }]);
      const [station] = system.run({ warmUp: 50, counting: (LONG * 15_000) / load }).stations;
      return [station!.blocked / station!.offered, station!.system.meanInside];
    };
    const blocked = erlangB(load, servers);
    for (const score of scores(replicate, [blocked, load * (1 - blocked)], `loss/${name}/${load}`)) {
      expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
    }
  });

  it('a tandem of two stations: each as if it were alone', () => {
    const replicate = (seed: string) => {
      const row = [1, 1.25].map((rate) => ({ servers: 1, service: exponential(1 / rate) }));
      const [one, two] = new OpenSystem(seed, exponential(1 / 0.8), row).run({
        warmUp: 3_000,
        counting: LONG * 15_000,
      }).stations;
      const stays = [one!.system.meanStay, two!.system.meanStay];
      return [...stays, stays[0]! + stays[1]!, one!.system.meanInside + two!.system.meanInside];
    };
    const theory = [5, 1 / 0.45, 65 / 9, 0.8 * (65 / 9)];
    for (const score of scores(replicate, theory, 'tandem')) expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
  });

  it.each([
    [4, 1, 0.1, 1],
    [5, 2, 0.1, 1],
    [10, 2, 0.05, 0.5],
    [20, 3, 0.01, 0.1],
  ])('machine repair: %d machines, %d crews, failures %d, repairs %d', (machines, crews, failures, repairs) => {
    const replicate = (seed: string) => {
      const { engine, repair } = new MachineRepair(seed, machines, crews, 1 / failures, 1 / repairs);
      engine.run({ until: Math.round(1e6 * (30 / failures)) });
      repair.system.open();
      engine.run({ until: Math.round(1e6 * ((30 + (LONG * 6_000) / machines) / failures)) });
      repair.system.close();
      return [repair.system.meanInside];
    };
    const down = meanState(statesOfMachineRepair(machines, crews, failures, repairs));
    for (const score of scores(replicate, [down], `repair/${machines}`)) {
      expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
    }
  });
});

describe('exactly, in whole microseconds', () => {
  it('the time that all spent inside is the integral of their number (Little)', () => {
    const mean = fc.integer({ min: 1, max: 3_000_000 });
    const distribution: fc.Arbitrary<Distribution> = fc.oneof(
      mean.map((value) => ({ kind: 'constant' as const, value })),
      mean.map((value) => ({ kind: 'exponential' as const, mean: value })),
      mean.map((value) => ({ kind: 'lognormal' as const, mean: value, cv: 2 })),
    );
    const station = fc.record({
      servers: fc.integer({ min: 1, max: 4 }),
      service: distribution,
      room: fc.constantFrom(3, 10, Infinity),
    });
    fc.assert(
      fc.property(fc.string(), distribution, fc.array(station, { minLength: 1, maxLength: 3 }), (seed, gaps, row) => {
        const { engine, stations } = new OpenSystem(seed, gaps, row).runFromEmptyToEmpty(200);
        expect(engine.pending).toBe(0);
        expect(stations[0]!.offered).toBe(200);
        for (const { system, queue } of stations) {
          expect([system.area, queue.area]).toEqual([system.stays, queue.stays]);
          expect([system.inside, queue.inside]).toEqual([0, 0]);
        }
      }),
    );
  });
});

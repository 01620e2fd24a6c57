import { describe, expect, it } from 'vitest';
import type { Distribution } from '../src/sim/engine/samplers.ts';
import {
  erlangB,
  erlangC,
  meanState,
  statesOfMachineRepair,
  statesOfMM1K,
  waitInMG1,
  waitInMMc,
} from './queueing/closed-forms.ts';
import { OpenSystem } from './queueing/open-system.ts';
import { scores } from './queueing/replications.ts';

const LONG = process.env['ORRERY_LONG'] ? 10 : 1;
const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean: mean * 1e6 });
const LIMIT = 4;

describe('the closed forms', () => {
  it('have the values that were worked out by hand', () => {
    expect(erlangB(2, 3)).toBeCloseTo(4 / 19, 12);
    expect(erlangB(10, 10)).toBeCloseTo(0.214582, 6);
    expect(erlangC(1.6, 2)).toBeCloseTo(32 / 45, 12);
    expect(waitInMMc(4, 1, 5)).toBeCloseTo(128 / 231, 12);
    expect(waitInMMc(0.9, 0.1, 10)).toBeCloseTo(6.687315, 6);
    expect(waitInMMc(0.8, 1, 1)).toBeCloseTo(4, 12);
    expect(waitInMG1(0.8, 1, 0)).toBeCloseTo(2, 12);
    expect(waitInMG1(0.9, 1, 4)).toBeCloseTo(22.5, 12);
    expect(statesOfMM1K(0.8, 5)[5]).toBeCloseTo(1024 / 11529, 12);
    expect(meanState(statesOfMM1K(1.5, 3))).toBeCloseTo(129 / 65, 12);
    expect(meanState(statesOfMachineRepair(4, 1, 0.1, 1))).toBeCloseTo(902 / 1933, 12);
    expect(meanState(statesOfMachineRepair(20, 3, 0.01, 0.1))).toBeCloseTo(2.126232, 6);
  });
});

describe('the engine reproduces', () => {
  it.each([0.5, 0.8, 0.9])('M/M/1 at a load of %d: number, wait, stay and its tail', (load) => {
    const tail = Math.log(10) / (1 - load);
    const phases = { warmUp: 200 / (1 - load) ** 2, counting: (LONG * 4_000) / (1 - load) };
    const replicate = (seed: string) => {
      const system = new OpenSystem(seed, exponential(1 / load), [{ servers: 1, service: exponential(1) }]);
      const [station] = system.stations;
      station!.system.limit = tail * 1e6;
      system.run(phases);
      const { system: all, queue } = station!;
      return [all.meanInside, queue.meanInside, all.meanStay, queue.meanStay, all.leftAfterLimit / all.left];
    };
    const theory = [load / (1 - load), (load * load) / (1 - load), 1 / (1 - load), load / (1 - load), 0.1];
    for (const score of scores(replicate, theory, `mm1/${load}`)) expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
  });

  it.each([
    [1.6, 1, 2],
    [4, 1, 5],
    [0.9, 0.1, 10],
    [90, 1, 100],
  ])('M/M/c: arrivals %d, services %d, %d servers', (arrivalRate, serviceRate, servers) => {
    const spare = servers * serviceRate - arrivalRate;
    const phases = { warmUp: 500 / spare, counting: Math.min((LONG * 3_000) / spare, (LONG * 15_000) / arrivalRate) };
    const replicate = (seed: string) => {
      const service = exponential(1 / serviceRate);
      const system = new OpenSystem(seed, exponential(1 / arrivalRate), [{ servers, service }]).run(phases);
      const [station] = system.stations;
      return [station!.queue.meanStay, station!.system.meanStay, station!.system.meanInside];
    };
    const wait = waitInMMc(arrivalRate, serviceRate, servers);
    const theory = [wait, wait + 1 / serviceRate, arrivalRate * (wait + 1 / serviceRate)];
    for (const score of scores(replicate, theory, `mmc/${servers}`)) expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
  });

  it.each<[string, Distribution, number]>([
    ['constant', { kind: 'constant', value: 1e6 }, 0],
    ['uniform', { kind: 'uniform', min: 0, max: 2e6 }, 1 / 3],
    ['Weibull', { kind: 'weibull', shape: 2, scale: 2e6 / Math.sqrt(Math.PI) }, 4 / Math.PI - 1],
    ['empirical', { kind: 'empirical', values: [0.5e6, 1.5e6] }, 0.25],
    ['lognormal', { kind: 'lognormal', mean: 1e6, cv: 2 }, 4],
  ])('M/G/1 with %s service', (name, service, scv) => {
    const phases = { warmUp: 3_000, counting: LONG * 15_000 };
    const replicate = (seed: string) => {
      const system = new OpenSystem(seed, exponential(1 / 0.8), [{ servers: 1, service }]).run(phases);
      return [system.stations[0]!.queue.meanStay, system.stations[0]!.queue.meanInside];
    };
    const wait = waitInMG1(0.8, 1, scv);
    for (const score of scores(replicate, [wait, 0.8 * wait], `mg1/${name}`)) {
      expect(Math.abs(score)).toBeLessThanOrEqual(LIMIT);
    }
  });
});

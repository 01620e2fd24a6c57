import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { NO_CHANCE } from '../../../../test/doubles/scheduling-world.ts';
import { gpuBestFit } from './best-fit.ts';
import { devicesFor } from '../../../sim/gpu/devices.ts';
import { dotProduct } from './dot-product.ts';
import { fragmentation, fragments, noFragmentation } from '../../../sim/gpu/fragmentation.ts';
import { fragmentationGradient } from './fragmentation-gradient.ts';
import { gpuClustering } from './gpu-clustering.ts';
import { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import { gpuPacking } from './gpu-packing.ts';
import { GpuPlacer } from './gpu-placer.ts';
import type { GpuRequest } from '../../../sim/gpu/gpu-request.ts';
import { gpuRandom } from './random.ts';
import { STUDY_POLICIES } from './study-policies.ts';
import { typicalPods } from '../../../sim/gpu/typical-pods.ts';

const GIB = 1024 * 1024 * 1024;

function node(name: string, gpus: number, milliCpu = 64_000, model = 'T4'): GpuNode {
  return new GpuNode({ name, model, milliCpu, memoryBytes: 256 * GIB, pods: 1001, gpus });
}

function pod(gpus: number, milliGpu: number, milliCpu = 8_000, models: readonly string[] = []): GpuRequest {
  return { milliCpu, memoryBytes: GIB, gpus, milliGpu, models };
}

describe('a node with GPUs', () => {
  it('fits by CPU, memory, number of pods, model and devices', () => {
    const one = node('a', 2);
    expect(one.fits(pod(2, 1000))).toBe(true);
    expect(one.fits(pod(3, 1000))).toBe(false);
    expect(one.fits(pod(1, 1000, 64_001))).toBe(false);
    expect(one.fits(pod(1, 1000, 1, ['V100', 'T4']))).toBe(true);
    expect(one.fits(pod(1, 1000, 1, ['V100']))).toBe(false);
    // A pod without GPUs does not mind the model.
    expect(one.fits(pod(0, 0, 1, ['V100']))).toBe(true);
    expect(one.fits({ ...pod(0, 0), memoryBytes: 257 * GIB })).toBe(false);
    one.podsLeft = 0;
    expect(one.fits(pod(0, 0))).toBe(false);
  });

  it('needs the room on one device, not over several', () => {
    const one = node('a', 2);
    one.add(pod(1, 600), [0]);
    one.add(pod(1, 600), [1]);
    expect(one.milliGpuLeft).toBe(800);
    expect(one.fits(pod(1, 400))).toBe(true);
    expect(one.fits(pod(1, 401))).toBe(false);
  });

  test.prop([
    fc.array(fc.record({ device: fc.nat(3), milliGpu: fc.integer({ min: 1, max: 250 }) }), { maxLength: 12 }),
  ])('is what it was when everything is taken back', (pods) => {
    const one = node('a', 4);
    const before = { ...one, left: [...one.left], kinds: new Map(one.kinds), version: 0 };
    for (const { device, milliGpu } of pods) one.add(pod(1, milliGpu), [device]);
    for (const { device, milliGpu } of pods) one.remove(pod(1, milliGpu), [device]);
    expect({ ...one, version: 0 }).toEqual(before);
  });
});

describe('devices at bind', () => {
  it('a pod that shares gets the fullest that has room, of equals the first; others get the first ones', () => {
    const one = node('a', 4);
    one.add(pod(1, 300), [1]);
    one.add(pod(1, 300), [3]);
    one.add(pod(1, 900), [2]);
    expect(devicesFor(pod(1, 200), one)).toEqual([1]);
    expect(devicesFor(pod(1, 100), one)).toEqual([2]);
    expect(devicesFor(pod(1, 1000), one)).toEqual([0]);
    expect(devicesFor(pod(0, 0), one)).toEqual([]);
    expect(devicesFor(pod(2, 1000), node('b', 4))).toEqual([0, 1]);
  });
});

describe('the formulas, by hand', () => {
  it('DotProd', () => {
    // (0.5 · 0.0625 + 0.25 · 0.125) / 2 = 0.03125
    expect(dotProduct.score(pod(1, 1000), node('a', 2))).toBe(96);
    expect(dotProduct.score(pod(0, 0), node('a', 2))).toBe(98);
  });

  it('GpuClustering', () => {
    const one = node('a', 8);
    expect(gpuClustering.score(pod(0, 0), one)).toBe(0);
    expect(gpuClustering.score(pod(1, 500), one)).toBe(25);
    one.add(pod(1, 500), [0]);
    expect(gpuClustering.score(pod(1, 400), one)).toBe(1 + 75);
    expect(gpuClustering.score(pod(2, 1000), one)).toBe(1);
    one.add(pod(1, 1000), [1]);
    expect(gpuClustering.score(pod(1, 400), one)).toBe(4 + 50);
  });

  it('GpuPacking', () => {
    expect(gpuPacking.score(pod(0, 0), node('a', 8))).toBe(0);
    expect(gpuPacking.score(pod(1, 1000), node('a', 2))).toBe(31);
    expect(gpuPacking.score(pod(1, 1000), node('a', 8))).toBe(25);
    const one = node('a', 4);
    one.add(pod(1, 250), [0]);
    expect(gpuPacking.score(pod(1, 1000), one)).toBe(49);
    expect(gpuPacking.score(pod(2, 1000), one)).toBe(48);
    expect(gpuPacking.score(pod(1, 700), one)).toBe(100 - 7);
    expect(gpuPacking.score(pod(1, 800), one)).toBe(49);
  });

  it('BestFit', () => {
    // 1 - (0.5 · 56/128 + 0.5 · 1/8) = 0.71875
    expect(gpuBestFit.score(pod(1, 1000), node('a', 2))).toBe(71);
    expect(gpuBestFit.toPercent!(71, 50, 92)).toBe(50);
    expect(gpuBestFit.toPercent!(71, 71, 71)).toBe(0);
  });

  it('FGD keeps whole GPUs whole where pods want them, and puts sharers together', () => {
    const typical = typicalPods([pod(1, 1000), pod(1, 1000), pod(1, 500)]);
    const fgd = fragmentationGradient(typical);
    const used = node('used', 2);
    used.add(pod(1, 500), [1]);
    const fresh = node('fresh', 2);
    expect(fgd.score(pod(1, 500), used)).toBeGreaterThan(fgd.score(pod(1, 500), fresh));
    expect(fgd.sharedDevice!(pod(1, 500), used)).toBe(1);
  });
});

describe('fragmentation', () => {
  const typical = typicalPods([pod(1, 500, 4_000), pod(2, 1000, 32_000), pod(0, 0, 1_000), pod(1, 1000, 1, ['A10'])]);

  it('has seven reasons, each by hand', () => {
    const one = node('a', 2);
    one.add(pod(1, 700, 40_000), [0]);
    // Left: 24 CPUs, devices 300 and 1000. A sharer fits the second only; a pair fits not at all and its CPU lacks.
    expect(fragmentation(one, typical)).toEqual({
      ...noFragmentation(),
      lackGpu: 0.25 * 300,
      satisfied: 0.25 * 1000,
      lackBoth: 0.25 * 1300,
      noGpuWanted: 0.25 * 1300,
      noAccess: 0.25 * 1300,
    });
    one.milliCpuLeft = 500;
    expect(fragmentation(one, typical)).toEqual({
      ...noFragmentation(),
      lackCpu: 0.25 * 1300,
      lackBoth: 0.25 * 1300,
      noGpuWantedLackCpu: 0.25 * 1300,
      noAccess: 0.25 * 1300,
    });
  });

  test.prop([fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 8 }), fc.nat(64_000)])(
    'the seven parts add up to what is left',
    (left, milliCpuLeft) => {
      const parts = fragmentation({ model: 'T4', milliCpuLeft, left }, typical);
      const all = left.reduce((sum, milli) => sum + milli, 0);
      expect(fragments(parts) + parts.satisfied).toBeCloseTo(all, 6);
    },
  );
});

describe('typical pods', () => {
  it('are the most frequent kinds up to 95 %, of equals the larger first, with weights that add up to 1', () => {
    const many = Array.from({ length: 90 }, () => pod(1, 1000));
    const some = Array.from({ length: 4 }, (_, i) => pod(1, 100 * (i + 1)));
    const rest = [pod(0, 0), pod(0, 0), pod(1, 50), pod(1, 60), pod(1, 70), pod(1, 80)];
    const typical = typicalPods([...some, ...rest, ...many]);
    expect(typical.map(({ gpus, milliGpu }) => [gpus, milliGpu])).toEqual([
      [1, 1000],
      [0, 0],
      [1, 400],
      [1, 300],
      [1, 200],
    ]);
    expect(typical.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(typical[0]!.weight).toBeCloseTo(90 / 95, 12);
  });

  it('memory makes no kinds', () => {
    expect(typicalPods([pod(1, 1000), { ...pod(1, 1000), memoryBytes: 5 }])).toHaveLength(1);
  });
});

describe('the placer', () => {
  const models = ['T4', 'P100'] as const;
  const anyNode = fc.record({
    gpus: fc.integer({ min: 1, max: 8 }),
    cores: fc.integer({ min: 8, max: 128 }),
    model: fc.constantFrom(...models),
  });
  const anyPod = fc.oneof(
    fc.record({ gpus: fc.constant(1), milliGpu: fc.integer({ min: 1, max: 10 }).map((n) => n * 100) }),
    fc.record({ gpus: fc.integer({ min: 2, max: 4 }), milliGpu: fc.constant(1000) }),
    fc.constant({ gpus: 0, milliGpu: 0 }),
  );
  const anyPods = fc.array(
    fc.tuple(anyPod, fc.integer({ min: 1, max: 32 }), fc.subarray([...models])).map(([gpu, cores, wanted]) => ({
      ...pod(gpu.gpus, gpu.milliGpu, cores * 1000),
      models: wanted,
    })),
    { minLength: 1, maxLength: 30 },
  );

  test.prop([fc.constantFrom(...STUDY_POLICIES.keys()), fc.array(anyNode, { minLength: 1, maxLength: 6 }), anyPods], {
    numRuns: 200,
  })('remembers nothing that has changed: it finds what a plain search finds', (name, specs, pods) => {
    const nodes = specs.map(({ gpus, cores, model }, i) => node(`n${i}`, gpus, cores * 1000, model));
    const policy = STUDY_POLICIES.get(name)!(typicalPods(pods));
    const placer = new GpuPlacer(nodes, policy, NO_CHANCE);
    for (const request of pods) {
      const feasible = nodes.filter((one) => one.fits(request));
      const scores = feasible.map((one) => policy.score(request, one));
      const best = feasible[scores.indexOf(Math.max(...scores))];
      const found = placer.find(request);
      expect(found?.node).toBe(best);
      if (found === undefined) continue;
      expect(found.ties).toBe(scores.filter((score) => score === Math.max(...scores)).length);
      expect(found.devices).toHaveLength(request.gpus);
      for (const device of found.devices) expect(found.node.left[device]).toBeGreaterThanOrEqual(request.milliGpu);
      found.node.add(request, found.devices);
    }
  });

  it('breaks ties by order, or by lot where it is told to', () => {
    const nodes = [node('a', 2), node('b', 2), node('c', 2)];
    const lots = { next: () => 0, below: (n: number) => n - 1 };
    expect(new GpuPlacer(nodes, dotProduct, lots).find(pod(1, 1000))!.node.name).toBe('a');
    expect(new GpuPlacer(nodes, dotProduct, lots, 'random').find(pod(1, 1000))!.node.name).toBe('c');
    expect(new GpuPlacer(nodes, gpuRandom, lots).find(pod(1, 500))!).toMatchObject({ node: nodes[2], devices: [1] });
  });
});

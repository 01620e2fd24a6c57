import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { GpuNode } from '../src/sim/gpu/gpu-node.ts';
import { GpuPlacer } from '../src/policies/scheduling/gpu-sharing/gpu-placer.ts';
import type { GpuRequest } from '../src/sim/gpu/gpu-request.ts';
import { LearnedPods } from '../src/sim/gpu/learned-pods.ts';
import { STUDY_POLICIES } from '../src/policies/scheduling/gpu-sharing/study-policies.ts';
import { gpuSharingSchedulers } from '../src/policies/scheduling/policies/gpu-sharing.ts';
import { Engine } from '../src/sim/engine/engine.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { orrery } from './doubles/orrery.ts';
import { NO_CHANCE } from './doubles/scheduling-world.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-gpus-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const GIB = 1024 * 1024 * 1024;
const POOLS = [
  { name: 'p100', count: 3, model: 'P100', gpus: 2, cores: 32 },
  { name: 't4', count: 2, model: 'T4', gpus: 4, cores: 64 },
  { name: 'v100', count: 2, model: 'V100', gpus: 8, cores: 96 },
] as const;

/** Sixty pods of many kinds, more than fit; always the same ones. */
function workload(): GpuRequest[] {
  const draws = new Engine({ seed: 'pods' }).stream('test');
  return Array.from({ length: 60 }, () => {
    const gpus = [0, 1, 1, 1, 1, 2, 4][draws.below(7)]!;
    const milliGpu = gpus === 0 ? 0 : gpus > 1 ? 1000 : [200, 460, 810, 1000][draws.below(4)]!;
    const models = gpus > 0 && draws.below(4) === 0 ? ['T4', 'V100'] : [];
    return { milliCpu: 1000 * (1 + draws.below(12)), memoryBytes: GIB, gpus, milliGpu, models };
  });
}

function scenarioOf(scheduler: string, pods: readonly GpuRequest[]): string {
  const nodes = POOLS.map(({ name, count, model, gpus, cores }) => ({
    name,
    count,
    labels: { 'alibabacloud.com/gpu-card-model': model },
    capacity: { cpu: cores, memory: '512Gi', pods: 110, 'alibabacloud.com/gpu-count': gpus },
  }));
  const spec = { duration: '10m', cluster: { nodes, scheduler: { policy: scheduler } } };
  const documents = [
    { apiVersion: 'orrery.dev/v1', kind: 'Scenario', metadata: { name: scheduler }, spec },
    ...pods.map(({ milliCpu, memoryBytes, gpus, milliGpu, models }, i) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `pod-${i}`,
        annotations: {
          'alibabacloud.com/gpu-count': String(gpus),
          'alibabacloud.com/gpu-milli': String(milliGpu),
          ...(models.length === 0 ? {} : { 'alibabacloud.com/gpu-card-model': models.join('|') }),
        },
      },
      spec: {
        containers: [
          { name: 'c', image: 'a:1', resources: { requests: { cpu: `${milliCpu}m`, memory: String(memoryBytes) } } },
        ],
      },
    })),
  ];
  return documents.map((document) => JSON.stringify(document)).join('\n---\n');
}

async function simulated(scheduler: string, pods: readonly GpuRequest[]): Promise<Map<string, string>> {
  const path = join(scratch, `${scheduler}.yaml`);
  writeFileSync(path, scenarioOf(scheduler, pods));
  const { scenario, policies } = await prepareRun(path);
  const simulation = new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  const places = new Map<string, string>();
  for (const { metadata, spec } of simulation.api.store.values('Pod')) {
    const devices = metadata.annotations['alibabacloud.com/gpu-index'] ?? '';
    places.set(metadata.name, spec.nodeName === undefined ? 'nowhere' : `${spec.nodeName} ${devices}`);
  }
  return places;
}

/** The same without a cluster: the policy, its nodes and its pods alone. */
function computed(study: string, pods: readonly GpuRequest[]): Map<string, string> {
  const nodes = POOLS.flatMap(({ name, count, model, gpus, cores }) =>
    Array.from(
      { length: count },
      (_, i) =>
        new GpuNode({
          name: `${name}-${i}`,
          model,
          milliCpu: cores * 1000,
          memoryBytes: 512 * GIB,
          pods: 110,
          gpus,
        }),
    ),
  );
  const learned = new LearnedPods();
  const places = new Map<string, string>();
  pods.forEach((request, i) => {
    learned.see(String(i), request);
    const placer = new GpuPlacer(nodes, STUDY_POLICIES.get(study)!(learned.typical), NO_CHANCE);
    const found = placer.find(request);
    found?.node.add(request, found.devices);
    places.set(`pod-${i}`, found === undefined ? 'nowhere' : `${found.node.name} ${found.devices.join('-')}`);
  });
  return places;
}

describe('policies for shared GPUs, in a whole cluster', () => {
  const pods = workload();
  const names = [...STUDY_POLICIES.keys()].map((study, i) => [study, gpuSharingSchedulers[i]!.name] as const);

  test.each(names.filter(([study]) => study !== 'Random'))(
    '%s gives each pod the node and the devices that its formula gives it',
    async (study, scheduler) => {
      const expected = computed(study, pods);
      expect(await simulated(scheduler, pods)).toEqual(expected);
      const outcomes = [...expected.values()];
      expect(outcomes.filter((place) => place === 'nowhere').length).toBeGreaterThan(5);
      expect(outcomes.filter((place) => place.includes('-', 8)).length).toBeGreaterThan(3);
    },
  );

  test('Random never gives a device more than it has', async () => {
    const places = await simulated('gpu-random', pods);
    const used = new Map<string, number>();
    pods.forEach(({ milliGpu }, i) => {
      const place = places.get(`pod-${i}`)!;
      if (place === 'nowhere' || milliGpu === 0) return;
      const [node, devices] = place.split(' ') as [string, string];
      for (const device of devices.split('-')) {
        const key = `${node} ${device}`;
        used.set(key, (used.get(key) ?? 0) + milliGpu);
      }
    });
    expect(used.size).toBeGreaterThan(20);
    for (const amount of used.values()) expect(amount).toBeLessThanOrEqual(1000);
  });

  test(
    'what is left of the devices is a metric of a comparison, and stands in the time series',
    { timeout: 120_000 },
    () => {
      const small = ['scenarios/gpu-sharing.yaml', '--set', 'traces[0].resample=60', '--set', 'duration=3m'];
      const metrics = ['--metric', 'gpu_fragmentation_mean', '--metric', 'gpu_left_no_access_mean'];
      const args = [
        'compare',
        ...small,
        '--vary',
        'scheduler=fgd,gpu-random',
        '--seeds',
        '2',
        ...metrics,
        '--format',
        'csv',
      ];
      const compared = orrery(args);
      expect(compared.code, compared.stderr).toBe(0);
      expect(compared.stdout.match(/^gpu_fragmentation_mean,ratio,scheduler=gpu-random,2,0\.\d+/m)).not.toBeNull();

      const folder = join(scratch, 'run');
      expect(orrery(['run', ...small, '--no-html', '--out', folder]).code).toBe(0);
      const summary = new Map(
        readFileSync(join(folder, 'summary.csv'), 'utf8')
          .split('\n')
          .map((line) => line.split(',') as [string, string]),
      );
      const rows = parse(readFileSync(join(folder, 'timeseries.csv'), 'utf8'), { columns: true }) as Record<
        string,
        string
      >[];
      const last = rows.at(-1)!;
      const parts = Object.keys(last).filter((name) => name.startsWith('gpu_left_'));
      expect(parts).toHaveLength(7);
      const allocatable = Number(last['gpu_allocatable_milli']);
      expect(allocatable).toBe(104_000);
      // The seven parts are all that is left.
      const left = parts.reduce((sum, name) => sum + Number(last[name]), 0);
      expect(left).toBeCloseTo(allocatable - Number(last['gpu_allocated_milli']), 1);
      expect(Number(summary.get('gpu_allocated_at_end'))).toBeCloseTo(
        Number(last['gpu_allocated_milli']) / allocatable,
        1,
      );
      expect(Number(summary.get('gpu_fragmentation_mean'))).toBeGreaterThan(0);
    },
  );
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { STUDY_POLICIES } from '../../policies/scheduling/gpu-sharing/study-policies.ts';
import { typicalPods } from '../../sim/gpu/typical-pods.ts';
import { ArrivedColumns, roundHalfEven } from './arrived-columns.ts';
import { deviation } from './deviation.ts';
import { readPublished, runKey, type PublishedRun } from './published.ts';
import { replay } from './replay.ts';
import { readStudy, studyWorkloads, type StudyData } from './study-data.ts';

const data = process.env['ORRERY_DATA'] ?? '';
const present = data !== '' && existsSync(join(data, 'fgd-atc23'));
const long = process.env['ORRERY_LONG'] !== undefined;
const DETERMINISTIC = [...STUDY_POLICIES.keys()].filter((name) => name !== 'Random');

describe('the points of a curve', () => {
  it('are means over the arrivals that round to a per cent, half to the even one', () => {
    expect([0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3]);
    const columns = new ArrivedColumns(100_000);
    columns.add(500, 400, 100);
    columns.add(1_400, 1_000, 50);
    columns.add(1_500, 1_200, 70);
    columns.add(2_400, 2_000, 90);
    columns.add(4_000, 3_000, 10);
    const points = columns.points();
    expect(points[0]).toMatchObject({ allocatedPercent: 0.4, fragmentationPercent: 0.1 });
    expect(points[1]).toMatchObject({ allocatedPercent: 1, fragmentationPercent: 0.05 });
    expect(points[2]).toMatchObject({ allocatedPercent: 1.6, fragmentationPercent: 0.08 });
    // Nothing rounds to 3: the mean of what rounds to 2 and 4.
    expect(points[3]!.allocatedPercent).toBeCloseTo((1.2 + 2 + 3) / 3, 2);
    expect(points[2]!.fragmentationRatioPercent).toBeCloseTo((0.07 + 0.09) / 2, 12);
    expect(points[9]!.allocatedPercent).toBeNaN();
  });
});

describe.skipIf(!present)('the study (set ORRERY_DATA)', () => {
  let study: StudyData;
  let published: ReadonlyMap<string, PublishedRun>;
  beforeAll(async () => {
    study = await readStudy(data, 'default');
    published = await readPublished(data);
  });

  test.each(DETERMINISTIC)('%s, default, seed 42: every published figure, every recorded placement', (policy) => {
    const recorded = readFileSync(join(data, 'fgd-atc23', 'placements', `default_seed42_${policy}.csv`), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/-tuned-\d+/, ''));
    const order = study.orders.get('42')!;
    const rank = new Map(order.nodeOrder.map((row, i) => [study.nodes[row]!.name, String(i).padStart(4, '0')]));
    const ours: string[] = [];
    const { points } = replay(study, order, {
      policy,
      seed: '42',
      onArrival: (pod, placement, state) => {
        const { node, devices, feasible, ties } = placement ?? { node: undefined, devices: [], feasible: 0, ties: 0 };
        // A node that is the only one is taken unseen.
        const score = feasible > 1 ? placement!.score : 0;
        const where = node === undefined ? '' : `${rank.get(node.name)}-${node.name}`;
        const totals = `${state.arrived},${state.used},${state.fragments.toFixed(2)}`;
        ours.push([ours.length, pod.name, where, devices.join('-'), score, ties, totals].join(','));
      },
    });
    expect(ours.length).toBe(recorded.length);
    const first = ours.findIndex((line, i) => line !== recorded[i]);
    expect(ours[first]).toBe(recorded[first]);
    expect(deviation(points, published.get(runKey('default', policy, '42')))).toMatchObject({
      values: 393,
      within: 393,
    });
  });

  it('FGD ends where its authors print that it ends, to the last digit', () => {
    const { end } = replay(study, study.orders.get('42')!, { policy: 'FGD', seed: '42' });
    const { fragmentation, ...rest } = end;
    expect(rest).toEqual({
      milliCpuUsed: 89_928_302,
      milliCpu: 107_018_000,
      memoryBytesUsed: 328_998_433_325_056,
      memoryBytes: 528_302_452_244_480,
      gpusTouched: 6_189,
      gpus: 6_212,
      milliGpuUsed: 5_919_410,
      milliGpu: 6_212_000,
      arrived: 10_866,
      dropped: 2_532,
    });
    const printed = Object.fromEntries(Object.entries(fragmentation).map(([part, m]) => [part, (m / 1000).toFixed(2)]));
    expect(printed).toEqual({
      lackBoth: '138.43',
      lackGpu: '85.86',
      satisfied: '1.23',
      lackCpu: '27.28',
      noGpuWanted: '6.06',
      noGpuWantedLackCpu: '33.73',
      noAccess: '0.00',
    });
  });

  it('hangs on its tie-break: with lots in its place FGD falls behind BestFit', () => {
    const at100 = (policy: string): number =>
      replay(study, study.orders.get('42')!, { policy, seed: '42', ties: 'random' }).points[100]!.allocatedPercent;
    const fgd = at100('FGD');
    expect(fgd).toBeGreaterThan(89);
    expect(fgd).toBeLessThan(91);
    expect(at100('BestFit') - fgd).toBeGreaterThan(2);
  });

  test.each(long ? studyWorkloads(present ? data : '') : ['default', 'gpuspec33'])(
    'typical pods of %s',
    async (workload) => {
      const recorded = readFileSync(join(data, 'fgd-atc23', 'typical', `openb_pod_list_${workload}.csv`), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','));
      const typical = typicalPods((await readStudy(data, workload)).pods);
      const kind = typical.map((pod, i) => [i, pod.milliCpu, pod.gpus, pod.milliGpu, pod.models.join('|')].join());
      expect(kind).toEqual(recorded.map((cells) => cells.slice(0, 5).join()));
      typical.forEach((pod, i) => expect(pod.weight).toBeCloseTo(Number(recorded[i]![5]), 15));
    },
  );

  test.runIf(long).each(['default', 'gpushare40', 'multigpu20', 'gpuspec10'])(
    '%s: all policies and seeds',
    async (workload) => {
      const { orders, ...rest } = await readStudy(data, workload);
      for (const [seed, order] of orders) {
        for (const policy of DETERMINISTIC) {
          const { points } = replay({ orders, ...rest }, order, { policy, seed });
          const found = deviation(points, published.get(runKey(workload, policy, seed)));
          expect({ seed, policy, ...found }).toMatchObject({ values: 393, within: 393 });
        }
      }
    },
    600_000,
  );
});

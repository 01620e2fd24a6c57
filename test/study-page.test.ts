import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPageAssets } from '../src/cli/page-assets.ts';
import { LAST_PERCENT } from '../src/experiment/fgd-atc23/arrived-columns.ts';
import { runKey, type PublishedRun } from '../src/experiment/fgd-atc23/published.ts';
import { noFragmentation } from '../src/sim/gpu/fragmentation.ts';
import { studyPage } from '../src/report/html/study/study-page.ts';
import type { StudyRunResult } from '../src/report/study-groups.ts';
import { findChromium } from './doubles/chromium.ts';
import { beyondTheEdge, openPage, violations, WAYS } from './doubles/pages.ts';

/** The page of a reproduction, made of invented runs; test/reproduce.test.ts makes it of real ones where there are recordings. */

/** A cluster that can be filled up to a limit. */
function run(workload: string, policy: string, seed: string, limit: number): StudyRunResult {
  const points = Array.from({ length: LAST_PERCENT + 1 }, (_, arrivedPercent) => ({
    arrivedPercent,
    allocatedPercent: Math.min(arrivedPercent, limit),
    fragmentationPercent: 10 - arrivedPercent / 20,
    fragmentationRatioPercent: arrivedPercent === 3 ? NaN : arrivedPercent / 1.3,
  }));
  const end = {
    ...{ milliCpuUsed: 1, milliCpu: 2, memoryBytesUsed: 3, memoryBytes: 4, gpusTouched: 5, gpus: 6212 },
    ...{ milliGpuUsed: 5_919_410, milliGpu: 6_212_000, fragmentation: noFragmentation(), arrived: 10_866, dropped: 7 },
  };
  return { workload, policy, seed, replay: { points, end } };
}

const results = ['default', 'gpushare40', 'gpushare60', 'cpu050'].flatMap((workload, w) =>
  ['Random', 'BestFit', 'FGD'].flatMap((policy, p) =>
    ['42', '43', '44'].map((seed, s) => run(workload, policy, seed, 86 + 3 * p - w + s / 4)),
  ),
);

/** Published as they were made here, but for `gpushare60`, and one figure that is off. */
function published(off = 0): ReadonlyMap<string, PublishedRun> {
  const runs = new Map<string, PublishedRun>();
  for (const { workload, policy, seed, replay } of results) {
    if (workload === 'gpushare60') continue;
    const of = (member: 'allocatedPercent' | 'fragmentationPercent' | 'fragmentationRatioPercent'): number[] =>
      replay.points.map((point) => (Number.isNaN(point[member]) ? 0 : point[member]));
    runs.set(runKey(workload, policy, seed), {
      allocatedPercent: of('allocatedPercent').map((value, at) => value + (policy === 'FGD' && at === 90 ? off : 0)),
      fragmentationPercent: of('fragmentationPercent'),
      fragmentationRatioPercent: of('fragmentationRatioPercent'),
    });
  }
  return runs;
}

const facts = { orrery: '0.1.0', command: 'orrery reproduce fgd-atc23 --format html', tiesByLot: false };
const assets = readPageAssets();
// A point that the run does not have cannot be compared: without it all figures are the same.
const whole = results.map(({ replay, ...one }) => ({
  ...one,
  replay: {
    ...replay,
    points: replay.points.map((point) => ({
      ...point,
      fragmentationRatioPercent: Number.isNaN(point.fragmentationRatioPercent) ? 0 : point.fragmentationRatioPercent,
    })),
  },
}));

const scratch = mkdtempSync(join(tmpdir(), 'orrery-study-page-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the page of a reproduction', () => {
  it('says first whether the published figures came out', async () => {
    const good = await studyPage(whole, published(), facts, assets);
    expect(good.html).toContain('All 7 074 published figures reproduced');
    const off = await studyPage(whole, published(0.5), facts, assets);
    expect(off.html).toContain('class="verdict bad">7 065 of 7 074 published figures reproduced');
    const byLot = await studyPage(whole, published(0.5), { ...facts, tiesByLot: true }, assets);
    expect(byLot.html).toContain('class="verdict warn">Ties by lot');
    const unknown = await studyPage(whole, new Map(), facts, assets);
    expect(unknown.html).not.toContain('class="verdict');
    expect(unknown.html).toContain('are not at hand');
  });

  it('has the study’s figures, each as a file too, and is the same bytes again', async () => {
    const { html, plots } = await studyPage(results, published(), facts, assets);
    expect(plots.map(({ title }) => title)).toEqual([
      'The default workload: GPUs unallocated at 100 % asked for',
      'Figure 11: GPUs unallocated at 100 % asked for',
      'Figure 14: GPUs unallocated at 100 % asked for',
      'GPUs allocated',
      'Figure 9(a): GPUs left when the cluster is nearly full',
      'Figure 7(a): fragmentation amount',
      'Figure 7(b): fragmentation ratio',
      ...['gpushare40', 'gpushare60', 'cpu050'].flatMap(() => [
        'GPUs allocated',
        'GPUs left when the cluster is nearly full',
        'fragmentation amount',
        'fragmentation ratio',
      ]),
    ]);
    expect(new Set(plots.map(({ id }) => id)).size).toBe(plots.length);
    expect((await studyPage(results, published(), facts, assets)).html).toBe(html);
    expect(html).not.toMatch(/<(?:link|img|iframe)\b|url\(/);
    expect(html.slice(html.indexOf('<main>'), html.indexOf('</main>'))).not.toMatch(/NaN|undefined|Infinity</);
  });
});

const found = findChromium();

describe.skipIf(found === undefined)('in Chromium', { timeout: 60_000 }, () => {
  const path = join(scratch, 'report.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(path, (await studyPage(results, published(), facts, assets)).html);
    browser = await chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => browser.close());

  it.each(Object.entries<BrowserContextOptions>(WAYS))(
    '%s: no complaint, no request, nothing beside the edge',
    async (_, options) => {
      const { page, complaints } = await openPage(browser, path, options);
      expect(await page.title()).toBe('fgd-atc23 run again: Orrery');
      if (options.javaScriptEnabled !== false) expect(await beyondTheEdge(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each([WAYS.light, WAYS['dark on a phone']])(
    '%o: labels, roles and contrast are as they should be',
    async (options) => {
      const { page, complaints } = await openPage(browser, path, options);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

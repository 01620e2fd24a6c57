import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './doubles/chromium.ts';
import { orrery } from './doubles/orrery.ts';
import { beyondTheEdge, DESK, openPage, PHONE, violations, WAYS } from './doubles/pages.ts';

/** The pages of a comparison and of a sweep: made by the commands, opened from disk in a real browser. */

const HOSTILE = `</script><img src="https://example.com/x.png" onerror="document.title='owned'"><b>'"&amp; \u202e`;

const scratch = mkdtempSync(join(tmpdir(), 'orrery-experiment-page-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = { cwd: scratch };

const COMPARE = ['compare', 'small.yaml', '--vary', 'scheduler=default,most-allocated,first-fit', '--seeds', '6'];
const SWEEP = ['sweep', 'small.yaml', '--vary', 'scheduler=default,first-fit', '--vary', 'cluster.nodes=2,3,4'];
const METRICS = ['--metric', 'pods_pending_at_end', '--metric', 'cpu_requested_mean'];

beforeAll(() => {
  writeFileSync(
    join(scratch, 'small.yaml'),
    `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: small }
spec:
  question: ${JSON.stringify(HOSTILE)}
  duration: 3m
  cluster:
    nodes: [{ count: 4, capacity: { cpu: 4, memory: 16Gi } }]
  workload:
    - name: batch
      count: 40
      interarrival: { exponential: { mean: 2s } }
      lifetime: { exponential: { mean: 60s } }
      templates:
        - { weight: 3, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 500m } } }] } }
        - { weight: 1, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 3 } } }] } }
`,
  );
  const best = ['--best', 'pods_pending_at_end', '--indifference', '0.5'];
  for (const args of [
    [...COMPARE, ...METRICS, ...best, '--out', 'compared'],
    [...SWEEP, ...METRICS, '--seeds', '3', '--out', 'swept'],
  ]) {
    const { code, stderr } = orrery(args, at);
    expect(code, stderr).toBe(0);
  }
}, 240_000);

const page = (folder: string): string => join(scratch, folder, 'report.html');
const textOf = (folder: string): string => readFileSync(page(folder), 'utf8');

describe('report.html of an experiment', { timeout: 240_000 }, () => {
  it.each(['compared', 'swept'])('%s: is one file that names nothing outside itself', (folder) => {
    const text = textOf(folder);
    expect(text.length).toBeLessThan(600_000);
    expect(text).not.toMatch(/<(?:link|iframe|img|object|embed|base|image|use)\b/i);
    expect(text).not.toMatch(/<script[^>]*\bsrc=/i);
    expect(text).not.toMatch(/@import|url\(/i);
    expect(text).toContain('&lt;/script&gt;&lt;img');
  });

  it('is the same bytes again, on standard output too, and from shards put together', () => {
    const again = orrery([...COMPARE, ...METRICS, '--format', 'html', '--threads', '1'], at);
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
    for (const shard of ['0/2', '1/2']) {
      const part = orrery([...COMPARE, ...METRICS, '--out', `part-${shard[0]!}`, '--shard', shard], at);
      expect(part.code, part.stderr).toBe(0);
    }
    const merged = orrery(['merge', 'part-0', 'part-1', '--out', 'whole', '--format', 'html'], at);
    expect(merged.stdout).toBe(again.stdout);
    expect(textOf('whole')).toBe(again.stdout);
  });

  it('says what was found, in words, and how to repeat it', () => {
    const text = textOf('compared');
    expect(text).toMatch(/<p class="verdict \w+">\d of 4 differences told apart<\/p>/);
    expect(text).toContain('Only 6 seeds');
    expect(text).toContain(
      'orrery compare small.yaml --vary scheduler=default,most-allocated,first-fit --seeds 6 --metric pods_pending_at_end --metric cpu_requested_mean --best pods_pending_at_end --indifference 0.5',
    );
    expect(text).toContain('orrery run small.yaml --seed 1 --set cluster.scheduler.policy=first-fit');
    expect(textOf('swept')).toMatch(/is least with <b>[^<]*<\/b>, .* ± .*, and most with/);
  });

  it('shows the means of the table as they stand in the CSV', () => {
    const rows = readFileSync(join(scratch, 'compared', 'comparison.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const shown = [...textOf('compared').matchAll(/data-v="([^"]+)"/g)].map((match) =>
      Number(Number(match[1]).toPrecision(10)),
    );
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(shown).toContain(Number(row.split(',')[4]));
  });

  it('leaves each plot as a file of its own, with colours in it', () => {
    const plots = readdirSync(join(scratch, 'swept', 'plots')).sort();
    expect(plots).toEqual(
      ['pods_pending_at_end', 'cpu_requested_mean']
        .flatMap((metric) =>
          ['boxes', 'map', 'means', 'over-cluster.nodes', 'shares'].map((plot) => `${metric}-${plot}.svg`),
        )
        .sort(),
    );
    for (const plot of plots) {
      const text = readFileSync(join(scratch, 'swept', 'plots', plot), 'utf8');
      expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(text).not.toContain('var(');
    }
  });

  it('says plainly that one run is none', () => {
    const { stdout } = orrery([...COMPARE.slice(0, -1), '1', ...METRICS, '--format', 'html'], at);
    expect(stdout).toContain('Too few runs to tell anything apart');
    expect(stdout).toContain('One run each says nothing about chance');
  });
});

const found = findChromium();

describe.skipIf(found === undefined).each(['compared', 'swept'])('%s, in Chromium', (folder) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => browser.close());

  it.each(Object.entries<BrowserContextOptions>(WAYS))(
    '%s: no complaint, no request, nothing beside the edge',
    async (_, options) => {
      const { page: opened, complaints } = await openPage(browser, page(folder), options);
      expect(await opened.title()).toMatch(/^small, (?:compare|sweep): Orrery$/);
      if (options.javaScriptEnabled !== false) expect(await beyondTheEdge(opened)).toEqual([]);
      // Of the two drawings of a plot exactly the one is seen for which there is room.
      const shown = options.viewport === PHONE ? 'narrow' : 'wide';
      const hidden = options.viewport === PHONE ? 'wide' : 'narrow';
      expect(await opened.locator(`.drawn svg.${shown}`).first().isVisible()).toBe(true);
      expect(await opened.locator(`.drawn svg.${hidden}`).first().isVisible()).toBe(false);
      expect(complaints).toEqual([]);
      await opened.context().close();
    },
  );

  it.each([WAYS.light, WAYS['dark on a phone']])(
    '%o: labels, roles and contrast are as they should be',
    async (options) => {
      const { page: opened, complaints } = await openPage(browser, page(folder), options);
      expect(await violations(opened)).toEqual([]);
      expect(complaints).toEqual([]);
      await opened.context().close();
    },
  );

  it('sorts its tables by numbers', async () => {
    const { page: opened } = await openPage(browser, page(folder), { viewport: DESK });
    const overview = opened.locator('section', { has: opened.getByRole('heading', { name: 'All metrics' }) });
    await overview.getByRole('button', { name: 'cpu_requested_mean' }).click();
    const means = await overview
      .locator('tbody tr td:nth-child(3)')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as unknown as { dataset: { v: string } }).dataset.v)));
    expect(means.length).toBe(folder === 'compared' ? 3 : 6);
    expect(means).toEqual([...means].sort((a, b) => b - a));
    await opened.context().close();
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './doubles/chromium.ts';
import { orrery, ROOT } from './doubles/orrery.ts';
import { DESK, openPage, violations, WAYS, type OpenPage } from './doubles/pages.ts';

/** The page of a run, opened from disk in a real browser. */

const HOSTILE = `</script><img src="https://example.com/x.png" onerror="document.title='owned'"><b>'"&amp; \u202e`;

const scratch = mkdtempSync(join(tmpdir(), 'orrery-page-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const out = join(scratch, 'run');
const PAGE = join(out, 'report.html');

beforeAll(() => {
  const scenario = readFileSync(join(ROOT, 'scenarios/overfull-cluster.yaml'), 'utf8').replace(
    'spec:\n',
    `spec:\n  question: ${JSON.stringify(HOSTILE)}\n`,
  );
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(path, scenario);
  const { code, stderr } = orrery(['run', path, '--out', out]);
  expect(code, stderr).toBe(0);
}, 60_000);

describe('report.html', () => {
  it('is one file that names nothing outside itself', () => {
    const text = readFileSync(PAGE, 'utf8');
    expect(statSync(PAGE).size).toBeLessThan(2_000_000);
    expect(text).not.toMatch(/<(?:link|iframe|img|object|embed|base)\b/i);
    expect(text).not.toMatch(/<script[^>]*\bsrc=/i);
    expect(text).not.toMatch(/@import|url\(/i);
    expect(text).toContain('&lt;/script&gt;&lt;img');
  });

  it('is listed in the manifest with its hash', () => {
    const { files } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      files: { file: string; sha256: string }[];
    };
    const sha256 = createHash('sha256').update(readFileSync(PAGE)).digest('hex');
    expect(files.find(({ file }) => file === 'report.html')?.sha256).toBe(sha256);
  });
});

const found = findChromium();
if (found === undefined) {
  process.stderr.write(
    'No Chromium on this machine (apt-get install chromium, or ORRERY_CHROMIUM): the page was not opened.\n',
  );
}

describe.skipIf(found === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => browser.close());

  const open = (options: BrowserContextOptions): Promise<OpenPage> => openPage(browser, PAGE, options);

  it.each(Object.entries<BrowserContextOptions>(WAYS))(
    '%s: no complaint, no request, nothing beside the edge',
    async (name, options) => {
      const { page, complaints } = await open(options);
      expect(await page.title()).toBe('overfull-cluster, seed 11: Orrery');
      expect(await page.locator('.question').innerText()).toContain('<img src=');
      const width = (await page.locator('main').boundingBox())!.width;
      expect(width).toBeLessThanOrEqual(options.viewport!.width);
      // The whole page scrolls down only; a table scrolls within itself.
      expect((await page.locator('body').boundingBox())!.width).toBeLessThanOrEqual(options.viewport!.width);
      const still = page.locator('#pods svg');
      if (name === 'with scripts off') {
        expect(await still.isVisible()).toBe(true);
        expect(await page.locator('.uplot').count()).toBe(0);
      } else {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          options.viewport!.width,
        );
        expect(await still.isVisible()).toBe(false);
        expect(await page.locator('.uplot canvas').count()).toBeGreaterThanOrEqual(3);
      }
      if (options.javaScriptEnabled !== false) {
        // The lines of still plots, whether or not one that zooms has taken their place, have a colour.
        const strokes = await page.evaluate<string[]>(
          `[...document.querySelectorAll('.plot svg path.line, .rows svg path.line')].map((line) => getComputedStyle(line)).map(({ fill, stroke }) => fill === 'none' ? stroke : 'filled')`,
        );
        expect(strokes.length).toBeGreaterThan(5);
        expect(strokes).not.toContain('none');
        expect(strokes).not.toContain('filled');
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each([WAYS.light, WAYS['dark on a phone']])(
    '%o: labels, roles and contrast are as they should be',
    async (options) => {
      const { page, complaints } = await open(options);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('sorts tables, zooms all plots together and tells what lies under the pointer', async () => {
    const { page, complaints } = await open({ viewport: DESK, colorScheme: 'light' });
    const nodes = page.locator('section', { has: page.getByRole('heading', { name: 'Nodes', exact: true }) });
    const first = (): Promise<string> => nodes.locator('tbody tr td').first().innerText();
    await nodes.getByRole('button', { name: 'Node', exact: true }).click();
    expect(await first()).toBe('node-0');
    await nodes.getByRole('button', { name: 'Node', exact: true }).click();
    expect(await first()).toBe('node-9');
    await nodes.getByRole('button', { name: 'CPU, mean' }).click();
    const shares = await nodes
      .locator('tbody tr td:nth-child(6)')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as unknown as { dataset: { v: string } }).dataset.v)));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));

    const before = await page.locator('.uplot canvas').first().screenshot();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForTimeout(100);
    expect((await page.locator('.uplot canvas').first().screenshot()).equals(before)).toBe(false);
    await page.getByRole('button', { name: 'Show the whole run' }).click();
    await page.waitForTimeout(100);
    expect((await page.locator('.uplot canvas').first().screenshot()).equals(before)).toBe(true);

    await page.locator('#map svg').hover({ position: { x: 2, y: 2 } });
    expect(await page.locator('.cell').innerText()).toMatch(/^node-0, from 0s: \d+ %$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

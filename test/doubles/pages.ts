import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Pages opened from disk in a real browser, in the ways in which people read them. */

export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1280, height: 900 };

export const WAYS = {
  light: { viewport: DESK, colorScheme: 'light' },
  dark: { viewport: DESK, colorScheme: 'dark' },
  'on a phone': { viewport: PHONE, colorScheme: 'light' },
  'dark on a phone': { viewport: PHONE, colorScheme: 'dark' },
  'with scripts off': { viewport: PHONE, colorScheme: 'light', javaScriptEnabled: false },
} satisfies Record<string, BrowserContextOptions>;

export interface OpenPage {
  readonly page: Page;
  /** Everything it says, or asks for besides itself. */
  readonly complaints: readonly string[];
}

export async function openPage(browser: Browser, path: string, options: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(path).href) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, complaints };
}

/** What axe finds wrong with labels, roles and contrast. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + failureSummary)))`,
  );
}

/** What reaches beyond the page's edge: elements that are wider than what may be seen and do not scroll by themselves. */
export async function beyondTheEdge(page: Page): Promise<readonly string[]> {
  return page.evaluate(
    `[...document.querySelectorAll('main *')].filter((one) => !one.closest('.scroll') && !one.closest('svg') && !one.closest('.uplot') && getComputedStyle(one).clipPath === 'none'
      && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))`,
  );
}

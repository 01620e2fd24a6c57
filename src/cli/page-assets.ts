import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageAssets } from '../report/html/page.ts';

/** Ours lie beside `src` and `dist` alike; the plot library's are found where it is installed. */
export function readPageAssets(): PageAssets {
  const ours = fileURLToPath(new URL('../../assets/', import.meta.url));
  const uPlot = dirname(createRequire(import.meta.url).resolve('uplot'));
  return {
    style: readFileSync(join(ours, 'report.css'), 'utf8'),
    script: readFileSync(join(ours, 'report.js'), 'utf8'),
    plotScript: readFileSync(join(uPlot, 'uPlot.iife.min.js'), 'utf8'),
    plotStyle: readFileSync(join(uPlot, 'uPlot.min.css'), 'utf8'),
  };
}

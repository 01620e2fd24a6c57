import { join } from 'node:path';
import type { Comparison } from '../experiment/comparison.ts';
import { experimentPage, type ExperimentKind } from '../report/html/experiment/experiment-page.ts';
import { readPageAssets } from './page-assets.ts';
import { writePlots } from './plot-files.ts';
import { writeOutput } from './output-file.ts';
import { VERSION } from './version.ts';

/** Makes the page of an experiment; with `out`, puts it and its plots there. Loads Vega, so only whoever wants a page calls it. */
export async function experimentReport(
  comparison: Comparison,
  kind: ExperimentKind,
  about: { readonly question: string; readonly cautions: readonly string[] },
  out: string | undefined,
): Promise<string> {
  const assets = readPageAssets();
  const facts = { orrery: VERSION, kubernetes: 'v1.36', ...about };
  const { html, plots } = await experimentPage(comparison, kind, facts, assets);
  if (out !== undefined) {
    writeOutput(join(out, 'report.html'), html);
    writePlots(join(out, 'plots'), plots, assets.style);
  }
  return html;
}

import { join } from 'node:path';
import type { Comparison } from '../experiment/comparison.ts';
import { experimentPage, type ExperimentKind } from '../report/html/experiment/experiment-page.ts';
import { standalone } from '../report/html/plots/drawn.ts';
import type { DrawnPlot } from '../report/html/plots/plot.ts';
import { readPageAssets } from './page-assets.ts';
import { TextFile } from './text-file.ts';
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
    writeText(join(out, 'report.html'), html);
    writePlots(join(out, 'plots'), plots, assets.style);
  }
  return html;
}

/** A plot a file, in colours for paper. */
export function writePlots(folder: string, plots: readonly DrawnPlot[], style: string): void {
  for (const plot of plots) writeText(join(folder, `${fileName(plot.id)}.svg`), standalone(plot, style));
}

function writeText(path: string, text: string): void {
  const file = new TextFile(path);
  file.write(text);
  file.commit();
}

/** Metrics and paths of a scenario as a file's name. */
function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]+/g, '_');
}

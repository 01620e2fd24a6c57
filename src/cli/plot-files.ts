import { join } from 'node:path';
import { standalone } from '../report/html/plots/drawn.ts';
import type { DrawnPlot } from '../report/html/plots/plot.ts';
import { writeOutput } from './output-file.ts';

/** A plot a file, in colours for paper. */
export function writePlots(folder: string, plots: readonly DrawnPlot[], style: string): void {
  for (const plot of plots) writeOutput(join(folder, `${fileName(plot.id)}.svg`), standalone(plot, style));
}

/** Metrics and paths of a scenario as a file's name. */
function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]+/g, '_');
}

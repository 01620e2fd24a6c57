import { join } from 'node:path';
import { studyPage } from '../report/html/study/study-page.ts';
import { studyCsv } from '../report/study.ts';
import type { PublishedRuns, StudyRunResult } from '../report/study-groups.ts';
import { readPageAssets } from './page-assets.ts';
import { writePlots } from './plot-files.ts';
import { writeOutput } from './output-file.ts';
import { VERSION } from './version.ts';

/** Makes the page of a reproduction; with `out`, puts it, its curves and its plots there. */
export async function studyReport(
  results: readonly StudyRunResult[],
  published: PublishedRuns,
  command: string,
  { out, ties }: { readonly out?: string; readonly ties: 'first' | 'random' },
): Promise<string> {
  const assets = readPageAssets();
  const facts = { orrery: VERSION, command, tiesByLot: ties === 'random' };
  const { html, plots } = await studyPage(results, published, facts, assets);
  if (out !== undefined) {
    writeOutput(join(out, 'report.html'), html);
    writeOutput(join(out, 'curves.csv'), studyCsv(results));
    writePlots(join(out, 'plots'), plots, assets.style);
  }
  return html;
}

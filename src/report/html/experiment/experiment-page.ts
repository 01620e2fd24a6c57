import type { Comparison } from '../../../experiment/comparison.ts';
import { failureBound } from '../../../experiment/statistics/families.ts';
import { round } from '../../comparison.ts';
import { grouped } from '../../quantity-text.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { page, type PageAssets } from '../page.ts';
import { drawnFigure } from '../plots/drawn.ts';
import { drawPlots, type DrawnPlot } from '../plots/plot.ts';
import { cautions } from './cautions.ts';
import { failures, metricTable, overview, runs } from './experiment-tables.ts';
import { factorPlots } from './factor-plots.ts';
import { metricPlots } from './metric-plots.ts';
import { repeat } from './repeat.ts';
import { factorsOf, shortNames } from './settings.ts';
import { pill, verdicts } from './verdicts.ts';

export type ExperimentKind = 'compare' | 'sweep';

/** What the page says that the comparison does not know. */
export interface ExperimentFacts {
  readonly orrery: string;
  readonly kubernetes: string;
  /** The scenario's; empty where it asks none. */
  readonly question: string;
  /** What else a careful reader should know, as that a wanted precision was not reached. */
  readonly cautions: readonly string[];
}

export interface ExperimentReport {
  readonly html: string;
  /** Its plots, for files of their own. */
  readonly plots: readonly DrawnPlot[];
}

/** `report.html` of a comparison or a sweep: the same bytes for the same results. */
export async function experimentPage(
  comparison: Comparison,
  kind: ExperimentKind,
  facts: ExperimentFacts,
  assets: PageAssets,
): Promise<ExperimentReport> {
  const names = shortNames(comparison.results.plan);
  const drawn: DrawnPlot[] = [];
  const sections: Markup[] = [];
  for (const metric of comparison.metrics) {
    const plots = await drawPlots([
      ...(kind === 'sweep' ? factorPlots(comparison, metric) : []),
      ...metricPlots(comparison, metric, { kind, names }),
    ]);
    drawn.push(...plots);
    sections.push(
      markup`<section><h2>${metric.metric}</h2><div class="grid">${plots.map(drawnFigure)}</div>${metricTable(metric, names, kind === 'compare')}</section>`,
    );
  }
  const body = markup`<main>
${[
  opening(comparison, kind, facts),
  cautions(comparison, kind, names, facts.cautions),
  verdicts(comparison, kind, names),
  overview(comparison, names),
  ...sections,
  failures(comparison, names),
  runs(comparison, names),
  repeat(comparison, kind, facts),
]}
</main>`;
  return {
    html: page(`${comparison.results.plan.name}, ${kind}: Orrery`, [body], assets, { zooms: false }),
    plots: drawn,
  };
}

function opening(comparison: Comparison, kind: ExperimentKind, { question }: ExperimentFacts): Markup {
  const { results, confidence, differenceConfidence, metrics } = comparison;
  const { plan } = results;
  const made = results.results.flat().filter((run) => run !== undefined).length;
  const wanted = plan.variants.length * plan.seeds.length;
  const isWhole = made === wanted;
  const differences = metrics.reduce((sum, one) => sum + one.differences.length, 0);
  const figures: [string, string, string][] = [
    [
      'Variants',
      grouped(plan.variants.length),
      factorsOf(plan)
        .map(({ name, values }) => `${name} (${values.length})`)
        .join(' × ') || 'nothing varied',
    ],
    ['Seeds', grouped(plan.seeds.length), 'the same for every variant'],
    [
      'Runs',
      grouped(made),
      isWhole
        ? `none failed: below ${(100 * failureBound(wanted)).toPrecision(2)} % do, with 95 %`
        : `of ${grouped(wanted)}`,
    ],
    [
      'Intervals',
      `${round(100 * confidence)} %`,
      kind === 'compare' && differences > 1
        ? `each of ${differences} differences ${round(100 * differenceConfidence)} %`
        : 'of each mean',
    ],
  ];
  return markup`<header><p class="kicker">Orrery · ${kind === 'compare' ? 'comparison' : 'sweep'}</p><h1>${plan.name}</h1>${
    question === '' ? NOTHING : markup`<p class="question">${question}</p>`
  }<p class="note">${
    kind === 'compare'
      ? `Every variant under the same seeds: the same arrivals, durations and faults, whatever is decided. Differences are taken seed by seed.`
      : `Every combination under the same seeds: the same arrivals, durations and faults, whatever is decided.`
  }</p>${pill(comparison, kind)}</header>
<dl class="figures">${figures.map(
    ([name, value, detail]) => markup`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${detail}</dd></div>`,
  )}</dl>`;
}

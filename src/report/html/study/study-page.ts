import { TOLERANCE } from '../../../experiment/fgd-atc23/deviation.ts';
import { grouped } from '../../quantity-text.ts';
import {
  DRAWS_LOTS,
  studyGroups,
  summed,
  type PublishedRuns,
  type StudyGroup,
  type StudyRunResult,
} from '../../study-groups.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { page, type PageAssets } from '../page.ts';
import { drawnFigure } from '../plots/drawn.ts';
import { drawPlots, type DrawnPlot } from '../plots/plot.ts';
import { curvePlots, familyPlots } from './study-plots.ts';
import { curveTable, endTable, groupTable } from './study-tables.ts';

export interface StudyFacts {
  readonly orrery: string;
  /** The command that makes the page again. */
  readonly command: string;
  /** Equal nodes are told apart by lot, which is not the study's way. */
  readonly tiesByLot: boolean;
}

export interface StudyReport {
  readonly html: string;
  readonly plots: readonly DrawnPlot[];
}

/** The page of the reproduction of the USENIX ATC 2023 study: the same bytes for the same runs. */
export async function studyPage(
  results: readonly StudyRunResult[],
  published: PublishedRuns,
  facts: StudyFacts,
  assets: PageAssets,
): Promise<StudyReport> {
  const groups = studyGroups(results, published);
  const families = await drawPlots(familyPlots(groups));
  const workloads = [...new Set(groups.map(({ workload }) => workload))];
  const drawn = [...families];
  const sections: Markup[] = [];
  for (const workload of workloads) {
    const members = groups.filter((group) => group.workload === workload);
    const plots = await drawPlots(curvePlots(workload, members));
    drawn.push(...plots);
    sections.push(
      markup`<section><h2>Workload ${workload}</h2><div class="grid">${plots.map(drawnFigure)}</div>${curveTable(workload, members)}</section>`,
    );
  }
  const body = markup`<main>
${[
  opening(results, groups, facts),
  cautions(groups, facts),
  markup`<section><h2>Here and as published</h2>${groupTable(groups)}</section>`,
  markup`<section><h2>Unallocated GPUs</h2><div class="grid">${families.map(drawnFigure)}</div></section>`,
  ...sections,
  endTable(results),
  repeat(facts),
]}
</main>`;
  return { html: page('fgd-atc23 run again: Orrery', [body], assets, { zooms: false }), plots: drawn };
}

function opening(results: readonly StudyRunResult[], groups: readonly StudyGroup[], facts: StudyFacts): Markup {
  const distinct = (of: (run: StudyRunResult) => string): number => new Set(results.map(of)).size;
  const exact = exactDeviation(groups);
  const figures: [string, string, string][] = [
    ['Runs', grouped(results.length), `${grouped(results[0]!.replay.end.arrived)} pods arrive in the first`],
    ['Workloads', String(distinct(({ workload }) => workload)), `${results[0]!.replay.end.gpus} GPUs each`],
    ['Policies', String(distinct(({ policy }) => policy)), 'of the study’s six'],
    ['Seeds', String(distinct(({ seed }) => seed)), 'with the recorded orders'],
    [
      'Published figures',
      exact === undefined ? '–' : grouped(exact.within),
      exact === undefined
        ? 'none of these runs is at hand'
        : `of ${grouped(exact.values)} within ${TOLERANCE}; largest difference ${exact.largest.toFixed(4)}`,
    ],
  ];
  return markup`<header><p class="kicker">Orrery · a published study run again</p><h1>fgd-atc23</h1><p class="question">Weng et al., “Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent”, USENIX ATC 2023.</p><p class="note">Pods of a production GPU cluster arrive in the recorded order, find a place by a policy or are dropped, and stay, until 130 % of the GPUs have been asked for.</p>${pill(groups, facts)}</header>
<dl class="figures">${figures.map(
    ([name, value, detail]) => markup`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${detail}</dd></div>`,
  )}</dl>`;
}

/** Of all runs that draw no lots. */
function exactDeviation(groups: readonly StudyGroup[]) {
  return summed(groups.flatMap(({ policy, deviation }) => (policy === DRAWS_LOTS ? [] : (deviation ?? []))));
}

function pill(groups: readonly StudyGroup[], { tiesByLot }: StudyFacts): Markup {
  const exact = exactDeviation(groups);
  if (exact === undefined) return NOTHING;
  if (exact.within === exact.values) {
    return markup`<p class="verdict good">All ${grouped(exact.values)} published figures reproduced</p>`;
  }
  const text = `${grouped(exact.within)} of ${grouped(exact.values)} published figures reproduced`;
  return tiesByLot
    ? markup`<p class="verdict warn">Ties by lot: ${text}</p>`
    : markup`<p class="verdict bad">${text}</p>`;
}

function cautions(groups: readonly StudyGroup[], { tiesByLot }: StudyFacts): Markup {
  const unknown = [
    ...new Set(groups.flatMap(({ workload, deviation }) => (deviation === undefined ? [workload] : []))),
  ];
  const all = [
    ...(tiesByLot
      ? [
          'Of equally good nodes one is drawn by lot. The study takes the first in its recorded order: what differs here is what hangs on that rule.',
        ]
      : []),
    ...(groups.some(({ policy }) => policy === DRAWS_LOTS)
      ? [`${DRAWS_LOTS} draws lots of its own: it is compared as a distribution, not figure by figure.`]
      : []),
    ...(unknown.length > 0
      ? [`The published figures of ${unknown.join(', ')} are not at hand: only our own are shown.`]
      : []),
    ...(groups.every(({ runs }) => runs.length === 1)
      ? ['One seed each: how much the arrival order matters is not seen.']
      : []),
  ];
  if (all.length === 0) return NOTHING;
  return markup`<aside><h2>Read with care</h2><ul>${all.map((text) => markup`<li>${text}</li>`)}</ul></aside>`;
}

function repeat({ orrery, command }: StudyFacts): Markup {
  const rows: [string, string][] = [
    ['Orrery', orrery],
    ['Inputs', 'openb/ and fgd-atc23/ in the folder of recordings (ORRERY_DATA, or --data)'],
    ['Equal to a published figure', `within ${TOLERANCE}, as it has two digits`],
  ];
  return markup`<section><h2>How to repeat it</h2><pre tabindex="0"><code>${command}</code></pre><dl class="facts">${rows.map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl></section>`;
}

import type { Comparison } from '../../../experiment/comparison.ts';
import type { Plan } from '../../../experiment/plan.ts';
import { replayLine, shellWord } from '../../../experiment/replication.ts';
import { markup, type Markup } from '../markup.ts';
import { table } from '../table.ts';
import type { ExperimentFacts, ExperimentKind } from './experiment-page.ts';
import { commonSets, factorsOf } from './settings.ts';

const MOST_ROWS = 200;

/** The command that makes all runs again, and for each variant the one that makes its first run alone. */
export function repeat(comparison: Comparison, kind: ExperimentKind, facts: ExperimentFacts): Markup {
  const { plan } = comparison.results;
  const rows = plan.variants.map(({ label, sets, identity }) => ({
    label,
    identity,
    replay: replayLine({ path: plan.path, sets, seed: plan.seeds[0]! }),
  }));
  const known: [string, string][] = [
    ['Orrery', facts.orrery],
    ['Kubernetes', facts.kubernetes],
    ['Scenario', plan.path],
    ['Seeds', seedsText(plan.seeds)],
  ];
  return markup`<section><h2>How to repeat it</h2><pre tabindex="0"><code>${experimentCommand(comparison, kind)}</code></pre><dl class="facts">${known.map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl>${table(
    'Variants, and the command that makes the first run of each alone',
    [
      { name: 'Variant', cell: ({ label }) => label },
      { name: 'Made of', cell: ({ identity }) => identity.slice(0, 12) },
      { name: 'One run of it', cell: ({ replay }) => replay },
    ],
    rows.slice(0, MOST_ROWS),
    rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${rows.length}.` : '',
  )}<p class="note">“Made of” is a hash of the scenario, the text of its policy files and Orrery's own code. The same of all three, under the same seed, gives the same bytes, on any machine and in any order.</p></section>`;
}

/** The command line of an experiment. */
export function experimentCommand(
  { results: { plan }, metrics, confidence, best }: Comparison,
  kind: ExperimentKind,
): string {
  const words = ['orrery', kind, shellWord(plan.path)];
  for (const set of commonSets(plan)) words.push('--set', shellWord(set));
  for (const { name, values } of factorsOf(plan)) words.push('--vary', shellWord(`${name}=${values.join(',')}`));
  words.push('--seeds', String(plan.seeds.length));
  for (const { metric } of metrics) words.push('--metric', shellWord(metric));
  if (confidence !== 0.95) words.push('--confidence', String(confidence));
  if (best !== undefined) {
    words.push('--best', shellWord(best.metric), ...(best.goal === 'most' ? ['--most'] : []));
    words.push('--indifference', String(best.selection.indifference));
    if (best.selection.probability !== 0.95) words.push('--probability', String(best.selection.probability));
  }
  return words.join(' ');
}

function seedsText(seeds: Plan['seeds']): string {
  return seeds.length < 2 ? seeds.join('') : `${seeds[0]!} to ${seeds[seeds.length - 1]!} (${seeds.length})`;
}

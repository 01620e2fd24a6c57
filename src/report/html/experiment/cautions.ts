import type { Comparison } from '../../../experiment/comparison.ts';
import { leastCount } from '../../../experiment/statistics/quantile-interval.ts';
import { round } from '../../comparison.ts';
import type { ExperimentKind } from './experiment-page.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';

/** Fewer seeds than this are said to be few: Student's intervals then hang on how normal the results are. */
const CUSTOMARY_SEEDS = 10;

/** What a careful reader should know before believing a figure of the page. `further` comes from whoever made the runs. */
export function cautions(
  comparison: Comparison,
  kind: ExperimentKind,
  names: readonly string[],
  further: readonly string[],
): Markup {
  const all = [...fewSeeds(comparison), ...lostRuns(comparison), ...unmeasured(comparison, names), ...further];
  const differences = kind === 'compare' ? comparison.metrics.flatMap((one) => one.differences) : [];
  if (differences.some(({ verdict }) => verdict === 'not told apart')) {
    all.push('“Not told apart” does not say that there is no difference: more seeds may show one.');
  }
  if (all.length === 0) return NOTHING;
  return markup`<aside><h2>Read with care</h2><ul>${all.map((text) => markup`<li>${text}</li>`)}</ul></aside>`;
}

function fewSeeds({ results, confidence }: Comparison): string[] {
  const seeds = results.plan.seeds.length;
  if (seeds < 2) return ['One run each says nothing about chance: ask for more with --seeds.'];
  if (seeds >= CUSTOMARY_SEEDS) return [];
  const median = leastCount(0.5, confidence);
  const without =
    seeds < median ? ` There is no ${round(100 * confidence)} % interval for a median below ${median}.` : '';
  return [
    `Only ${seeds} seeds: the intervals are right only if results are close to normal; ${CUSTOMARY_SEEDS} or more are customary.${without}`,
  ];
}

function lostRuns({ results: { failed, missing } }: Comparison): string[] {
  return [
    ...(failed.length > 0
      ? [
          `${failed.length} runs failed and are left out; they are listed below. What made them fail may have to do with what is measured.`,
        ]
      : []),
    ...(missing > 0 ? [`${missing} runs are missing: their shards have not been run.`] : []),
  ];
}

/** Means over some of the runs only: those in which there was nothing to measure are no zeros. */
function unmeasured({ metrics, results }: Comparison, names: readonly string[]): string[] {
  const made = results.results.map((runs) => runs.filter((run) => run !== undefined).length);
  return metrics.flatMap(({ metric, variants }) => {
    const fewer = variants.flatMap((found, i) => {
      const count = found?.count ?? 0;
      return count < made[i]! ? [`${names[i]!} (${count} of ${made[i]!})`] : [];
    });
    return fewer.length === 0
      ? []
      : [
          `${metric} was not measured in every run of ${fewer.slice(0, 8).join(', ')}${fewer.length > 8 ? ', …' : ''}: its figures are about the others.`,
        ];
  });
}

import type { BestOf, Comparison, Difference, MetricComparison } from '../experiment/comparison.ts';
import { failureBound } from '../experiment/statistics/families.ts';
import type { Style } from './terminal.ts';

/** An experiment's result for a person at a terminal. */
export function renderComparison(comparison: Comparison, kind: 'compare' | 'sweep', style: Style): string {
  const { results, metrics, best, confidence } = comparison;
  const { plan } = results;
  const percent = `${round(100 * confidence)} %`;
  const lines = [
    `${style.strong(plan.name)}  ${style.faint(`${counted(plan.variants.length, 'variant')} x ${counted(plan.seeds.length, 'seed')}, means with ${percent} intervals`)}`,
    '',
  ];
  const labels = plan.variants.map(({ label }) => label);
  const width = Math.min(Math.max(...labels.map((label) => label.length), 8), 60);
  for (const one of metrics) lines.push(...metricLines(one, labels, width, kind === 'compare', style), '');
  if (kind === 'compare' && plan.variants.length > 1) lines.push(...footnotes(comparison, style));
  if (best !== undefined) lines.push(bestLine(best, labels, style));
  if (plan.seeds.length < 2) {
    lines.push(style.warn('One run each says nothing about chance: ask for more with --seeds.'));
  } else if (results.failed.length === 0 && results.missing === 0) {
    const runs = plan.variants.length * plan.seeds.length;
    lines.push(
      style.faint(`No run failed: with 95 % confidence at most ${round(100 * failureBound(runs))} % of such runs do.`),
    );
  }
  return lines.join('\n') + '\n';
}

function metricLines(
  { metric, unit, variants, differences }: MetricComparison,
  labels: readonly string[],
  width: number,
  compared: boolean,
  style: Style,
): string[] {
  const lines = [style.strong(metric) + style.faint(`  ${unit}`)];
  variants.forEach((found, i) => {
    const name = `  ${cut(labels[i]!, width).padEnd(width)}  `;
    if (found === undefined) {
      lines.push(name + style.faint('nothing was measured'));
      return;
    }
    const own = `${significant(found.mean).padStart(10)} ${halfWidth(found.halfWidth).padEnd(12)}`;
    const difference = differences.find((one) => one.variant === i);
    const against = compared && i > 0 && difference !== undefined ? differenceText(difference, style) : '';
    lines.push((name + own + against).trimEnd());
  });
  return lines;
}

function differenceText(difference: Difference, style: Style): string {
  const { mean, verdict, halfWidth: half } = difference;
  const amount = `${mean > 0 ? '+' : ''}${significant(mean)} ${halfWidth(half)}`;
  switch (verdict) {
    case 'same':
      return style.faint('the same under every seed');
    case 'too few runs':
      return style.warn(`${amount}: too few runs to tell`);
    case 'not told apart':
      return style.warn(`${amount.padEnd(24)} not told apart`);
    case 'more':
    case 'less':
      return `${amount.padEnd(24)} ${style.strong(verdict)}${crn(difference)}`;
  }
}

/** What common random numbers were worth, where it can be said. */
function crn({ varianceRatio }: Difference): string {
  if (!Number.isFinite(varianceRatio)) return '';
  return `  (paired: variance / ${significant(varianceRatio)})`;
}

function footnotes({ differenceConfidence, confidence, results, metrics }: Comparison, style: Style): string[] {
  const { label } = results.plan.variants[0]!;
  const lines = [
    style.faint(
      `Differences are to ${label}, seed by seed; all verdicts together hold with ${round(100 * confidence)} % (Holm),`,
    ),
    style.faint(`and so do all intervals (Bonferroni: each with ${round(100 * differenceConfidence)} %).`),
  ];
  if (metrics.some(({ differences }) => differences.some(({ verdict }) => verdict === 'not told apart'))) {
    lines.push(style.faint('"Not told apart" does not say that there is no difference: more seeds may show one.'));
  }
  return lines;
}

function bestLine(best: BestOf, labels: readonly string[], style: Style): string {
  return (best.survivors.length === 1 ? style.good : style.warn)(bestText(best, labels));
}

/** Which variant was selected, and what that is worth. */
export function bestText({ metric, goal, survivors, stages, selection }: BestOf, labels: readonly string[]): string {
  const what = `${goal === 'most' ? 'largest' : 'smallest'} ${metric}`;
  if (survivors.length === 1) {
    return `The ${what} has ${labels[survivors[0]!]!}: right with probability ${selection.probability} at least, if it leads by ${selection.indifference} or more (Kim-Nelson, after ${stages} seeds).`;
  }
  const left = survivors.map((i) => labels[i]!).join('; ');
  return `The ${what} is not decided after ${stages} seeds between: ${left}. More seeds are needed.`;
}

/** Half of an interval's width, as it stands behind a mean. */
export function halfWidth(value: number): string {
  return Number.isFinite(value) ? `± ${significant(value)}` : '± ?';
}

/** Four significant digits. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const text = String(Number(value.toPrecision(4)));
  return text.length <= 10 ? text : value.toExponential(2);
}

/** As round as a confidence is written. */
export function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

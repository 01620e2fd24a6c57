import type { Comparison, Difference, MetricComparison } from '../../../experiment/comparison.ts';
import { bestText, round } from '../../comparison.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import type { ExperimentKind } from './experiment-page.ts';
import { amount, difference as signed, estimate, unitWord } from './figures-text.ts';

/** More sentences than this are a table. */
const MOST_SENTENCES = 24;

const CLASSES: Readonly<Record<Difference['verdict'], string>> = {
  more: 'told',
  less: 'told',
  same: 'same',
  'not told apart': 'warn',
  'too few runs': 'warn',
};

/** What the experiment says, in words: differences of a comparison, extremes of a sweep, and the best where it was asked for. */
export function verdicts(comparison: Comparison, kind: ExperimentKind, names: readonly string[]): Markup {
  const { metrics, best, confidence } = comparison;
  const all =
    kind === 'compare'
      ? metrics.flatMap((one) => differencesIn(one, names))
      : metrics.flatMap((one) => extremesIn(one, names));
  const bestSentence =
    best === undefined ? [] : [sentence(best.survivors.length === 1 ? 'good' : 'warn', 'best', bestText(best, names))];
  const shown = all.slice(0, MOST_SENTENCES);
  if (shown.length + bestSentence.length === 0) return NOTHING;
  const left = all.length - shown.length;
  return markup`<section><h2>What can be said</h2><ul class="checks wide">${[...bestSentence, ...shown]}</ul>${
    left > 0 ? markup`<p class="note">${left} more stand in the tables below.</p>` : NOTHING
  }${kind === 'compare' ? familyNote(metrics.flatMap((one) => one.differences).length, confidence) : NOTHING}</section>`;
}

/** By what the verdicts go where there are several: one that is wrong by chance would be no news among many. */
function familyNote(count: number, confidence: number): Markup {
  if (count === 0) return NOTHING;
  const by = 'a paired test over the seeds';
  const among = count === 1 ? `${by}.` : `${by}, its p adjusted by Holm’s procedure among all ${count} differences.`;
  return markup`<p class="note">Verdicts go by ${among} All of them together hold with ${round(100 * confidence)} %.</p>`;
}

/** The verdict of all in a few words. */
export function pill({ metrics, results }: Comparison, kind: ExperimentKind): Markup {
  const differences = metrics.flatMap((one) => one.differences);
  if (results.failed.length > 0 || results.missing > 0) {
    return markup`<p class="verdict bad">${results.failed.length} runs failed, ${results.missing} are missing</p>`;
  }
  if (kind === 'sweep' || differences.length === 0) return NOTHING;
  if (results.plan.seeds.length < 2) return markup`<p class="verdict warn">Too few runs to tell anything apart</p>`;
  const told = differences.filter(({ verdict }) => verdict === 'more' || verdict === 'less').length;
  return markup`<p class="verdict ${told > 0 ? 'good' : 'warn'}">${told} of ${differences.length} differences told apart</p>`;
}

function differencesIn({ metric, unit, variants, differences }: MetricComparison, names: readonly string[]): Markup[] {
  const base = variants[0];
  return differences.map((difference) => {
    const { variant, verdict } = difference;
    const own = variants[variant];
    const values = `${amount(own?.mean)} against ${amount(base?.mean)}${unitWord(unit)}`;
    const text = markup`<code>${metric}</code> of <b>${names[variant]!}</b>: ${values} of ${names[0]!}${
      verdict === 'same'
        ? ', the same under every seed.'
        : `; difference ${signed(difference.mean, difference.halfWidth)}.`
    }`;
    return sentence(CLASSES[verdict], verdict, text);
  });
}

function extremesIn({ metric, unit, variants }: MetricComparison, names: readonly string[]): Markup[] {
  const measured = variants.flatMap((found, i) => (found === undefined ? [] : [{ ...found, name: names[i]! }]));
  if (measured.length < 2) return [];
  const least = measured.reduce((a, b) => (b.mean < a.mean ? b : a));
  const most = measured.reduce((a, b) => (b.mean > a.mean ? b : a));
  if (least.mean === most.mean)
    return [
      sentence('same', 'same', markup`<code>${metric}</code> is ${amount(least.mean)}${unitWord(unit)} everywhere.`),
    ];
  const apart = least.mean + least.halfWidth < most.mean - most.halfWidth;
  return [
    sentence(
      apart ? 'told' : 'warn',
      apart ? 'apart' : 'overlap',
      markup`<code>${metric}</code> is least with <b>${least.name}</b>, ${estimate(least.mean, least.halfWidth)}, and most with <b>${most.name}</b>, ${estimate(most.mean, most.halfWidth)}${unitWord(unit)}.`,
    ),
  ];
}

function sentence(shade: string, badge: string, text: Markup | string): Markup {
  return markup`<li><b class="${shade}">${badge}</b> <span>${text}</span></li>`;
}

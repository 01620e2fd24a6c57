import type { SampleFit } from '../experiment/fitting/fit-sample.ts';
import type { TraceFit } from '../experiment/fitting/fit-trace.ts';

const SAMPLES = [
  ['interarrival', 1e6, 's'],
  ['duration', 1e6, 's'],
  ['cpu', 1000, ' CPUs'],
  ['memory', 1024 * 1024 * 1024, ' GiB'],
] as const;

/** The table of a fitted trace: what was fitted to what, and how close it came. */
export function renderFit(fit: TraceFit): string {
  const lines = [`${fit.tasks} tasks`, '', row('', 'fitted by maximum likelihood', 'KS D', 'AD A²')];
  for (const [name, unit, suffix] of SAMPLES) lines.push(...sampleLines(name, fit[name], unit, suffix));
  const kept = fit.shapes.reduce((sum, { tasks }) => sum + tasks, 0);
  const share = ((100 * kept) / Math.max(fit.tasks, 1)).toPrecision(3);
  lines.push(
    '',
    '* closest by A². Both are distances, no tests: with so many tasks every simple form would be refused.',
    `Requests are taken as they stand: ${fit.shapes.length} of ${fit.shapesInTrace} combinations, ${share} % of the tasks.`,
  );
  return lines.join('\n') + '\n';
}

function sampleLines(name: string, sample: SampleFit | undefined, unit: number, suffix: string): string[] {
  if (sample === undefined) return [row(name, 'nothing to fit', '', '')];
  const lines = sample.candidates.map(({ distribution, ks, ad }, i) =>
    row(
      i === 0 ? name : '',
      (i === 0 ? '* ' : '  ') + distributionText(distribution, (x) => short(x / unit) + suffix),
      ks.toFixed(4),
      short(ad),
    ),
  );
  if (lines.length === 0) {
    lines.push(row(name, '* ' + distributionText(sample.chosen, (x) => short(x / unit) + suffix), '', ''));
  }
  if (sample.zeros > 0) {
    lines.push(row('', `  (${sample.zeros} of ${sample.count} are 0: taken as half of the smallest other)`, '', ''));
  }
  return lines;
}

/** `weibull shape 0.7, scale 12s`. */
function distributionText(distribution: SampleFit['chosen'], amount: (value: number) => string): string {
  const { kind, ...parameters } = distribution;
  const texts = Object.entries(parameters).map(([name, value]) => {
    const plain = name === 'shape' || name === 'cv';
    return `${name} ${plain ? short(value as number) : amount(value as number)}`;
  });
  return `${kind} ${texts.join(', ')}`;
}

function row(name: string, text: string, ks: string, ad: string): string {
  return `${name.padEnd(13)} ${text.padEnd(56)} ${ks.padStart(7)} ${ad.padStart(10)}`.trimEnd();
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

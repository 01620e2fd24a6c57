import type { Comparison, MetricComparison } from '../../../experiment/comparison.ts';
import { round } from '../../comparison.ts';
import { bandLines, type BandLine } from '../plots/band-lines.ts';
import { gridMap, type GridCell } from '../plots/grid-map.ts';
import type { Plot } from '../plots/plot.ts';
import { axisOf, shortFigure } from './metric-plots.ts';
import { factorsOf, isNumber, settingsOf, shortValue, type Factor, type Setting } from './settings.ts';

/** Lines, and maps, beyond which a reader looks into the table. */
const MOST_LINES = 7;
const MOST_MAPS = 4;
/** Columns whose figures can be read on a phone. */
const MOST_COLUMNS = 12;

/** How a metric hangs on what is varied: lines over a number, and a map over two variables. */
export function factorPlots(comparison: Comparison, one: MetricComparison): Plot[] {
  const { plan } = comparison.results;
  const varied = factorsOf(plan).filter(({ values }) => values.length > 1);
  const points = plan.variants.flatMap((variant, i): Point[] => {
    const found = one.variants[i];
    if (found === undefined) return [];
    const settings = settingsOf(variant).filter(({ name }) => varied.some((factor) => factor.name === name));
    return [{ settings, mean: found.mean, halfWidth: found.halfWidth }];
  });
  if (points.length === 0) return [];
  return [...overNumber(comparison, one, varied, points), ...overTwo(comparison, one, varied, points)];
}

interface Point {
  readonly settings: readonly Setting[];
  readonly mean: number;
  readonly halfWidth: number;
}

function overNumber(
  { confidence, results }: Comparison,
  one: MetricComparison,
  varied: readonly Factor[],
  points: readonly Point[],
): Plot[] {
  const number = varied.find(({ values }) => values.every(isNumber));
  if (number === undefined) return [];
  const groups = grouped(points, [number.name]);
  if (groups.size > MOST_LINES) return [];
  const lines = [...groups].map(([name, group], colour): BandLine => ({
    name: name === '' ? one.metric : name,
    colour,
    points: group
      .map(({ settings, mean, halfWidth }) => ({
        x: Number(valueOf(settings, number.name)),
        y: mean,
        ...(Number.isFinite(halfWidth) ? { low: mean - halfWidth, high: mean + halfWidth } : {}),
      }))
      .sort((a, b) => a.x - b.x),
  }));
  return [
    bandLines({
      id: `${one.metric}-over-${number.name}`,
      title: `Over ${number.name}`,
      caption: `Means with bands of ${round(100 * confidence)} % (Student), n = ${results.plan.seeds.length} seeds at each point; lines only lead the eye.`,
      label: `Mean of ${one.metric} over ${number.name} with its confidence band${lines.length > 1 ? ', a line for each of the others' : ''}`,
      xAxis: number.name,
      yAxis: axisOf(one),
      hasPoints: true,
      lines,
    }),
  ];
}

function overTwo(
  { results }: Comparison,
  one: MetricComparison,
  varied: readonly Factor[],
  points: readonly Point[],
): Plot[] {
  if (varied.length < 2) return [];
  // The longer list of values reaches downwards.
  const [y, x] = [...varied].sort((a, b) => b.values.length - a.values.length).slice(0, 2) as [Factor, Factor];
  if (x.values.length > MOST_COLUMNS) return [];
  const groups = [...grouped(points, [x.name, y.name])];
  return groups.slice(0, MOST_MAPS).map(([name, group], i) =>
    gridMap({
      id: `${one.metric}-map${i === 0 ? '' : `-${i + 1}`}`,
      title: `Over ${x.name} and ${y.name}`,
      caption: `${name === '' ? 'Means' : `With ${name}: means`} of n = ${results.plan.seeds.length} seeds${groups.length > MOST_MAPS ? `; the first ${MOST_MAPS} of ${groups.length} maps` : ''}.`,
      label: `Mean of ${one.metric} for each combination of ${x.name} and ${y.name}${name === '' ? '' : ` with ${name}`}`,
      xAxis: x.name,
      yAxis: y.name,
      unit: axisOf(one),
      cells: group.map(({ settings, mean }): GridCell => ({
        x: shortValue(valueOf(settings, x.name)),
        y: shortValue(valueOf(settings, y.name)),
        value: mean,
        text: shortFigure(mean),
      })),
    }),
  );
}

/** Points by what they were given besides the named factors. */
function grouped(points: readonly Point[], without: readonly string[]): ReadonlyMap<string, Point[]> {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const key = point.settings
      .filter(({ name }) => !without.includes(name))
      .map(({ name, value }) => (isNumber(value) ? `${name}=${value}` : shortValue(value)))
      .join(', ');
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return groups;
}

function valueOf(settings: readonly Setting[], name: string): string {
  return settings.find((one) => one.name === name)!.value;
}

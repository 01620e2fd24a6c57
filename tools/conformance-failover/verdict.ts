import { distance, limitAtOnePercent, median } from './compare.ts';
import type { Row } from './recording.ts';

/** How a column is held against its recording. */
export type Rule =
  /** Two samples of one distribution, but for so many units of the recording machine's noise either way. */
  | { readonly kind: 'distribution'; readonly slack: number; readonly of?: (row: Row) => number }
  /** What must hold in every simulated row; the words say it. It must hold in every recorded row too. */
  | { readonly kind: 'fact'; readonly says: string; readonly holds: (row: Row) => boolean }
  /** Shown, not judged; the words say why. */
  | { readonly kind: 'noise'; readonly why: string };

export interface ColumnRule {
  readonly column: string;
  readonly rule: Rule;
}

export interface Verdict {
  readonly line: string;
  readonly holds: boolean;
}

/** One line for a column of one group of rows. `group` says which conditions the rows share; empty for all rows. */
export function judge(
  name: string,
  group: string,
  { column, rule }: ColumnRule,
  recorded: readonly Row[],
  simulated: readonly Row[],
): Verdict {
  const where = `${name}${group === '' ? '' : ` [${group}]`} ${column}`;
  const of = rule.kind === 'distribution' ? rule.of : undefined;
  const a = of === undefined ? numbers(recorded, column) : recorded.map(of);
  const b = of === undefined ? numbers(simulated, column) : simulated.map(of);
  const figures = `n ${a.length}/${b.length}, median ${show(median(a))}/${show(median(b))}`;
  if (rule.kind === 'noise') return { line: `noise ${where}: ${figures}; not judged: ${rule.why}`, holds: true };
  if (rule.kind === 'fact') {
    const bad = simulated.filter((row) => !rule.holds(row)).length;
    const badRecorded = recorded.filter((row) => !rule.holds(row)).length;
    const also = badRecorded > 0 ? `, ${badRecorded} recorded rows do not hold it` : '';
    const holds = bad === 0 && simulated.length > 0;
    return {
      line: `${word(holds)} ${where}: fact: ${rule.says}: ${simulated.length - bad} of ${simulated.length}${also}`,
      holds,
    };
  }
  if (a.length === 0 || b.length === 0) {
    const holds = a.length === b.length;
    return { line: `${word(holds)} ${where}: distribution: ${figures}`, holds };
  }
  const d = distance(a, b, rule.slack);
  const limit = limitAtOnePercent(a.length, b.length);
  const holds = d <= limit;
  const slack = rule.slack === 0 ? '' : ` within ±${rule.slack}`;
  return {
    line: `${word(holds)} ${where}: distribution: KS ${d.toFixed(3)} (limit ${limit.toFixed(3)})${slack}, ${figures}`,
    holds,
  };
}

function numbers(rows: readonly Row[], column: string): number[] {
  const found: number[] = [];
  for (const row of rows) {
    const text = row[column] ?? '';
    const value = text === 'true' ? 1 : text === 'false' ? 0 : Number(text);
    if (text !== '' && Number.isFinite(value)) found.push(value);
  }
  return found;
}

function word(holds: boolean): string {
  return holds ? 'ok   ' : 'WRONG';
}

function show(value: number): string {
  return Number.isNaN(value) ? '-' : String(Math.round(value * 10) / 10);
}

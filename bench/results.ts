import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Row } from './measure.ts';

const COLUMNS = [
  { key: 'suite', header: 'suite' },
  { key: 'case', header: 'case' },
  { key: 'variant', header: 'variant' },
  { key: 'operation', header: 'operation' },
  { key: 'nanosPerOperation', header: 'cpu_ns_per_operation' },
  { key: 'operationsPerSecond', header: 'operations_per_cpu_second' },
  { key: 'relativeRate', header: 'rate_over_first_variant' },
  { key: 'samples', header: 'samples' },
  { key: 'hash', header: 'hash' },
];

export function writeCsv(path: string, rows: readonly Row[]): void {
  const rounded = rows.map((row) => ({
    ...row,
    nanosPerOperation: row.nanosPerOperation.toFixed(1),
    operationsPerSecond: row.operationsPerSecond.toFixed(0),
    relativeRate: row.relativeRate.toFixed(3),
  }));
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  writeFileSync(unfinished, stringify(rounded, { header: true, columns: COLUMNS, record_delimiter: 'unix' }));
  renameSync(unfinished, path);
}

/** The rows as lines of a table, for people. */
export function tableLines(rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) => [
    row.case,
    row.variant,
    `${row.nanosPerOperation.toFixed(0)} ns`,
    `${(row.operationsPerSecond / 1e6).toFixed(2)} M ${row.operation}s/s`,
    `${row.relativeRate.toFixed(2)} x`,
    row.hash,
  ]);
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]!.length))) ?? [];
  const isNumber = (column: number) => column >= 2 && column <= 4;
  return cells.map((line) =>
    line
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  '),
  );
}

import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects, parquetSchema, parquetMetadataAsync } from 'hyparquet';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ExitCode } from '../src/cli/exit-codes.ts';
import type { CellType, Table } from '../src/report/column.ts';
import { ParquetWriter } from '../src/report/parquet.ts';
import { parquetName } from '../src/report/table-writer.ts';
import { TABLES } from '../src/report/tables.ts';
import { orrery } from './doubles/orrery.ts';

/** What --parquet writes, read back by another library. */

const scratch = mkdtempSync(join(tmpdir(), 'orrery-parquet-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const STORED: Readonly<Record<CellType, string>> = { text: 'UTF8', whole: 'INT64', decimal: 'DOUBLE', flag: 'BOOLEAN' };

/** The cell of the CSV file that a value of the Parquet file stands for. */
function cellOf(value: unknown, type: CellType, csv: string): string {
  if (value === null) return '';
  // 0.0300 and 0.03 are one number.
  if (type === 'decimal') return Number(csv) === value && csv !== '' ? csv : String(value);
  return String(value as string | bigint | boolean);
}

/** Holds a Parquet file against the CSV file beside it: the same columns, typed, and the same rows. */
async function compareForms(folder: string, table: Table<never>): Promise<number> {
  const file = await asyncBufferFromFile(join(folder, parquetName(table)));
  const { children } = parquetSchema(await parquetMetadataAsync(file));
  expect(children.map(({ element }) => [element.name, element.converted_type ?? element.type])).toEqual(
    table.columns.map(({ name, type }) => [name, STORED[type]]),
  );
  const [, ...csv] = parse(readFileSync(join(folder, table.file), 'utf8')) as string[][];
  const rows = await parquetReadObjects({ file });
  expect(
    rows.map((row, r) => table.columns.map(({ name, type }, i) => cellOf(row[name], type, csv[r]?.[i] ?? ''))),
  ).toEqual(csv);
  return rows.length;
}

describe('orrery run --parquet', { timeout: 120_000 }, () => {
  const folder = join(scratch, 'run');
  const again = join(scratch, 'again');
  const tables = TABLES.filter(({ file }) => file !== 'comparison.csv');
  beforeAll(() => {
    // The scenario has a cloud: machines.csv is written of nothing else.
    for (const out of [folder, again]) {
      const args = ['run', 'scenarios/cluster-autoscaler.yaml', '--parquet', '--decisions', '--no-html', '--out', out];
      expect(orrery(args).code).toBe(0);
    }
  }, 120_000);

  it.each(tables.map((table) => [parquetName(table), table] as const))('%s has what the CSV has', async (_, table) => {
    expect(await compareForms(folder, table)).toBeGreaterThan(0);
  });

  it('the same run gives the same bytes, and the manifest knows them', () => {
    const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      files: { file: string; sha256: string }[];
    };
    const written = readdirSync(folder).filter((name) => name.endsWith('.parquet'));
    expect(written.sort()).toEqual(tables.map(parquetName).sort());
    for (const name of written) {
      const bytes = readFileSync(join(folder, name));
      expect(bytes.equals(readFileSync(join(again, name))), name).toBe(true);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(files.find(({ file }) => file === name)?.sha256).toBe(sha256);
    }
  });
});

describe('orrery compare --parquet', { timeout: 120_000 }, () => {
  const args = ['compare', 'scenarios/overfull-cluster.yaml', '--vary', 'scheduler=default,first-fit', '--seeds', '3'];

  it('writes the comparison', async () => {
    const out = join(scratch, 'compare');
    expect(orrery([...args, '--parquet', '--out', out]).code).toBe(0);
    const comparison = TABLES.find(({ file }) => file === 'comparison.csv')!;
    expect(await compareForms(out, comparison)).toBeGreaterThan(1);
  });

  it('needs a folder', () => {
    const { code, stderr } = orrery([...args, '--parquet']);
    expect(code).toBe(ExitCode.InputInvalid);
    expect(stderr).toContain('--out');
  });
});

test('a table of many groups of rows, of strange texts and of the largest whole numbers comes back whole', async () => {
  type Row = readonly string[];
  const column = (i: number, type: CellType): Table<Row>['columns'][number] => {
    return { name: `c${i}`, meaning: '', type, cell: (row) => row[i]! };
  };
  const types: readonly CellType[] = ['text', 'whole', 'decimal', 'flag'];
  const table: Table<Row> = { file: 'x.csv', holds: '', columns: types.map((type, i) => column(i, type)) };
  const rows = Array.from({ length: 120_001 }, (_, i): Row => {
    if (i % 7 === 0) return ['', '', '', ''];
    return [`=ünï\n"${i % 5}"`, String(Number.MAX_SAFE_INTEGER - i), String(i / 8), String(i % 2 === 0)];
  });
  const parts: Uint8Array[] = [];
  const writer = new ParquetWriter(table, (bytes) => parts.push(Uint8Array.from(bytes)));
  for (const row of rows) writer.add(row);
  writer.finish();
  expect(parts.length).toBeGreaterThan(2);
  const buffer = Buffer.concat(parts);
  const back = await parquetReadObjects({
    file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength),
  });
  expect(back).toHaveLength(rows.length);
  const wrong = back.filter((row, r) =>
    types.some((type, i) => cellOf(row[`c${i}`], type, rows[r]![i]!) !== rows[r]![i]),
  );
  expect(wrong).toEqual([]);
});

test('an empty table is a file, too', async () => {
  const parts: Uint8Array[] = [];
  const table: Table<never> = { file: 'x.csv', holds: '', columns: TABLES[0]!.columns };
  new ParquetWriter(table, (bytes) => parts.push(Uint8Array.from(bytes))).finish();
  const file = new Uint8Array(Buffer.concat(parts)).buffer;
  expect(await parquetReadObjects({ file })).toEqual([]);
});

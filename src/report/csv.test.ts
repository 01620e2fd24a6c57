import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Table } from './column.ts';
import { csvOf, CsvWriter, harmless } from './csv.ts';

const WIDTH = 4;
const TABLE: Table<readonly string[]> = {
  file: 'cells.csv',
  holds: 'Cells.',
  columns: Array.from({ length: WIDTH }, (_, i) => ({
    name: `c${i}`,
    meaning: 'A cell.',
    type: i === 0 ? 'decimal' : 'text',
    cell: (row) => row[i]!,
  })),
};

/** Plain text, and every character that CSV or a spreadsheet takes to mean something. */
const CELL = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', '\t', '=', '+', '-', '@', '＝', 'é', '\u0000') }),
);

it('writes cell by cell what csv-stringify writes of whole rows', () => {
  const number = fc.double({ noNaN: true }).map(String);
  const row = fc.tuple(number, CELL, CELL, CELL);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      let text = '';
      const writer = new CsvWriter(TABLE, (more) => (text += more));
      for (const cells of rows) writer.add(cells);
      writer.finish();
      expect(writer.rows).toBe(rows.length);
      const expected = rows.map(([first, ...texts]) => csvOf([first, ...texts.map(harmless)])).join('');
      expect(text).toBe(csvOf(['c0', 'c1', 'c2', 'c3']) + expected);
    }),
  );
});

it('hands rows over in batches, and the rest when it is flushed', () => {
  const writes: string[] = [];
  const writer = new CsvWriter(TABLE, (text) => writes.push(text));
  for (let i = 0; i < 1_500; i++) writer.add(['a', 'b', 'c', 'd']);
  expect(writes).toHaveLength(2);
  writer.finish();
  expect(writes.map((text) => text.split('\n').length - 1)).toEqual([1, 1_000, 500]);
});

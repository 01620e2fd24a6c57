import { stringify } from 'csv-stringify/sync';
import type { Table } from './column.ts';
import type { TableWriter } from './table-writer.ts';

/** Rows are handed over in batches: a write costs more than a row. */
const ROWS_A_BATCH = 1_000;

/** Writes the rows of a table as RFC 4180 CSV with Unix line ends, a batch at a time, to whoever takes text. */
export class CsvWriter<T> implements TableWriter<T> {
  readonly #table: Table<T>;
  readonly #write: (text: string) => void;
  #batch = '';
  #rows = 0;

  constructor(table: Table<T>, write: (text: string) => void) {
    this.#table = table;
    this.#write = write;
    write(csvOf(table.columns.map((column) => column.name)));
  }

  /** How many rows were added, the header not counted. */
  get rows(): number {
    return this.#rows;
  }

  add(record: T): void {
    const { columns } = this.#table;
    let line = '';
    for (let i = 0; i < columns.length; i++) {
      const { type, cell } = columns[i]!;
      if (i > 0) line += ',';
      const text = cell(record);
      line += type === 'text' && NEEDS_CARE.test(text) ? encoded(text) : text;
    }
    this.#batch += line + '\n';
    if (++this.#rows % ROWS_A_BATCH === 0) this.#flush();
  }

  finish(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#batch === '') return;
    this.#write(this.#batch);
    this.#batch = '';
  }
}

/**
 * Whatever is not plain: what may have to be quoted, or be taken for a formula by a spreadsheet. Nearly every cell is
 * plain and stands in the file as it is; how the others are written, `csv-stringify` says.
 */
const NEEDS_CARE = /[^ !#-+\--~]|^[=+\-@]/;

/** Messages come again and again. */
const known = new Map<string, string>();
const MOST_KNOWN = 1_000;

function encoded(cell: string): string {
  let text = known.get(cell);
  if (text === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    text = csvOf([harmless(cell)]).slice(0, -1);
    known.set(cell, text);
  }
  return text;
}

/** A row. */
export function csvOf(cells: readonly string[]): string {
  return stringify([cells as string[]], { record_delimiter: 'unix' });
}

/** A text that a spreadsheet would take for a formula is escaped: names and messages come from other people. */
export function harmless(cell: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}

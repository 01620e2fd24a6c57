import { stringify } from 'csv-stringify/sync';
import type { Table } from './column.ts';
import type { TableWriter } from './table-writer.ts';

/** Rows are handed over in batches: one call of the stringifier costs more than a row. */
const ROWS_A_BATCH = 1_000;

/** Writes the rows of a table as RFC 4180 CSV with Unix line ends, a batch at a time, to whoever takes text. */
export class CsvWriter<T> implements TableWriter<T> {
  readonly #table: Table<T>;
  readonly #write: (text: string) => void;
  #batch: string[][] = [];
  #rows = 0;

  constructor(table: Table<T>, write: (text: string) => void) {
    this.#table = table;
    this.#write = write;
    write(csv([table.columns.map((column) => column.name)]));
  }

  /** How many rows were added, the header not counted. */
  get rows(): number {
    return this.#rows;
  }

  add(record: T): void {
    const { columns } = this.#table;
    const cells = new Array<string>(columns.length);
    for (let i = 0; i < cells.length; i++) {
      const { type, cell } = columns[i]!;
      cells[i] = type === 'text' ? harmless(cell(record)) : cell(record);
    }
    this.#batch.push(cells);
    this.#rows++;
    if (this.#batch.length === ROWS_A_BATCH) this.#flush();
  }

  finish(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#write(csv(this.#batch));
    this.#batch = [];
  }
}

function csv(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: 'unix' });
}

/** A text that a spreadsheet would take for a formula is escaped: names and messages come from other people. */
function harmless(cell: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}

import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter as Encoder } from 'hyparquet-writer';
import type { CellType, Column, Table } from './column.ts';
import type { TableWriter } from './table-writer.ts';

const ROWS_A_GROUP = 50_000;

type Value = string | bigint | number | boolean | null;

/** A cell's text as a value of its type. */
const VALUE_OF: Readonly<Record<CellType, (cell: string) => Value>> = {
  text: (cell) => cell,
  whole: BigInt,
  decimal: Number,
  flag: (cell) => cell === 'true',
};

const STORED_AS: Readonly<Record<CellType, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT64' },
  decimal: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
};

/**
 * Writes the rows of a table as an Apache Parquet file, a group of rows at a time, to whoever takes bytes. Its values are
 * those of the CSV file: an empty cell is null, a time that is exact there is the nearest double here.
 */
export class ParquetWriter<T> implements TableWriter<T> {
  readonly #columns: readonly Column<T>[];
  readonly #encoder: Encoder;
  #cells: Value[][];

  constructor({ columns }: Table<T>, write: (bytes: Uint8Array) => void) {
    this.#columns = columns;
    this.#cells = columns.map(() => []);
    const schema: SchemaElement[] = [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...STORED_AS[type] })),
    ];
    this.#encoder = new Encoder({ writer: new Sink(write), schema, createdBy: 'orrery' });
  }

  add(record: T): void {
    this.#columns.forEach(({ type, cell }, i) => {
      const text = cell(record);
      this.#cells[i]!.push(text === '' ? null : VALUE_OF[type](text));
    });
    if (this.#cells[0]!.length === ROWS_A_GROUP) this.#writeGroup();
  }

  finish(): void {
    if (this.#cells[0]!.length > 0) this.#writeGroup();
    void this.#encoder.finish();
  }

  #writeGroup(): void {
    const columnData = this.#columns.map(({ name }, i) => ({ name, data: this.#cells[i]! }));
    // The sink takes bytes at once, and so nothing here is a promise.
    void this.#encoder.write({ columnData, rowGroupSize: ROWS_A_GROUP });
    this.#cells = this.#columns.map(() => []);
  }
}

/** Hands bytes on after each group of rows: a file is never in memory as a whole. */
class Sink extends ByteWriter {
  readonly #write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    super();
    this.#write = write;
  }

  flush(): void {
    this.#write(this.getBytes());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

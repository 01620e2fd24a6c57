import type { Table } from './column.ts';

/** Takes the rows of a table, in whatever form they are kept. */
export interface TableWriter<T> {
  add(record: T): void;
  /** All rows are there. */
  finish(): void;
}

/** The same rows in several forms. */
export function inAllForms<T>(writers: readonly TableWriter<T>[]): TableWriter<T> {
  return {
    add: (record) => {
      for (const writer of writers) writer.add(record);
    },
    finish: () => {
      for (const writer of writers) writer.finish();
    },
  };
}

/** The name of a table's Parquet file. */
export function parquetName({ file }: Pick<Table<never>, 'file'>): string {
  return file.replace(/csv$/, 'parquet');
}

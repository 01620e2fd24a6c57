/** What the cells of a column are, for files that have types. An empty cell is nothing at all, whatever the type. */
export type CellType = 'text' | 'whole' | 'decimal' | 'flag';

/** One column of a report: its header with its unit, what it means, and the cell of a record. */
export interface Column<T> {
  readonly name: string;
  readonly meaning: string;
  readonly type: CellType;
  cell(record: T): string;
}

/** The tables of a run, by file name. `docs/reports.md` is held against them by a test. */
export interface Table<T> {
  readonly file: string;
  readonly holds: string;
  /** Paragraphs for those who want to know more. */
  readonly explains?: string;
  readonly columns: readonly Column<T>[];
}

type MadeColumn = <T>(name: string, meaning: string, cell: (record: T) => string) => Column<T>;

const columnOf =
  (type: CellType): MadeColumn =>
  (name, meaning, cell) => ({ name, meaning, type, cell });

export const text = columnOf('text');
/** Whole numbers of at most 2^53. */
export const whole = columnOf('whole');
export const decimal = columnOf('decimal');
/** `true` or `false`. */
export const flag = columnOf('flag');

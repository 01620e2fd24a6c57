import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse, type InfoRecord } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import { openTrace, checkFile } from './open-trace.ts';
import { TraceError, TraceProblems } from './trace-error.ts';
import { TraceRow } from './trace-row.ts';

export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** The file has no line of names: its columns are the required and then the optional ones, in this order. */
  readonly headless?: boolean;
  /** Columns besides these are passed over; else they are a mistake. */
  readonly others?: boolean;
}

/**
 * Reads a CSV file row by row, as large as it may be; `.csv.gz` too. Everything that is wrong with it is told with its
 * line, all of it at once.
 *
 * @param take is called for each row; what it finds wrong, it tells the row
 * @throws TraceError
 */
export async function readCsv(file: string, columns: CsvColumns, take: (row: TraceRow) => void): Promise<void> {
  const rows = new Rows(file, columns, take);
  try {
    const parser = parse({ ...FORM, on_record: rows.read });
    const source = openTrace(file);
    source.on('error', (error) => parser.destroy(error));
    source.pipe(parser);
    for await (const _ of parser) void _;
  } catch (error) {
    throw rows.failure(error);
  }
  rows.finish();
}

/** The same, with the whole file in memory and at once. */
export function readCsvNow(file: string, columns: CsvColumns, take: (row: TraceRow) => void): void {
  const rows = new Rows(file, columns, take);
  try {
    checkFile(file);
    const bytes = readFileSync(file);
    parseNow(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, { ...FORM, on_record: rows.read });
  } catch (error) {
    throw rows.failure(error);
  }
  rows.finish();
}

/** The number of columns is looked at by us, to say it in our words. */
const FORM = { bom: true, relax_column_count: true, skip_empty_lines: true } as const;

/** Takes the rows of one file as they are read, the line of names first. */
class Rows {
  readonly #columns: CsvColumns;
  readonly #take: (row: TraceRow) => void;
  readonly #problems: TraceProblems;
  #places: ReadonlyMap<string, number> | undefined;
  #least = 0;
  #most = 0;

  constructor(file: string, columns: CsvColumns, take: (row: TraceRow) => void) {
    this.#columns = columns;
    this.#take = take;
    this.#problems = new TraceProblems(file);
    if (columns.headless !== true) return;
    const names = [...columns.required, ...(columns.optional ?? [])];
    this.#places = new Map(names.map((name, index) => [name, index]));
    this.#least = columns.required.length;
    this.#most = columns.others === true ? Infinity : names.length;
  }

  readonly read = (record: string[], { lines }: InfoRecord): null => {
    if (this.#places === undefined) {
      this.#places = headerPlaces(record, this.#columns, this.#problems, lines);
      this.#least = this.#most = record.length;
    } else if (record.length < this.#least || record.length > this.#most) {
      const expected = this.#least === this.#most ? this.#least : `${this.#least} to ${this.#most}`;
      this.#problems.add(lines, `${record.length} columns where ${expected} are expected`);
    } else {
      this.#take(new TraceRow(this.#places, record, lines, this.#problems));
    }
    return null;
  };

  /** What the reader of CSV itself, or of the file, has to say. */
  failure(error: unknown): TraceError {
    if (error instanceof TraceError) return error;
    const { lines } = error as { lines?: number };
    const where = lines === undefined ? '' : `:${lines}`;
    return new TraceError([`${this.#problems.file}${where}: ${(error as Error).message}`]);
  }

  finish(): void {
    if (this.#places === undefined) this.#problems.add(1, 'the file is empty; a line of column names is expected');
    this.#problems.throwIfAny();
  }
}

function headerPlaces(
  names: readonly string[],
  { required, optional = [], others = false }: CsvColumns,
  problems: TraceProblems,
  line: number,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  names.forEach((raw, index) => {
    const name = raw.trim();
    if (places.has(name)) problems.add(line, `column ${JSON.stringify(name)} is there twice`);
    if (!others && !required.includes(name) && !optional.includes(name)) {
      const known = [...required, ...optional].join(', ');
      problems.add(line, `unknown column ${JSON.stringify(name)}; there are: ${known}`);
    }
    places.set(name, index);
  });
  for (const name of required) if (!places.has(name)) problems.add(line, `column ${name} is missing`);
  // Without its columns nothing of the file can be read.
  problems.throwIfAny();
  return places;
}

import { parse } from 'csv-parse';
import { openTrace } from './open-trace.ts';
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
  const problems = new TraceProblems(file);
  const names = columns.headless === true ? [...columns.required, ...(columns.optional ?? [])] : undefined;
  let places: ReadonlyMap<string, number> | undefined = names && placesOf(names);
  let width = names?.length ?? 0;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    on_record: (record: string[], { lines }) => {
      if (places === undefined) {
        places = headerPlaces(record, columns, problems, lines);
        width = record.length;
      } else if (record.length > width || record.length < (names === undefined ? width : columns.required.length)) {
        problems.add(lines, `${record.length} columns where ${width} are expected`);
      } else {
        take(new TraceRow(places, record, lines, problems));
      }
      return null;
    },
  });
  try {
    const source = openTrace(file);
    source.on('error', (error) => parser.destroy(error));
    source.pipe(parser);
    for await (const _ of parser) void _;
  } catch (error) {
    if (error instanceof TraceError) throw error;
    const { lines } = error as { lines?: number };
    throw new TraceError([`${file}${lines === undefined ? '' : `:${lines}`}: ${(error as Error).message}`]);
  }
  if (places === undefined) problems.add(1, 'the file is empty; a line of column names is expected');
  problems.throwIfAny();
}

function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]));
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

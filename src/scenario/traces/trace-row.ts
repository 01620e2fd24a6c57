import type { TraceProblems } from './trace-error.ts';

/** One row of a trace. What cannot be read is told once, and stands for 0. */
export class TraceRow {
  readonly line: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #cells: readonly string[];
  readonly #problems: TraceProblems;

  constructor(places: ReadonlyMap<string, number>, cells: readonly string[], line: number, problems: TraceProblems) {
    this.line = line;
    this.#places = places;
    this.#cells = cells;
    this.#problems = problems;
  }

  has(column: string): boolean {
    return this.#places.has(column);
  }

  /** `''` where the column is not there. */
  text(column: string): string {
    const place = this.#places.get(column);
    return place === undefined ? '' : (this.#cells[place] ?? '').trim();
  }

  /** Text that must be there. */
  name(column: string): string {
    const text = this.text(column);
    if (text === '') this.wrong(column, 'is empty');
    return text;
  }

  /** A whole number from `least` on that a double keeps exactly. */
  whole(column: string, least = 0): number {
    return this.#number(column, /^-?\d+$/, 'a whole number', least);
  }

  /** A number from `least` on. */
  decimal(column: string, least = 0): number {
    return this.#number(column, /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'a number', least);
  }

  /** As `whole`, but `undefined` where the cell is empty. */
  wholeOrNone(column: string, least = 0): number | undefined {
    return this.text(column) === '' ? undefined : this.whole(column, least);
  }

  decimalOrNone(column: string, least = 0): number | undefined {
    return this.text(column) === '' ? undefined : this.decimal(column, least);
  }

  wrong(column: string, message: string): void {
    this.#problems.add(this.line, `${column} ${message}`);
  }

  #number(column: string, form: RegExp, what: string, least: number): number {
    const text = this.text(column);
    const value = Number(text);
    if (!form.test(text) || !Number.isFinite(value)) this.wrong(column, `is ${JSON.stringify(text)}, not ${what}`);
    else if (value < least) this.wrong(column, `is ${text}, less than ${least}`);
    else if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.wrong(column, `is ${text}, too large`);
    else return value;
    return 0;
  }
}

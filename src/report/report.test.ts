import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from './column.ts';
import { ratio, seconds } from './columns.ts';
import { CsvWriter } from './csv.ts';
import { quantiles } from './summary.ts';

describe('seconds', () => {
  it('are exact and short', () => {
    expect([0, 1, 1_000_000, 1_500_000, 1_000_001, 90_061_000_000].map(seconds)).toEqual([
      '0',
      '0.000001',
      '1',
      '1.5',
      '1.000001',
      '90061',
    ]);
  });

  it('say the same number of microseconds back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (micros) => {
        const [whole = '', fraction = ''] = seconds(micros).split('.');
        expect(BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))).toBe(BigInt(micros));
      }),
    );
  });
});

it('ratios have four decimals, and none without a whole', () => {
  expect([ratio(1, 3), ratio(1, 1), ratio(0, 5), ratio(1, 0)]).toEqual(['0.3333', '1.0000', '0.0000', '']);
});

describe('quantiles', () => {
  it('are values that occurred', () => {
    expect(quantiles(Float64Array.from([5, 1, 4, 2, 3]))).toEqual({ count: 5, p50: 3, p90: 5, p99: 5, max: 5 });
    expect(quantiles(new Float64Array())).toBeUndefined();
  });

  it('are ordered, and at least so many values are not above them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const of = quantiles(Float64Array.from(values))!;
        expect(of.p50 <= of.p90 && of.p90 <= of.p99 && of.p99 <= of.max).toBe(true);
        for (const [percent, value] of [
          [50, of.p50],
          [90, of.p90],
          [99, of.p99],
        ] as const) {
          expect(values.filter((one) => one <= value).length * 100).toBeGreaterThanOrEqual(percent * values.length);
          expect(values).toContain(value);
        }
      }),
    );
  });
});

describe('CSV', () => {
  const table: Table<readonly string[]> = {
    file: 'x.csv',
    holds: 'Two cells.',
    columns: [0, 1].map((i) => ({
      name: `c${i}`,
      meaning: '',
      type: 'text',
      cell: (row: readonly string[]) => row[i]!,
    })),
  };
  const written = (rows: readonly (readonly string[])[]): string => {
    let text = '';
    const writer = new CsvWriter(table, (part) => (text += part));
    for (const row of rows) writer.add(row);
    writer.finish();
    expect(writer.rows).toBe(rows.length);
    return text;
  };

  it('survives whatever a name or a message holds (P78)', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/^[=+\-@\t\r＝＋－＠]/.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (rows) => {
        expect(parse(written(rows))).toEqual([['c0', 'c1'], ...rows.map((row) => [...row])]);
      }),
    );
  });

  it('lets no cell begin a formula', () => {
    expect(written([['=cmd()', '-1+2']])).toBe("c0,c1\n'=cmd(),'-1+2\n");
  });

  it('leaves numbers alone', () => {
    let text = '';
    const columns = table.columns.map((column) => ({ ...column, type: 'decimal' as const }));
    const writer = new CsvWriter({ ...table, columns }, (part) => (text += part));
    writer.add(['-1.5', '-1+2']);
    writer.finish();
    expect(text).toBe('c0,c1\n-1.5,-1+2\n');
  });

  it('writes every row once, whatever the batches', () => {
    const rows = Array.from({ length: 2_345 }, (_, i) => [String(i), 'x']);
    expect(parse(written(rows))).toHaveLength(rows.length + 1);
  });
});

/** RFC 4180, slow and obvious. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char === '"' && text[i + 1] === '"') cell += text[++i]!;
      else if (char === '"') quoted = false;
      else cell += char;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else cell += char;
  }
  return rows;
}

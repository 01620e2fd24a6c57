import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markup } from '../markup.ts';
import { boxes } from './box.ts';
import { ecdf, ecdfPath } from './ecdf.ts';
import { heatMap, LEVELS, levelOf, topOf } from './heat-map.ts';
import { lanes } from './lanes.ts';
import { countScale, logDurationScale, timeScale } from './scale.ts';
import { stepLines, stepPath } from './step-lines.ts';

const labels = (ticks: readonly { label: string }[]): string[] => ticks.map(({ label }) => label);

describe('scales', () => {
  it('have round ticks', () => {
    expect(labels(countScale(37).ticks)).toEqual(['0', '10', '20', '30', '40']);
    expect(labels(countScale(100, ' %').ticks)).toEqual(['0 %', '50 %', '100 %']);
    expect(labels(countScale(48_000).ticks)).toEqual(['0', '20k', '40k', '60k']);
    expect(labels(timeScale(0, 1_800_000_000).ticks)).toEqual(['0', '10m', '20m', '30m']);
    expect(labels(timeScale(0, 250_000).ticks)).toEqual(['0', '50ms', '100ms', '150ms', '200ms', '250ms']);
    expect(labels(logDurationScale(3_000, 90_000_000).ticks)).toEqual([
      '1ms',
      '10ms',
      '100ms',
      '1s',
      '10s',
      '1m',
      '10m',
    ]);
  });

  it('keep the order of values and stay between 0 and 1', () => {
    const value = fc.integer({ min: 0, max: 1e15 });
    fc.assert(
      fc.property(value, value, value, (a, b, most) => {
        for (const scale of [countScale(most), timeScale(0, most), logDurationScale(1, Math.max(1, most))]) {
          const [low, high] = [scale.place(Math.min(a, b)), scale.place(Math.max(a, b))];
          expect(low >= 0 && low <= high && high <= 1).toBe(true);
          for (const { at } of scale.ticks) expect(at >= 0 && at <= 1 + 1e-9).toBe(true);
          expect(scale.ticks.length).toBeLessThan(12);
        }
      }),
    );
  });
});

describe('step lines', () => {
  it('hold a value until the next', () => {
    expect(stepPath([0, 50, 75], [0, 1, 0.5], 100, (value) => value)).toBe('M0 1000H500V0H750V500H1000');
  });

  it('keep the highest and lowest of thousands of values', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i === 7_777 ? 1 : i === 9_999 ? 0 : 0.5));
    const times = values.map((_, i) => i);
    const path = stepPath(times, values, 20_000, (value) => value);
    expect(path).toContain('V0V');
    expect(path).toContain('V1000H');
    expect(path.length).toBeLessThan(200);
  });

  it('are a picture with words for who cannot see it', () => {
    const text = stepLines({
      id: 'a',
      label: 'Pods & time',
      times: [0, 1_000_000],
      lines: [{ name: '<ready>', colour: 2, values: [1, 2] }],
    }).text;
    expect(text).toContain('role="img" aria-label="Pods &amp; time"');
    expect(text).toContain('<i class="k2"></i>&lt;ready&gt;');
  });
});

it('what was done stands behind the lines: a mark, and a shade until it ended', () => {
  const text = stepLines({
    id: 'a',
    label: 'x',
    times: [0, 1_000_000],
    lines: [{ name: 'ready', colour: 2, values: [1, 2] }],
    moments: [{ at: 250_000, until: 750_000 }, { at: 500_000 }],
  }).text;
  expect(text).toContain('<path class="during" d="M250 0H750V1000H250Z"/><path class="reference" d="M250 0V1000"/>');
  expect(text).toContain('<path class="reference" d="M500 0V1000"/><path class="line c2"');
});

describe('distributions', () => {
  it('rise by the share of values that are not above', () => {
    expect(ecdfPath([1, 2, 2, 4], (value) => value / 4)).toBe('M0 1000H250V750H500V250H1000V0H1000');
  });

  it('stay small however many values there are', () => {
    const sorted = Float64Array.from({ length: 200_000 }, (_, i) => i + 1);
    expect(ecdf('x', [{ name: 'a', colour: 0, sorted }]).text.length).toBeLessThan(15_000);
  });

  it('say so when there is nothing', () => {
    expect(ecdf('x', []).text).toContain('No values');
    expect(boxes('x', [{ name: 'a', colour: 0, sorted: [] }]).text).toContain('No values');
  });

  it('are boxes with their figures', () => {
    const sorted = Array.from({ length: 100 }, (_, i) => (i + 1) * 1_000);
    expect(boxes('x', [{ name: 'a', colour: 0, sorted }]).text).toContain('p50 50.0ms, p99 99.0ms, max 100ms');
  });
});

describe('a heat map', () => {
  it('draws each cell once, as runs of one colour', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })),
        (rows) => {
          const text = heatMap({ id: 'm', label: 'm', rows, x: [], y: [] }).text.split('class="key"')[0]!;
          const seen = new Map<string, number>();
          for (const [, level, path] of text.matchAll(/class="h(\d)" d="([^"]*)"/g)) {
            for (const [, x, y, length] of path!.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
              for (let i = 0; i < Number(length); i++) {
                const cell = `${y}/${Number(x) + i}`;
                expect(seen.has(cell)).toBe(false);
                seen.set(cell, Number(level));
              }
            }
          }
          expect(seen.size).toBe(rows.length * 5);
          rows.forEach((row, y) => row.forEach((share, x) => expect(seen.get(`${y}/${x}`)).toBe(levelOf(share))));
        },
      ),
    );
  });

  it('reaches as far as it must, in round steps', () => {
    expect([[], [[0.03, 0.01]], [[0.18]], [[0.2]], [[0.76]], [[1]]].map(topOf)).toEqual([0.05, 0.05, 0.2, 0.2, 1, 1]);
  });

  it('tells nothing from little, and full from nearly full', () => {
    expect([0, 0.001, 0.5, 0.99, 1].map(levelOf)).toEqual([0, 1, 5, 8, LEVELS - 1]);
  });
});

it('lanes show even what took no time at all', () => {
  const text = lanes(
    'lives',
    [{ name: 'a', stretches: [{ from: 0, to: 1, colour: 1 }], value: 'x' }],
    timeScale(0, 1_000_000),
    [{ name: 'waits', colour: 1 }],
  ).text;
  expect(text).toContain('d="M0 4H2V16H0Z"');
  expect(text).not.toBe(markup``.text);
});

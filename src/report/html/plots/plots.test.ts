import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandLines } from './band-lines.ts';
import { boxPlots, quantile } from './box-plots.ts';
import { cumulativeShares } from './cumulative-shares.ts';
import { drawnFigure, standalone } from './drawn.ts';
import { gridMap } from './grid-map.ts';
import { groupedBars } from './grouped-bars.ts';
import { intervalBars } from './interval-bars.ts';
import { drawPlots, NARROW, WIDE, wholeSpec, type Plot } from './plot.ts';

const HOSTILE = '</text></svg><script>alert(1)</script> & "0.123456789" \u202e';
const about = (id: string) => ({ id, title: id, caption: 'n = 3', label: id });
const samples = [
  { name: HOSTILE, colour: 0, values: [3, 1, 2] },
  { name: 'b', colour: 1, values: [5] },
];

const plots: readonly Plot[] = [
  intervalBars({
    ...about('intervals'),
    axis: 'pods',
    bars: [
      { name: HOSTILE, colour: 0, middle: 1, low: 0.5, high: 1.5, value: '1 ± 0.5' },
      { name: 'b', colour: 1, middle: 30_000, value: '30000 ± ?' },
    ],
    reference: 0,
  }),
  intervalBars({ ...about('one'), axis: 'pods', bars: [{ name: 'a', colour: 0, middle: 0, value: '0 ± ?' }] }),
  cumulativeShares({ ...about('shares'), axis: 'seconds', shareAxis: 'share of runs', samples }),
  boxPlots({ ...about('boxes'), axis: 'seconds', samples }),
  gridMap({
    ...about('map'),
    xAxis: 'nodes',
    yAxis: 'scheduler',
    unit: 'pods',
    cells: [
      { x: '1', y: HOSTILE, value: -3, text: '−3' },
      { x: '2', y: 'b', value: 50_000, text: '50k' },
    ],
  }),
  gridMap({ ...about('flat'), xAxis: 'a', yAxis: 'b', unit: '', cells: [{ x: '1', y: '1', value: 0, text: '0' }] }),
  bandLines({
    ...about('bands'),
    xAxis: 'nodes',
    yAxis: 'seconds',
    hasPoints: true,
    lines: [
      {
        name: HOSTILE,
        colour: 0,
        points: [
          { x: 1, y: 2, low: 1, high: 3 },
          { x: 2, y: 4, low: 3, high: 5 },
        ],
        others: [{ x: 1, y: 2.1 }],
      },
      { name: 'b', colour: 1, points: [{ x: 1, y: 2 }] },
    ],
  }),
  groupedBars({
    ...about('bars'),
    groupAxis: 'sharing',
    valueAxis: 'unallocated',
    names: ['a', HOSTILE],
    bars: [
      { group: '40 %', name: 'a', value: 3, low: 2, high: 4, other: 3.1 },
      { group: '40 %', name: HOSTILE, value: 5, low: 5, high: 5 },
    ],
  }),
];

const schema = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('vega-lite/vega-lite-schema.json'), 'utf8'),
) as Record<string, unknown>;
const valid = new Ajv({ strict: false, validateFormats: false }).compile(schema);

describe.each(plots.map((plot) => [plot.id, plot] as const))('%s', (_, plot) => {
  it('is what Vega-Lite’s schema allows, and gives it nothing to warn of', async () => {
    for (const width of [WIDE, NARROW]) {
      expect(valid(wholeSpec(plot, width)), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true);
    }
    const warnings: string[] = [];
    await drawPlots([plot], (message) => warnings.push(message));
    expect(warnings).toEqual([]);
  });

  it('is the same drawing every time: well-formed, fit for its width, no colour but the page’s', async () => {
    const [drawn] = await drawPlots([plot]);
    expect(await drawPlots([plot])).toEqual([{ ...drawn, spec: expect.any(Function) as unknown }]);
    for (const [svg, width] of [
      [drawn!.wide, WIDE],
      [drawn!.narrow, NARROW],
    ] as const) {
      expect(Number(/ width="(\d+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(width + 1);
      expect(svg).not.toMatch(/NaN|Infinity|undefined| id=|#[0-9a-f]{3,6}\b/);
      expect([...svg.matchAll(/<(\w+)[\s>](?![^<]*\/>)/g)].length).toBe([...svg.matchAll(/<\/\w+>/g)].length);
    }
  });
});

it('texts of a scenario stay texts, to the last digit', async () => {
  for (const { wide, narrow } of await drawPlots(plots)) {
    expect(wide + narrow).not.toContain('<script');
    expect(wide + narrow).not.toContain('\u202e');
  }
  const long = boxPlots({
    ...about('x'),
    axis: 'seconds',
    samples: [{ name: 'p = 0.123456789', colour: 0, values: [1] }],
  });
  expect((await drawPlots([long]))[0]!.wide).toContain('p = 0.123456789');
});

it('a plot on a page is told to who cannot see it; as a file it has colours of its own', async () => {
  const [drawn] = await drawPlots([plots[0]!]);
  const text = drawnFigure({ ...drawn!, label: 'Means & "intervals"' }).text;
  expect(text).toContain('role="img" aria-label="Means &amp; &quot;intervals&quot;"');
  expect(text).toContain('class="marks wide"');
  expect(text).toContain('class="marks narrow"');
  const style = ':root {\n  --ink: #123456;\n  --c0: #abcdef;\n}\n@media dark { :root { --ink: #ffffff; } }';
  const file = standalone(drawn!, style);
  expect(file).toContain('#abcdef');
  expect(file).toContain('#123456');
  expect(file).not.toContain('#ffffff');
});

it('quantiles are those of R’s type 7, and lie among the values', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile([1, 2, 3, 4], p))).toEqual([1, 1.75, 2.5, 3.25, 4]);
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
      const sorted = [...values].sort((a, b) => a - b);
      const found = quantile(sorted, p);
      expect(found >= sorted[0]! && found <= sorted.at(-1)!).toBe(true);
    }),
  );
});

import { expect, it } from 'vitest';
import { parseFactor, variantsOf } from '../../../experiment/vary.ts';
import { commonSets, factorsOf, settingsOf, shortNames, shortValue } from './settings.ts';

function planOf(common: readonly string[], ...vary: readonly string[]) {
  const variants = variantsOf(vary.map(parseFactor)).map(({ label, sets }) => ({
    label,
    sets: [...common, ...sets],
    identity: '',
  }));
  return { name: 'x', path: 'x.yaml', seeds: ['1'], variants };
}

it('a variant’s settings are read back from its label and sets, whatever is in the values', () => {
  const plan = planOf(['duration=5m'], 'scheduler=default,./mine.ts', 'labels=[a, b],{ c: "d, e=f" }');
  expect(plan.variants.map(settingsOf)).toEqual(
    ['default', './mine.ts'].flatMap((scheduler) =>
      ['[a, b]', '{ c: "d, e=f" }'].map((labels) => [
        { name: 'scheduler', value: scheduler },
        { name: 'labels', value: labels },
      ]),
    ),
  );
  expect(commonSets(plan)).toEqual(['duration=5m']);
  expect(factorsOf(plan).map(({ name, values }) => `${name} ${values.length}`)).toEqual(['scheduler 2', 'labels 2']);
});

it('where nothing is varied there are none', () => {
  const plan = planOf(['duration=5m']);
  expect(settingsOf(plan.variants[0]!)).toEqual([]);
  expect(commonSets(plan)).toEqual(['duration=5m']);
  expect(shortNames(plan)).toEqual(['as it is']);
});

it('names for plots tell variants apart and say no more', () => {
  const plan = planOf([], 'scheduler=default,/a/mine.ts', 'cluster.nodes=10,20', 'duration=5m');
  expect(shortNames(plan)).toEqual([
    'default, nodes 10',
    'default, nodes 20',
    'mine.ts, nodes 10',
    'mine.ts, nodes 20',
  ]);
  const same = planOf([], 'scheduler=/a/mine.ts,/b/mine.ts');
  expect(shortNames(same)).toEqual(['scheduler=/a/mine.ts', 'scheduler=/b/mine.ts']);
  expect(shortValue('https://a/b')).toBe('https://a/b');
});

import { describe, expect, it } from 'vitest';
import { ExperimentError, factorOf, parseFactor, variantsOf } from './vary.ts';

describe('what is varied', () => {
  it('is a path and values; commas inside brackets and quotes belong to a value', () => {
    expect(parseFactor('scheduler=default,./mine.ts')).toEqual({
      name: 'scheduler',
      path: 'cluster.scheduler.policy',
      values: ['default', './mine.ts'],
    });
    expect(parseFactor('cluster.nodes=100,200').path).toBe('cluster.nodes[0].count');
    expect(parseFactor('parameters.x={ uniform: { min: 1s, max: 2s } },3s').values).toEqual([
      '{ uniform: { min: 1s, max: 2s } }',
      '3s',
    ]);
    expect(parseFactor('a="x,y",z').values).toEqual(['"x,y"', 'z']);
    expect(parseFactor('a=b=c').values).toEqual(['b=c']);
  });

  it('comes in every combination, the last running fastest', () => {
    const variants = variantsOf([parseFactor('a=1,2'), parseFactor('b=x,y')]);
    expect(variants.map(({ label }) => label)).toEqual(['a=1, b=x', 'a=1, b=y', 'a=2, b=x', 'a=2, b=y']);
    expect(variants[2]!.sets).toEqual(['a=2', 'b=x']);
    expect(variantsOf([])).toEqual([{ label: 'as it is', sets: [] }]);
  });

  it.each([
    ['scheduler', 'is not PATH=VALUE'],
    ['=a', 'is not PATH=VALUE'],
    ['a=', 'empty'],
    ['a=1,,2', 'empty'],
    ['a=1,1', 'twice'],
    ['seed=1,2', '--seeds'],
  ])('%s is refused', (text, why) => {
    expect(() => parseFactor(text)).toThrow(ExperimentError);
    expect(() => parseFactor(text)).toThrow(why);
  });

  it('is not too much, and nothing twice', () => {
    const many = factorOf(
      'a',
      Array.from({ length: 101 }, (_, i) => String(i)),
    );
    expect(() => variantsOf([many, { ...many, name: 'b', path: 'b' }])).toThrow('10201 combinations');
    expect(() => variantsOf([parseFactor('scheduler=a'), parseFactor('cluster.scheduler.policy=b')])).toThrow('twice');
  });
});

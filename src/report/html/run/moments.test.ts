import { expect, it } from 'vitest';
import { doings, markedMoments } from './moments.ts';

it('what was done is told in the order of time, as far as the run went', () => {
  const moments = [
    { at: 12_000_000, text: 'kubectl delete <b>' },
    { at: 5_000_000, until: 9_000_000, text: 'ZoneOutage zone b' },
    { at: 60_000_000, text: 'kubectl never' },
  ];
  const { text } = doings(moments, 30_000_000);
  expect(text).toMatch(/5s<\/b> <span>ZoneOutage zone b <small>until 9s<\/small>.*12s.*kubectl delete &lt;b&gt;/s);
  expect(text).not.toContain('never');
  expect(doings([], 1).text).toBe('');
});

it('a pattern is not marked one by one', () => {
  const many = Array.from({ length: 100 }, (_, i) => ({ at: 100 - i, text: 'x' }));
  expect(markedMoments(many, 200).map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(doings(many, 200).text).toContain('60 more came later');
});

import { describe, expect, test } from 'vitest';
import { scores, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { Taint } from '../../../sim/api/node.ts';
import type { Toleration } from '../../../sim/api/pod.ts';

const NO = 'UnschedulableAndUnresolvable: node(s) had untolerated taint(s)';

function world(taints: Readonly<Record<string, readonly Taint[]>>): SchedulingWorld {
  const made = new SchedulingWorld();
  for (const [name, list] of Object.entries(taints)) made.node(name, { spec: { taints: list } });
  return made;
}

const pod = (...tolerations: Toleration[]) => podOf('p', { spec: { tolerations } });

describe('TaintToleration Filter (sheet 3.5)', () => {
  const nodes = world({
    clean: [],
    hard: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
    leave: [{ key: 'k', value: 'v', effect: 'NoExecute' }],
    soft: [{ key: 'k', value: 'v', effect: 'PreferNoSchedule' }],
    two: [
      { key: 'k', value: 'v', effect: 'NoSchedule' },
      { key: 'l', effect: 'NoSchedule' },
    ],
  });
  const expected = (hard: string, leave: string, two: string) => ({ clean: 'ok', hard, leave, soft: 'ok', two });

  test.each<[string, Toleration[], Record<string, string>]>([
    ['nothing tolerated', [], expected(NO, NO, NO)],
    ['equal value', [{ key: 'k', value: 'v' }], expected('ok', 'ok', NO)],
    ['other value', [{ key: 'k', value: 'w' }], expected(NO, NO, NO)],
    ['one effect', [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }], expected('ok', NO, NO)],
    ['every taint must be tolerated', [{ key: 'k', value: 'v' }, { key: 'l' }], expected('ok', 'ok', 'ok')],
    ['wildcard', [{ operator: 'Exists' }], expected('ok', 'ok', 'ok')],
    ['empty key with a value', [{ value: 'v' }], expected('ok', 'ok', NO)],
  ])('%s', (_what, tolerations, verdict) => {
    expect(verdicts(nodes, 'TaintToleration', pod(...tolerations))).toEqual(verdict);
  });
});

describe('TaintToleration Score (sheet 3.5)', () => {
  const nodes = world({
    none: [{ key: 'hard', effect: 'NoSchedule' }],
    one: [{ key: 'a', effect: 'PreferNoSchedule' }],
    three: [
      { key: 'a', effect: 'PreferNoSchedule' },
      { key: 'b', effect: 'PreferNoSchedule' },
      { key: 'c', effect: 'PreferNoSchedule' },
    ],
  });

  test('fewer intolerable PreferNoSchedule taints are better', () => {
    expect(scores(nodes, 'TaintToleration', pod())).toEqual({ none: [0, 100], one: [1, 67], three: [3, 0] });
  });

  test('tolerations of other effects do not count', () => {
    expect(scores(nodes, 'TaintToleration', pod({ operator: 'Exists', effect: 'NoSchedule' }))).toMatchObject({
      three: [3, 0],
    });
  });

  test('what is tolerated does not count; all equal is 100 everywhere', () => {
    expect(scores(nodes, 'TaintToleration', pod({ operator: 'Exists' }))).toEqual({
      none: [0, 100],
      one: [0, 100],
      three: [0, 100],
    });
  });
});

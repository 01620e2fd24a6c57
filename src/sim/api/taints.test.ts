import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Taint } from './node.ts';
import type { Toleration } from './pod.ts';
import { isTolerated, tolerates, untoleratedTaint } from './taints.ts';

const taint: Taint = { key: 'gpu', value: '8', effect: 'NoSchedule' };

describe('tolerations', () => {
  it('match key, value and effect, where given', () => {
    const cases: [Toleration, boolean][] = [
      [{ key: 'gpu', value: '8' }, true],
      [{ key: 'gpu', operator: 'Equal', value: '8', effect: 'NoSchedule' }, true],
      [{ key: 'gpu', operator: 'Equal', value: '4' }, false],
      [{ key: 'gpu' }, false],
      [{ key: 'gpu', operator: 'Exists' }, true],
      [{ key: 'gpu', operator: 'Exists', effect: '' }, true],
      [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
      [{ key: 'cpu', operator: 'Exists' }, false],
      [{ operator: 'Exists' }, true],
      [{ operator: 'Exists', effect: 'NoExecute' }, false],
      [{ value: '8' }, true],
      [{ value: '' }, false],
    ];
    for (const [toleration, expected] of cases) {
      expect(tolerates(toleration, taint), JSON.stringify(toleration)).toBe(expected);
    }
    expect(tolerates({ key: 'a' }, { key: 'a', effect: 'NoSchedule' })).toBe(true);
  });

  it('compare numbers only where the feature is on', () => {
    const less: Toleration = { key: 'gpu', operator: 'Lt', value: '10' };
    expect(tolerates(less, taint)).toBe(false);
    expect(tolerates(less, taint, true)).toBe(true);
    expect(tolerates({ ...less, value: '8' }, taint, true)).toBe(false);
    expect(tolerates({ ...less, operator: 'Gt', value: '-3' }, taint, true)).toBe(true);
    for (const value of ['010', '+10', '1e1', '', '10 ', '9223372036854775808']) {
      expect(tolerates({ ...less, value }, taint, true), value).toBe(false);
    }
  });

  it('leave the first taint that nothing tolerates', () => {
    const taints: Taint[] = [
      { key: 'a', effect: 'PreferNoSchedule' },
      { key: 'b', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ];
    const hard = ['NoSchedule', 'NoExecute'] as const;
    expect(untoleratedTaint(taints, undefined, hard)?.key).toBe('b');
    expect(untoleratedTaint(taints, [{ key: 'b', operator: 'Exists' }], hard)?.key).toBe('c');
    expect(untoleratedTaint(taints, [{ operator: 'Exists' }], hard)).toBeUndefined();
    expect(untoleratedTaint(undefined, undefined, hard)).toBeUndefined();
  });

  it('tolerate a taint exactly when one of them matches it', () => {
    const tolerations = fc.array(
      fc.record(
        {
          key: fc.constantFrom('', 'a', 'b'),
          operator: fc.constantFrom('Equal' as const, 'Exists' as const),
          value: fc.constantFrom('', 'x'),
          effect: fc.constantFrom('' as const, 'NoSchedule' as const, 'NoExecute' as const),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 4 },
    );
    const taints = fc.record({
      key: fc.constantFrom('a', 'b'),
      value: fc.constantFrom('', 'x'),
      effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const),
    });
    fc.assert(
      fc.property(tolerations, taints, (list, one) => {
        expect(isTolerated(one, list)).toBe(list.some((toleration) => tolerates(toleration, one)));
        const rest = untoleratedTaint([one], list, ['NoSchedule', 'NoExecute']);
        expect(rest === undefined).toBe(isTolerated(one, list));
      }),
    );
  });
});

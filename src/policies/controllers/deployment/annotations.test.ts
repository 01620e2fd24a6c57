import { describe, expect, it } from 'vitest';
import {
  DESIRED_REPLICAS,
  LAST_APPLIED,
  MAX_REPLICAS,
  numberIn,
  REVISION,
  REVISION_HISTORY,
  withReplicas,
  withRevision,
} from './annotations.ts';

describe('a number in an annotation', () => {
  it('is a whole one or none', () => {
    const read = (text: string): number | undefined => numberIn({ a: text }, 'a');
    expect([read('7'), read('-7'), read('07'), read('1.5'), read(''), read('x'), numberIn({}, 'a')]).toEqual([
      7,
      -7,
      7,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the annotations of a ReplicaSet', () => {
  it('are those of its Deployment, but for what belongs to either alone', () => {
    const deployment = {
      team: 'a',
      [LAST_APPLIED]: '{}',
      [REVISION]: '9',
      [DESIRED_REPLICAS]: '3',
      [MAX_REPLICAS]: '4',
    };
    expect(withRevision({ own: 'x' }, deployment, 2)).toEqual({ own: 'x', team: 'a', [REVISION]: '2' });
  });

  it('stay the same object when nothing changes', () => {
    const annotations = { team: 'a', [REVISION]: '2', [DESIRED_REPLICAS]: '3', [MAX_REPLICAS]: '4' };
    expect(withRevision(annotations, { team: 'a' }, 2)).toBe(annotations);
    expect(withReplicas(annotations, 3, 4)).toBe(annotations);
  });

  it('take a higher revision only, and keep the former ones', () => {
    expect(withRevision({ [REVISION]: '5' }, {}, 4)).toEqual({ [REVISION]: '5' });
    const once = withRevision({ [REVISION]: '1' }, {}, 4);
    expect(once).toEqual({ [REVISION]: '4', [REVISION_HISTORY]: '1' });
    expect(withRevision(once, {}, 6)).toEqual({ [REVISION]: '6', [REVISION_HISTORY]: '1,4' });
  });

  it('keep a revision that is no number', () => {
    expect(withRevision({ [REVISION]: 'mine' }, {}, 4)).toEqual({ [REVISION]: 'mine' });
  });

  it('keep a history of at most 2,000 characters, dropping the oldest', () => {
    let annotations: Readonly<Record<string, string>> = {};
    for (let revision = 1; revision <= 1_200; revision++) annotations = withRevision(annotations, {}, revision);
    const history = annotations[REVISION_HISTORY]!;
    expect(history.length).toBeLessThanOrEqual(2_000);
    expect(history.length).toBeGreaterThan(1_990);
    expect(history.endsWith(',1198,1199')).toBe(true);
    expect(history.startsWith('1,')).toBe(false);
  });

  it('say for which size the ReplicaSet was scaled', () => {
    expect(withReplicas({ a: 'b' }, 10, 13)).toEqual({ a: 'b', [DESIRED_REPLICAS]: '10', [MAX_REPLICAS]: '13' });
  });
});

import { describe, expect, it } from 'vitest';
import type { Change } from '../api/change.ts';
import type { Deployment } from '../api/workloads.ts';
import type { Condition, Expectation } from '../scenario/expectations.ts';
import { makeDeployment, makePod } from '../../../test/doubles/objects.ts';
import { Expectations } from './expectations.ts';

const AVAILABLE: Condition = { that: 'available', kind: 'Deployment', key: 'default/web', atLeast: undefined };

function deployment(available: number): Deployment {
  const base = makeDeployment('web', 2, { app: 'web' });
  return { ...base, status: { ...base.status, availableReplicas: available } };
}

function modified(from: number, to: number): Change {
  return { type: 'MODIFIED', object: deployment(to), previous: deployment(from) };
}

function outcomes(expectation: Omit<Expectation, 'text'>, play: (expectations: Expectations) => void) {
  const expectations = new Expectations([{ ...expectation, text: 'it' }]);
  play(expectations);
  return expectations.finish(1_000)[0]!;
}

describe('an expectation', () => {
  it('at a time is judged at that time only', () => {
    const outcome = outcomes({ when: { kind: 'at', atMicros: 50 }, condition: AVAILABLE }, (expectations) => {
      expect(expectations.moments()).toEqual([50]);
      expectations.committed({ type: 'ADDED', object: deployment(0), previous: undefined }, 10);
      expectations.committed(modified(0, 2), 20);
      expectations.dueAt(50);
      expectations.committed(modified(2, 0), 60);
    });
    expect(outcome).toMatchObject({ held: true, brokenAt: undefined });
  });

  it('at a time that the run does not reach is broken', () => {
    expect(outcomes({ when: { kind: 'at', atMicros: 5_000 }, condition: AVAILABLE }, () => undefined)).toMatchObject({
      held: false,
      detail: 'the run ended before that',
    });
  });

  it('always counts from the first moment it holds, and names the first at which it does not', () => {
    const outcome = outcomes({ when: { kind: 'always', fromMicros: 0 }, condition: AVAILABLE }, (expectations) => {
      expectations.committed({ type: 'ADDED', object: deployment(0), previous: undefined }, 10);
      expectations.committed(modified(0, 2), 20);
      expectations.committed(modified(2, 1), 30);
      expectations.committed(modified(1, 0), 40);
    });
    expect(outcome).toMatchObject({ held: false, brokenAt: 30, detail: 'deployment default/web has 1 of 2 available' });
  });

  it('always that never held is broken', () => {
    const never = outcomes({ when: { kind: 'always', fromMicros: 0 }, condition: AVAILABLE }, () => undefined);
    expect(never).toMatchObject({ held: false, detail: 'it never held: there is no deployment default/web' });
  });

  it('always from a time is strict from then on', () => {
    const outcome = outcomes({ when: { kind: 'always', fromMicros: 25 }, condition: AVAILABLE }, (expectations) => {
      expectations.committed({ type: 'ADDED', object: deployment(1), previous: undefined }, 10);
      expectations.dueAt(25);
    });
    expect(outcome).toMatchObject({ held: false, brokenAt: 25 });
  });

  it('counts pods as they come and go', () => {
    const condition: Condition = {
      that: 'pods',
      selector: { matchLabels: { app: 'web' } },
      namespace: undefined,
      phase: 'Pending',
      atLeast: 1,
      atMost: 1,
    };
    const labels = { app: 'web' };
    const outcome = outcomes({ when: { kind: 'end' }, condition }, (expectations) => {
      const pods = ['a', 'b'].map((name) => makePod(name, {}, { labels }));
      for (const object of pods) expectations.committed({ type: 'ADDED', object, previous: undefined }, 1);
      expectations.committed({ type: 'DELETED', object: pods[0]!, previous: pods[0] }, 2);
    });
    expect(outcome).toMatchObject({ held: true });
  });
});

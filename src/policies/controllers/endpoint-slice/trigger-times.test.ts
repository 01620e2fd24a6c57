import { describe, expect, it } from 'vitest';
import { serviceNamed } from '../../../../test/doubles/workload-objects.ts';
import { TriggerTimes } from './trigger-times.ts';

const SERVICE = { ...serviceNamed('web'), metadata: { ...serviceNamed('web').metadata, creationTimestamp: 50 } };

/** The trigger times of a Service that has been looked at before, with a pod that became Ready at 60. */
function known(): TriggerTimes {
  const times = new TriggerTimes();
  times.see('a', 60);
  expect(times.next(SERVICE)).toBe(50);
  return times;
}

describe('the trigger time of a change', () => {
  it('is the creation of a Service that is new, whatever its pods say', () => {
    const times = new TriggerTimes();
    times.see('a', 20);
    expect(times.next(SERVICE)).toBe(50);
  });

  it('is the earliest transition that is news', () => {
    const times = known();
    times.see('b', 90);
    times.see('c', 80);
    expect(times.next(SERVICE)).toBe(80);
    times.see('a', 95);
    times.see('b', 90);
    expect(times.next(SERVICE)).toBe(95);
  });

  it('is none when nothing that bears a time is news', () => {
    const times = known();
    times.see('a', 60);
    times.see('b', undefined);
    expect(times.next(SERVICE)).toBeUndefined();
    times.left('a');
    expect(times.next(SERVICE)).toBeUndefined();
  });

  it('takes a pod that was forgotten for a new one', () => {
    const times = known();
    times.keepOnly(new Set(['a']));
    times.see('a', 60);
    expect(times.next(SERVICE)).toBeUndefined();
    times.keepOnly(new Set());
    times.see('a', 60);
    expect(times.next(SERVICE)).toBe(60);
  });

  it('is the creation of another Service that took the place of the first', () => {
    const times = known();
    times.see('b', 90);
    expect(times.next({ ...SERVICE, metadata: { ...SERVICE.metadata, creationTimestamp: 70 } })).toBe(70);
  });
});

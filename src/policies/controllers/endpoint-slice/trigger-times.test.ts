import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../sim/api/pod.ts';
import { podNamed, serviceNamed } from '../../../../test/doubles/workload-objects.ts';
import { TriggerTimes } from './trigger-times.ts';

const S = 'default/web';
const SERVICE = { ...serviceNamed('web'), metadata: { ...serviceNamed('web').metadata, creationTimestamp: 50 } };

function ready(name: string, at: number): Pod {
  return {
    ...podNamed(name),
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }] },
  };
}

describe('the trigger time of a change', () => {
  it('is the creation of a Service that is new', () => {
    expect(new TriggerTimes().next(S, SERVICE, [ready('a', 20)])).toBe(50);
  });

  it('is the earliest transition that is news', () => {
    const times = new TriggerTimes();
    times.next(S, SERVICE, [ready('a', 60)]);
    expect(times.next(S, SERVICE, [ready('a', 60), ready('b', 90), ready('c', 80)])).toBe(80);
    expect(times.next(S, SERVICE, [ready('a', 95), ready('b', 90), ready('c', 80)])).toBe(95);
  });

  it('is none when nothing that bears a time is news', () => {
    const times = new TriggerTimes();
    times.next(S, SERVICE, [ready('a', 60)]);
    expect(times.next(S, SERVICE, [ready('a', 60), podNamed('b')])).toBeUndefined();
    expect(times.next(S, SERVICE, [])).toBeUndefined();
  });

  it('starts anew for a Service that was forgotten', () => {
    const times = new TriggerTimes();
    times.next(S, SERVICE, []);
    times.forget(S);
    expect(times.next(S, SERVICE, [])).toBe(50);
  });
});

import { expect, test } from 'vitest';
import { podOf } from '../../../../test/doubles/scheduling-world.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import type { PluginHandle, PreEnqueuePlugin } from '../../../sim/policy-api/scheduling.ts';
import { schedulingGates } from './scheduling-gates.ts';

const plugin = schedulingGates(undefined, {} as PluginHandle) as PreEnqueuePlugin;

test('a pod with gates is kept out, by name of the gates (sheet 3.2)', () => {
  const pod = podOf('p', { spec: { schedulingGates: [{ name: 'example.com/a' }, { name: 'b' }] } });
  expect(plugin.preEnqueue(pod)).toEqual({
    code: Code.UnschedulableAndUnresolvable,
    reasons: ['waiting for scheduling gates: [example.com/a b]'],
  });
});

test.each([undefined, []])('a pod without gates enters', (schedulingGates) => {
  expect(plugin.preEnqueue(podOf('p', { spec: schedulingGates === undefined ? {} : { schedulingGates } }))).toBe(
    undefined,
  );
});

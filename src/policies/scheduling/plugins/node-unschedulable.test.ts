import { expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { Toleration } from '../../../sim/api/pod.ts';

const NO = 'UnschedulableAndUnresolvable: node(s) were unschedulable';
const KEY = 'node.kubernetes.io/unschedulable';

function onCordoned(tolerations: readonly Toleration[]): unknown {
  const world = new SchedulingWorld();
  world.node('open');
  world.node('cordoned', { spec: { unschedulable: true } });
  return verdicts(world, 'NodeUnschedulable', podOf('p', { spec: { tolerations } }));
}

test.each<[string, Toleration[], string]>([
  ['no toleration', [], NO],
  ['another taint is tolerated', [{ key: 'x', operator: 'Exists' }], NO],
  ['another effect is tolerated', [{ key: KEY, operator: 'Exists', effect: 'NoExecute' }], NO],
  ['another value is tolerated', [{ key: KEY, operator: 'Equal', value: 'x' }], NO],
  ['the taint is tolerated', [{ key: KEY, operator: 'Exists', effect: 'NoSchedule' }], 'ok'],
  ['the taint with an empty value is tolerated', [{ key: KEY, operator: 'Equal' }], 'ok'],
  ['everything is tolerated', [{ operator: 'Exists' }], 'ok'],
])('a cordoned node: %s (sheet 3.3)', (_what, tolerations, expected) => {
  expect(onCordoned(tolerations)).toEqual({ open: 'ok', cordoned: expected });
});

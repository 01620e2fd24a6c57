import { expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';

const NO = "UnschedulableAndUnresolvable: node(s) didn't match the requested node name";

test.each([
  ['a pod that names no node goes anywhere', undefined, { a: 'ok', b: 'ok' }],
  ['an empty name names none', '', { a: 'ok', b: 'ok' }],
  ['a pod that names a node goes there alone', 'b', { a: NO, b: 'ok' }],
  ['a node that does not exist is nowhere', 'c', { a: NO, b: NO }],
])('%s (sheet 3.4)', (_what, nodeName, expected) => {
  const world = new SchedulingWorld();
  world.node('a');
  world.node('b');
  const pod = podOf('p', { spec: nodeName === undefined ? {} : { nodeName } });
  expect(verdicts(world, 'NodeName', pod)).toEqual(expected);
});

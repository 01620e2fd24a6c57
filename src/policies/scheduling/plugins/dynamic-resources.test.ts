import { expect, test } from 'vitest';
import { scores, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';

test('a pod without claims is let through, scored 0, and has nothing to free (sheet 3.17)', () => {
  const world = new SchedulingWorld();
  world.node('n');
  expect(verdicts(world, 'DynamicResources', podOf('p'))).toBe('Skip');
  expect(scores(world, 'DynamicResources', podOf('p'))).toEqual({ n: [0, 0] });
  const decision = world.decide(world.pod('big', { cpu: '100' }));
  expect(decision).toHaveProperty('message', expect.stringContaining('no new claims to deallocate, preemption: '));
});

test('where PreFilter ended before it ran, its PostFilter is an error: not found', () => {
  const world = new SchedulingWorld();
  world.node('n');
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'gone' } }];
  expect(world.decide(world.pod('p', { spec: { volumes } }))).toMatchObject({
    message: '0/1 nodes are available: persistentvolumeclaim "gone" not found. not found',
    nominatedNodeName: undefined,
  });
});

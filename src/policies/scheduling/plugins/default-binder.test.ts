import { expect, test } from 'vitest';
import { SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';

test('leaves the binding request to the host (sheet 3.19)', () => {
  const world = new SchedulingWorld();
  world.node('n');
  const decision = world.decide(world.pod('p'));
  expect(decision.kind === 'node' && decision.steps.bind()).toBe(undefined);
});

import { expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';

test('skips: no simulated pod needs a declared feature (sheet 3.18)', () => {
  const world = new SchedulingWorld();
  world.node('n');
  expect(verdicts(world, 'NodeDeclaredFeatures', podOf('p'))).toBe('Skip');
});

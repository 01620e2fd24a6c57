import { expect, it } from 'vitest';
import { controllersOf } from './own-controller.ts';
import { CONTROLLER_DEFAULTS, controllers, DISABLED_BY_DEFAULT } from './registry.ts';

it('runs all controllers but those that are disabled by default, and what is named', () => {
  const all = controllers(CONTROLLER_DEFAULTS).size;
  const count = (...names: string[]): number => controllersOf(CONTROLLER_DEFAULTS, names, []).length;
  const few = all - DISABLED_BY_DEFAULT.size;
  expect([count(), count('*'), count('*', '-job-controller')]).toEqual([few, few, few - 1]);
  expect([count('*', 'endpoints-controller'), count('endpoints-controller')]).toEqual([few + 1, 1]);
});

import { expect, it } from 'vitest';
import { fieldPath } from './problem.ts';

it('paths are written as Kubernetes writes them', () => {
  expect(fieldPath(['spec', 'containers', 0, 'image'])).toBe('spec.containers[0].image');
  expect(fieldPath(['metadata', 'labels', 'a.b/c'])).toBe('metadata.labels[a.b/c]');
  expect(fieldPath([])).toBe('');
  expect(fieldPath([0, 'a'])).toBe('[0].a');
});

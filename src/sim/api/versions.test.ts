import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { sameData } from './equality.ts';
import type { PodStatus } from './pod.ts';
import { podStatusWith, samePodStatus } from './versions.ts';

const text = fc.constantFrom(undefined, 'a', 'b');
const members = {
  conditions: fc.array(
    fc.record({ type: fc.constantFrom('Ready', 'Initialized'), status: fc.constantFrom('True', 'False') }),
  ),
  podIP: text,
  hostIP: text,
  startTime: fc.constantFrom(undefined, 0, 1),
  reason: text,
  message: text,
  nominatedNodeName: text,
  qosClass: fc.constantFrom(undefined, 'Burstable', 'BestEffort'),
  containerStatuses: fc.constantFrom(undefined, [], [{ name: 'main' }]),
  initContainerStatuses: fc.constantFrom(undefined, [], [{ name: 'init' }]),
  resize: text,
  resources: fc.constantFrom(undefined, {}, { requests: { cpu: '1' } }),
  allocatedResources: fc.constantFrom(undefined, {}, { cpu: '1' }),
  observedGeneration: fc.constantFrom(undefined, 1, 2),
};
const changes = fc.record(
  { phase: fc.constantFrom('Pending', 'Running'), ...members },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<Partial<PodStatus>>;
const status = fc.record(
  { phase: fc.constantFrom('Pending', 'Running'), ...members },
  { requiredKeys: ['phase', 'conditions'] },
) as unknown as fc.Arbitrary<PodStatus>;

describe('a status of a pod', () => {
  test.prop([status, changes])('with changes is what a spread would give', (before, some) => {
    expect(sameData(podStatusWith(before, some), { ...before, ...some })).toBe(true);
  });

  test.prop([status, changes])('is the same as another one exactly if all its data is', (before, some) => {
    const after = podStatusWith(before, some);
    expect(samePodStatus(before, after)).toBe(sameData(before, after));
  });
});

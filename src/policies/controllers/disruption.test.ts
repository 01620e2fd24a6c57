import { describe, expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../sim/api/policy.ts';
import { ControllerWorld, SECOND } from '../../../test/doubles/controller-world.ts';
import { meta, podNamed, replicaSetNamed, running } from '../../../test/doubles/workload-objects.ts';
import { controllerReference } from './ownership.ts';
import { disruption } from './disruption.ts';

function budget(spec: PodDisruptionBudget['spec']): PodDisruptionBudget {
  return {
    kind: 'PodDisruptionBudget',
    metadata: meta('budget'),
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status: { observedGeneration: 0, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

function settled(spec: PodDisruptionBudget['spec'], ready: number, owned = true): PodDisruptionBudget['status'] {
  const world = new ControllerWorld({ controllers: [disruption] });
  const set = world.apply(replicaSetNamed('web', { replicas: 5 }));
  world.apply(budget(spec));
  for (let i = 0; i < 5; i++) {
    const pod = podNamed(`web-${i}`);
    const ownerReferences = owned ? [controllerReference(set)] : [];
    const made = world.apply({ ...pod, metadata: { ...pod.metadata, ownerReferences } });
    world.edit('Pod', `default/${made.metadata.name}`, (one) => running(one, 0, i < ready));
  }
  world.run(10 * SECOND);
  return world.get('PodDisruptionBudget', 'default/budget')!.status;
}

describe('the disruption controller', () => {
  it.each([
    [{ minAvailable: 3 }, 5, { expectedPods: 5, desiredHealthy: 3, disruptionsAllowed: 2 }],
    [{ minAvailable: '50%' }, 5, { expectedPods: 5, desiredHealthy: 3, disruptionsAllowed: 2 }],
    [{ maxUnavailable: 1 }, 5, { expectedPods: 5, desiredHealthy: 4, disruptionsAllowed: 1 }],
    [{ maxUnavailable: '30%' }, 5, { expectedPods: 5, desiredHealthy: 3, disruptionsAllowed: 2 }],
    [{ maxUnavailable: 1 }, 4, { expectedPods: 5, desiredHealthy: 4, disruptionsAllowed: 0 }],
    [{ maxUnavailable: 9 }, 5, { expectedPods: 5, desiredHealthy: 0, disruptionsAllowed: 5 }],
  ] as const)('counts %j with %i ready', (spec, ready, status) => {
    expect(settled(spec, ready)).toMatchObject({ ...status, currentHealthy: ready });
  });

  it('cannot count on pods without a controller, but with a number of its own', () => {
    expect(settled({ maxUnavailable: 1 }, 5, false)).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    expect(settled({ minAvailable: 2 }, 5, false)).toMatchObject({ expectedPods: 5, disruptionsAllowed: 3 });
  });
});

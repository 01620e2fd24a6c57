import { describe, expect, it } from 'vitest';
import { ControllerWorld, SECOND } from '../../../../test/doubles/controller-world.ts';
import { meta, playKubelets, podNamed, template } from '../../../../test/doubles/workload-objects.ts';
import { controllerOf } from '../../../sim/api/meta.ts';
import { isPodActive } from '../../../sim/api/pod.ts';
import type { ReplicationController } from '../../../sim/api/replication-controller.ts';
import { replicationController } from '../replica-set.ts';

function controllerNamed(name: string, replicas: number): ReplicationController {
  return {
    kind: 'ReplicationController',
    metadata: meta(name),
    spec: { replicas, selector: { app: 'web' }, template: template(), minReadySeconds: 0 },
    status: {
      observedGeneration: 0,
      replicas: 0,
      fullyLabeledReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      conditions: [],
    },
  };
}

describe('a ReplicationController', () => {
  it('adopts what matches, fills up, and is scaled down like a ReplicaSet', () => {
    const world = new ControllerWorld({ controllers: [replicationController()] });
    playKubelets(world, () => SECOND);
    world.apply(podNamed('stray'));
    world.apply(controllerNamed('web', 3));
    world.run(5 * SECOND);
    expect(world.list('Pod').map((pod) => controllerOf(pod.metadata)?.kind)).toEqual(
      Array.from({ length: 3 }, () => 'ReplicationController'),
    );
    expect(world.get('ReplicationController', 'default/web')!.status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [],
    });
    world.edit('ReplicationController', 'default/web', (rc) => ({ ...rc, spec: { ...rc.spec, replicas: 1 } }));
    world.run(60 * SECOND);
    expect(world.list('Pod').filter(isPodActive)).toHaveLength(1);
    expect(world.get('ReplicationController', 'default/web')!.status.replicas).toBe(1);
  });
});

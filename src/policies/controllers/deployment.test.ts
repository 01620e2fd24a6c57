import { describe, expect, it } from 'vitest';
import { ControllerWorld, SECOND } from '../../../test/doubles/controller-world.ts';
import { deploymentNamed, playKubelets, template } from '../../../test/doubles/workload-objects.ts';
import { deployment } from './deployment.ts';
import { replicaSet } from './replica-set.ts';

describe('smoke', () => {
  it('comes up', () => {
    const world = new ControllerWorld({ controllers: [deployment, replicaSet] });
    playKubelets(world, () => SECOND);
    world.apply(deploymentNamed('web', { replicas: 10 }));
    world.run(5 * SECOND);
    console.log(JSON.stringify(world.get('Deployment', 'default/web'), null, 1));
    world.edit('Deployment', 'default/web', (d) => ({ ...d, spec: { ...d.spec, template: template('img:2') } }));
    world.run();
    console.log(JSON.stringify(world.list('ReplicaSet'), null, 1));
    console.log(world.events.map((e) => e.about + ' ' + e.message).join('\n'), world.now);
    expect(world.list('Pod').length).toBe(10);
  });
});

import { describe, expect, it } from 'vitest';
import { ControllerWorld, SECOND } from '../../../test/doubles/controller-world.ts';
import { nodeNamed } from '../../../test/doubles/workload-objects.ts';
import { ttl } from './ttl.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

function grown(to: number): ControllerWorld {
  const world = new ControllerWorld({ controllers: [ttl] });
  // Before the run there was nothing: a node that comes at its very beginning counts as known for long.
  world.run(SECOND);
  world.after(0, () => {
    for (let i = 1; i <= to; i++) world.apply(nodeNamed(`n-${i}`));
  });
  world.run(100 * SECOND);
  return world;
}

function told(world: ControllerWorld, name: string): string | undefined {
  return world.get('Node', name)!.metadata.annotations[ANNOTATION];
}

describe('the TTL controller', () => {
  it('tells the nodes of a small cluster to keep nothing', () => {
    const world = grown(100);
    expect([told(world, 'n-1'), told(world, 'n-100')]).toEqual(['0', '0']);
  });

  it('tells those of a larger one, once they change, to keep it longer', () => {
    const world = grown(101);
    world.edit('Node', 'n-1', (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
    world.run(200 * SECOND);
    expect([told(world, 'n-1'), told(world, 'n-101')]).toEqual(['15', '15']);
  });
});

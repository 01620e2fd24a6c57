import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Endpoint, Service } from '../../../sim/api/service.ts';
import { nodeNamed, podNamed, serviceNamed } from '../../../../test/doubles/workload-objects.ts';
import { Roster, type RosterCaches } from './roster.ts';

interface Cluster {
  readonly pods: Map<string, Pod>;
  readonly nodes: Map<string, Node>;
}

function cachesOf({ pods, nodes }: Cluster): RosterCaches {
  const selects = ({ spec }: Service, { metadata }: Pod): boolean => metadata.labels['app'] === spec.selector?.['app'];
  return {
    selected: (service) => [...pods.values()].filter((pod) => selects(service, pod)),
    member: (service, key) => {
      const pod = pods.get(key);
      return pod !== undefined && selects(service, pod) ? pod : undefined;
    },
    node: (name) => nodes.get(name),
  };
}

/** Groups, endpoints and problems, in an order of their own. */
function told(roster: Roster): unknown {
  const byPod = (a: Endpoint, b: Endpoint): number => (a.targetRef!.name < b.targetRef!.name ? -1 : 1);
  return {
    groups: new Map([...roster.groups].map(([key, group]) => [key, [...group.values()].sort(byPod)])),
    problems: [...roster.problems()].sort(),
  };
}

const CONTAINERS = [1, 2].map((containerPort) => [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort }] }]);

const step = fc.record({
  name: fc.nat(5),
  gone: fc.boolean(),
  app: fc.constantFrom('web', 'web', 'else'),
  ip: fc.boolean(),
  ready: fc.boolean(),
  containers: fc.constantFrom(...CONTAINERS),
  node: fc.constantFrom('n1', 'n2', undefined),
  publish: fc.constantFrom(false, false, true),
  selector: fc.constantFrom('web', 'web', 'else'),
  changesService: fc.constantFrom(false, false, false, true),
  changesNode: fc.constantFrom('none', 'none', 'zone', 'gone', 'came'),
  looks: fc.boolean(),
});

describe('a roster', () => {
  it('is always what a walk over all pods would give', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cluster: Cluster = { pods: new Map(), nodes: new Map([['n1', nodeNamed('n1')]]) };
        const caches = cachesOf(cluster);
        const roster = new Roster(caches);
        let service = serviceNamed('web', { ports: [{ protocol: 'TCP', port: 80, targetPort: 'http' }] });
        let zones = 0;
        for (const one of steps) {
          const key = `default/p${one.name}`;
          if (one.gone) cluster.pods.delete(key);
          else {
            const spec = { containers: one.containers, ...(one.node === undefined ? {} : { nodeName: one.node }) };
            cluster.pods.set(key, {
              ...podNamed(`p${one.name}`, { app: one.app }, spec),
              status: {
                phase: 'Running',
                podIP: one.ip ? `10.0.0.${one.name}` : undefined,
                conditions: [{ type: 'Ready', status: one.ready ? 'True' : 'False', lastTransitionTime: 1 }],
              },
            });
          }
          roster.touch(key);
          if (one.changesService) {
            const spec = { ...service.spec, publishNotReadyAddresses: one.publish, selector: { app: one.selector } };
            service = { ...service, spec };
          }
          if (one.changesNode === 'zone' && cluster.nodes.has('n1')) {
            cluster.nodes.set('n1', nodeNamed('n1', { 'topology.kubernetes.io/zone': String(zones++) }));
            roster.invalidate();
          } else if (one.changesNode === 'gone') {
            cluster.nodes.delete('n2');
            roster.invalidate();
          } else if (one.changesNode === 'came') cluster.nodes.set('n2', nodeNamed('n2'));
          if (!one.looks) continue;
          roster.update(service);
          const fresh = new Roster(caches);
          fresh.update(service);
          expect(told(roster)).toEqual(told(fresh));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the same endpoint objects for pods that did not change', () => {
    const cluster: Cluster = { pods: new Map(), nodes: new Map([['n1', nodeNamed('n1')]]) };
    const add = (name: string): void => {
      cluster.pods.set(`default/${name}`, {
        ...podNamed(name, { app: 'web' }, { nodeName: 'n1' }),
        status: { phase: 'Running', podIP: `10.0.0.${name}`, conditions: [] },
      });
    };
    const roster = new Roster(cachesOf(cluster));
    const service = serviceNamed('web');
    add('1');
    add('2');
    roster.update(service);
    const endpoints = (): Endpoint[] => [...[...roster.groups.values()][0]!.values()];
    const [first, second] = endpoints();
    add('2');
    add('3');
    roster.touch('default/2');
    roster.touch('default/3');
    roster.update(service);
    expect(endpoints()).toHaveLength(3);
    expect(endpoints()).toContain(first);
    expect(endpoints()).not.toContain(second);
  });
});

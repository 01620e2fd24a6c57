import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { daemonSet } from '../src/policies/controllers/daemon-set.ts';
import { targetNode } from '../src/policies/controllers/daemon-set/pod-of-node.ts';
import { statefulSet } from '../src/policies/controllers/stateful-set.ts';
import { isPodActive, isPodReady, type Pod } from '../src/sim/api/pod.ts';
import type { ControllerWorld } from './doubles/controller-world.ts';
import { SECOND } from './doubles/controller-world.ts';
import { crashes, crashIn, weather, worldIn } from './doubles/weather.ts';
import { daemonSetNamed, nodeNamed, statefulSetNamed, template } from './doubles/workload-objects.ts';

/**
 * C8 and C9 of kubernetes-behaviour.md 9.3 and L3 of 9.4: StatefulSets and DaemonSets in worlds with random delays,
 * refusals and crashes of their controllers, under users and nodes that come and go.
 */
const RUNS = process.env['ORRERY_LONG'] === undefined ? { numRuns: 25, seed: 1 } : { numRuns: 1_000 };

function active(world: ControllerWorld): Pod[] {
  return world.list('Pod').filter(isPodActive);
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}

function byOrdinal(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) => ordinalOf(a) - ordinalOf(b));
}

const imagesOf = (pods: readonly Pod[]): string[] => pods.map((pod) => pod.spec.containers[0]!.image);

describe('a StatefulSet in any weather', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ at: fc.nat(45), replicas: fc.nat(5) }),
      fc.record({ at: fc.nat(45), image: fc.constantFrom('img:1', 'img:2', 'img:3') }),
      fc.record({ at: fc.nat(45), partition: fc.nat(3) }),
      fc.record({ at: fc.nat(45), killed: fc.nat(4) }),
    ),
    { maxLength: 6 },
  );
  const policy = fc.constantFrom('OrderedReady' as const, 'Parallel' as const);

  it('has one pod an ordinal, makes and removes them in order (C8), and gets there (L3)', () => {
    fc.assert(
      fc.property(weather, crashes, policy, fc.nat(5), steps, (conditions, moments, management, first, changes) => {
        const world = worldIn(conditions, [statefulSet()]);
        crashIn(world, moments);
        world.apply(statefulSetNamed('db', { replicas: first, podManagementPolicy: management }));
        for (const change of changes) world.after(change.at * SECOND, () => apply(world, change));
        let most = first;
        world.watchers.push(({ type, object, previous }) => {
          if (object.kind === 'StatefulSet') most = Math.max(most, object.spec.replicas);
          if (object.kind !== 'Pod') return;
          const pods = world.list('Pod');
          // No ordinal beyond what was ever asked for.
          if (type === 'ADDED') expect(ordinalOf(object)).toBeLessThan(most);
          if (type === 'ADDED' && management === 'OrderedReady' && isCalm(changes, moments)) {
            for (const below of pods) {
              if (ordinalOf(below) < ordinalOf(object)) expect(isPodReady(below), below.metadata.name).toBe(true);
            }
          }
          const isAsked = object.metadata.deletionTimestamp !== undefined;
          if (isAsked && previous?.metadata.deletionTimestamp === undefined && management === 'OrderedReady') {
            // One at a time, unless somebody else kills pods too: or an update, whose victim may be scaled away just then.
            const going = pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined);
            const updates = changes.some((change) => 'image' in change);
            if (isCalm(changes, moments) && !updates) expect(going.length).toBeLessThanOrEqual(1);
          }
        });
        world.run(3_000 * SECOND);
        const set = world.get('StatefulSet', 'default/db')!;
        const { replicas, updateStrategy } = set.spec;
        const pods = byOrdinal(world.list('Pod'));
        expect(pods.map(ordinalOf)).toEqual(Array.from({ length: replicas }, (_, i) => i));
        expect(pods.every(isPodReady)).toBe(true);
        const image = set.spec.template.spec.containers[0]!.image;
        const partition = updateStrategy.rollingUpdate!.partition;
        expect(imagesOf(pods.slice(partition))).toEqual(pods.slice(partition).map(() => image));
        expect(set.status).toMatchObject({
          observedGeneration: set.metadata.generation,
          replicas,
          readyReplicas: replicas,
          availableReplicas: replicas,
        });
      }),
      RUNS,
    );
  });

  /** Nobody but the controller disturbs its pods, and it is not interrupted. */
  function isCalm(changes: readonly object[], moments: readonly unknown[]): boolean {
    return moments.length === 0 && !changes.some((change) => 'killed' in change);
  }

  function apply(world: ControllerWorld, change: object): void {
    if ('killed' in change) {
      const key = `default/db-${(change as { killed: number }).killed}`;
      if (world.get('Pod', key) !== undefined) world.request({ verb: 'delete', kind: 'Pod', key });
      return;
    }
    world.edit('StatefulSet', 'default/db', (set) => {
      if ('replicas' in change) return { ...set, spec: { ...set.spec, replicas: change.replicas as number } };
      if ('image' in change) return { ...set, spec: { ...set.spec, template: template(change.image as string) } };
      const partition = (change as { partition: number }).partition;
      return { ...set, spec: { ...set.spec, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } } };
    });
  }
});

describe('a DaemonSet in any weather', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ at: fc.nat(45), image: fc.constantFrom('img:1', 'img:2') }),
      fc.record({ at: fc.nat(45), comes: fc.integer({ min: 4, max: 6 }) }),
      fc.record({
        at: fc.nat(45),
        closed: fc.integer({ min: 1, max: 3 }),
        effect: fc.constantFrom('NoSchedule', 'NoExecute'),
      }),
      fc.record({ at: fc.nat(45), opened: fc.integer({ min: 1, max: 3 }) }),
    ),
    { maxLength: 6 },
  );
  const bounds = fc.constantFrom(
    { maxUnavailable: 1, maxSurge: 0 },
    { maxUnavailable: '60%', maxSurge: 0 },
    { maxUnavailable: 0, maxSurge: 1 },
    { maxUnavailable: 0, maxSurge: '100%' },
  );

  it('has one pod on every node that fits and none elsewhere (C9), and gets there (L3)', () => {
    fc.assert(
      fc.property(weather, crashes, bounds, steps, (conditions, moments, rollingUpdate, changes) => {
        const world = worldIn(conditions, [daemonSet()]);
        crashIn(world, moments);
        for (const name of ['n1', 'n2', 'n3']) world.apply(nodeNamed(name));
        world.apply(daemonSetNamed('agent', { updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
        for (const change of changes) world.after(change.at * SECOND, () => apply(world, change));
        const side = rollingUpdate.maxSurge === 0 ? 1 : 2;
        world.watchers.push(({ type, object }) => {
          if (object.kind !== 'Pod' || type !== 'ADDED') return;
          // A controller that died leaves what it had asked for; the next one makes it again and tidies up.
          if (moments.length > 0) return;
          const there = active(world).filter((pod) => targetNode(pod) === targetNode(object));
          expect(there.length, targetNode(object)).toBeLessThanOrEqual(side);
        });
        // A taint that lets the pod stay is counted with the next sync only.
        world.after(2_000 * SECOND, () => {
          world.edit('DaemonSet', 'default/agent', ({ metadata, ...set }) => ({
            ...set,
            metadata: { ...metadata, annotations: { poked: 'yes' } },
          }));
        });
        world.run(3_000 * SECOND);
        const set = world.get('DaemonSet', 'default/agent')!;
        const image = set.spec.template.spec.containers[0]!.image;
        const open = world.list('Node').filter(({ spec }) => (spec.taints ?? []).length === 0);
        const kept = world.list('Node').filter(({ spec }) => spec.taints?.[0]?.effect === 'NoSchedule');
        const names = open.map(({ metadata }) => metadata.name).sort();
        const pods = active(world);
        const on = (node: string): Pod[] => pods.filter((pod) => targetNode(pod) === node);
        for (const node of names) expect(imagesOf(on(node)), node).toEqual([image]);
        // Where a taint came later, the old pod may stay; it is not made anew.
        for (const { metadata } of kept) expect(on(metadata.name).length).toBeLessThanOrEqual(1);
        const elsewhere = pods.filter(
          (pod) => ![...open, ...kept].some(({ metadata }) => metadata.name === targetNode(pod)),
        );
        expect(elsewhere).toEqual([]);
        expect(set.status).toMatchObject({
          observedGeneration: set.metadata.generation,
          desiredNumberScheduled: names.length,
          numberAvailable: names.length,
          updatedNumberScheduled: names.length,
        });
      }),
      RUNS,
    );
  });

  function apply(world: ControllerWorld, change: object): void {
    if ('image' in change) {
      const image = change.image as string;
      world.edit('DaemonSet', 'default/agent', (set) => ({ ...set, spec: { ...set.spec, template: template(image) } }));
    } else if ('comes' in change) {
      const name = `n${String(change.comes)}`;
      if (world.get('Node', name) === undefined) world.apply(nodeNamed(name));
    } else {
      const { closed, opened, effect } = change as { closed?: number; opened?: number; effect?: 'NoSchedule' };
      const taints = closed === undefined ? [] : [{ key: 'closed', effect: effect! }];
      world.edit('Node', `n${closed ?? opened}`, (node) => ({ ...node, spec: { ...node.spec, taints } }));
    }
  }
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { podNamed } from '../../../../test/doubles/workload-objects.ts';
import { walkedBudget } from '../../../../test/oracle/budget-walk.ts';
import { BudgetPods } from './budget-pods.ts';

const step = fc.record({
  name: fc.nat(7),
  app: fc.constantFrom('web', 'web', 'web', 'else'),
  owner: fc.constantFrom('u1', 'u1', 'u2', undefined),
  node: fc.constantFrom('n1', 'n2', undefined),
  ready: fc.boolean(),
  deleting: fc.constantFrom(false, false, true),
  age: fc.nat(3),
  gone: fc.constantFrom(false, false, true),
  looks: fc.boolean(),
});

it('the counts that are kept say what a walk over all pods says', () => {
  const matches = (labels: Labels): boolean => labels['app'] === 'web';
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(10), (steps, before) => {
      const pods = new Map<string, Pod>();
      let held: BudgetPods | undefined;
      steps.forEach(({ name, app, owner, node, ready, deleting, age, gone, looks }, i) => {
        const base = podNamed(`p${name}`, { app }, node === undefined ? {} : { nodeName: node });
        const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: owner ?? '', controller: true };
        const pod: Pod = {
          ...base,
          metadata: {
            ...base.metadata,
            creationTimestamp: age,
            ...(deleting ? { deletionTimestamp: 1 } : {}),
            ownerReferences: owner === undefined ? [] : [reference],
          },
          status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
        };
        const key = keyOf(pod);
        if (gone) pods.delete(key);
        else pods.set(key, pod);
        held?.touch(key);
        if (i < before) return;
        held ??= new BudgetPods(
          {},
          {
            selected: () => [...pods.values()].filter(({ metadata }) => matches(metadata.labels)),
            pod: (one) => pods.get(one),
            matches,
          },
          keyOf,
        );
        if (!looks) return;
        held.update();
        const { count, healthy, unmanaged } = held;
        const controllers = [...held.controllers()].map(({ uid }) => uid).sort();
        expect({ count, healthy, unmanaged, controllers }).toEqual(walkedBudget([...pods.values()], matches));
      });
    }),
    { numRuns: 300 },
  );
});

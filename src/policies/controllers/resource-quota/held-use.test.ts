import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ResourceQuota } from '../../../sim/api/quota.ts';
import { listOf } from '../../../sim/api/quota/resource-lists.ts';
import { meta, podNamed } from '../../../../test/doubles/workload-objects.ts';
import { walkedUse } from '../../../../test/oracle/quota-walk.ts';
import { HeldUse } from './held-use.ts';

const NAMES = ['pods', 'count/pods', 'requests.cpu', 'limits.memory', 'requests.example.com/gpu'];

const step = fc.record({
  name: fc.nat(7),
  cpu: fc.constantFrom('0', '100m', '1500m', '2'),
  memory: fc.constantFrom('0', '1Gi', '300Mi'),
  gpu: fc.constantFrom(undefined, '1', '2'),
  phase: fc.constantFrom('Pending', 'Running', 'Running', 'Succeeded', 'Failed'),
  deletedAtSeconds: fc.constantFrom(undefined, undefined, 1, 3),
  graceSeconds: fc.constantFrom(undefined, 0, 2, 10),
  activeDeadlineSeconds: fc.constantFrom(undefined, undefined, 60),
  gone: fc.constantFrom(false, false, true),
  microsLater: fc.constantFrom(0, 1, 999_999, 1_000_000, 3_000_000),
  looks: fc.boolean(),
});

const scopes = fc.constantFrom(undefined, ['NotTerminating' as const], ['BestEffort' as const]);

function podOf(one: typeof step extends fc.Arbitrary<infer T> ? T : never): Pod {
  const { gpu, deletedAtSeconds, graceSeconds, activeDeadlineSeconds } = one;
  const requests = { cpu: one.cpu, ...(gpu === undefined ? {} : { 'example.com/gpu': gpu }) };
  const base = podNamed(
    `p${one.name}`,
    {},
    {
      containers: [{ name: 'c', image: 'img:1', resources: { requests, limits: { memory: one.memory } } }],
      ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
    },
  );
  const deletion = deletedAtSeconds === undefined ? {} : { deletionTimestamp: deletedAtSeconds * 1_000_000 };
  const grace = graceSeconds === undefined ? {} : { deletionGracePeriodSeconds: graceSeconds };
  return {
    ...base,
    metadata: { ...base.metadata, ...deletion, ...grace },
    status: { phase: one.phase as 'Running', conditions: [] },
  };
}

it('the use that is kept is what a walk over all pods says, also of pods that overstay', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(10), scopes, (steps, before, asked) => {
      const spec = { hard: {}, ...(asked === undefined ? {} : { scopes: asked }) };
      const quota: ResourceQuota = { kind: 'ResourceQuota', metadata: meta('q'), spec, status: {} };
      const pods = new Map<string, Pod>();
      let held: HeldUse | undefined;
      let now = 0;
      steps.forEach((one, i) => {
        now += one.microsLater;
        const pod = podOf(one);
        const key = keyOf(pod);
        if (one.gone) pods.delete(key);
        else pods.set(key, pod);
        held?.touch(key);
        if (i < before) return;
        held ??= new HeldUse(quota, NAMES, { list: () => [...pods.values()], get: (name) => pods.get(name) });
        if (!one.looks) return;
        expect(listOf(held.total(now))).toEqual(listOf(walkedUse(quota, NAMES, pods.values(), now)));
      });
    }),
    { numRuns: 300 },
  );
});

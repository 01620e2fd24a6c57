import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from '../../../sim/api/change.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { Informer } from '../../../sim/control-plane/informer.ts';
import { podNamed, replicaSetNamed } from '../../../../test/doubles/workload-objects.ts';
import { PodTally } from './pod-tally.ts';
import { activeOnNodeOf, walkByNode } from './related-by-node.ts';

const LABELS: readonly Labels[] = [{ app: 'web', hash: '1' }, { app: 'web', hash: '2' }, { app: 'web' }, { hash: '1' }];

const version = fc.record({
  name: fc.nat(7),
  // Mostly as it should be: who owns a pod has its labels.
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(['u1', 0] as const, ['u2', 1] as const) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('u1', 'u2', 'stranger', undefined), fc.nat(3)) },
  ),
  node: fc.constantFrom('a', 'b', undefined),
  phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Running' as const, 'Failed' as const),
  deleting: fc.boolean(),
  gone: fc.boolean(),
});

it('the counts that are kept say what a walk over all pods says', () => {
  let byCounts = 0;
  fc.assert(
    fc.property(fc.array(version, { minLength: 1, maxLength: 30 }), fc.boolean(), (versions, expressions) => {
      const pods = new Informer('Pod');
      const tally = new PodTally('ReplicaSet');
      const related = ['1', '2'].map((hash) => {
        const set = replicaSetNamed(`web-${hash}`, {
          selector: expressions
            ? { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'hash', operator: 'In', values: [hash] }] }
            : { matchLabels: { app: 'web', hash } },
        });
        return { ...set, metadata: { ...set.metadata, uid: `u${hash}` } };
      });
      for (const { name, kind, node, phase, deleting, gone } of versions) {
        const [owner, labels] = kind;
        const base = podNamed(`p${name}`, LABELS[labels]!);
        const object: Pod = {
          ...base,
          metadata: {
            ...base.metadata,
            uid: `pod-${name}`,
            ...(deleting ? { deletionTimestamp: 1 } : {}),
            ownerReferences:
              owner === undefined
                ? []
                : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: owner, controller: true }],
          },
          spec: { ...base.spec, ...(node === undefined ? {} : { nodeName: node }) },
          status: { phase, conditions: [] },
        };
        const previous = pods.get(`${base.metadata.namespace}/${base.metadata.name}`);
        if (gone && previous === undefined) continue;
        const change = gone
          ? { type: 'DELETED', object: previous, previous }
          : { type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous };
        pods.receive(change as Change<'Pod'>);
        tally.apply(change as Change<'Pod'>);
        const walked = walkByNode(related, pods);
        const walks = { labelled: 0 };
        const watched = new Proxy(pods, {
          get: (target, member) => {
            if (member === 'labelled') walks.labelled++;
            const value = Reflect.get(target, member, target) as unknown;
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        });
        const onNodeOf = activeOnNodeOf(related, { pods: watched, tally });
        if (walks.labelled === 0) byCounts++;
        for (const pod of pods.list()) expect(onNodeOf(pod)).toBe(walked.get(pod.spec.nodeName ?? '') ?? 0);
      }
    }),
  );
  expect(byCounts).toBeGreaterThan(100);
});

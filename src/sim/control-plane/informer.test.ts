import { expect, it } from 'vitest';
import fc from 'fast-check';
import { meta, podNamed } from '../../../test/doubles/workload-objects.ts';
import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import { compileLabelSelector } from '../api/label-selector.ts';
import { controllerOf, type LabelSelector, type Labels } from '../api/meta.ts';
import type { Pod } from '../api/pod.ts';
import { Informer } from './informer.ts';

const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'job'), fc.constantFrom('a', 'b', ''), { maxKeys: 3 });
const step = fc.record({
  name: fc.integer({ min: 0, max: 11 }).map((n) => `p${n}`),
  namespace: fc.constantFrom('default', 'other'),
  labels,
  owned: fc.boolean(),
  gone: fc.nat(4).map((n) => n === 0),
});
const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom('app', 'tier'),
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(fc.constantFrom('a', 'b'), { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom('app', 'job'),
    operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
  }),
);
const selector = fc.record({ matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 2 }) });

function podOf(name: string, namespace: string, carried: Labels, owned: boolean): Pod {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true };
  const pod = podNamed(name);
  return { ...pod, metadata: meta(name, { namespace, labels: carried, ownerReferences: owned ? [owner] : [] }) };
}

const namesOf = (pods: readonly Pod[]): string[] => pods.map(keyOf).sort();

it('gives by labels what a look at every object gives, however often it is asked in between', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 120 }),
      fc.array(selector, { minLength: 1, maxLength: 5 }),
      (steps, selectors: readonly LabelSelector[]) => {
        const informer = new Informer('Pod');
        for (const { name, namespace, labels: carried, owned, gone } of steps) {
          const previous = informer.get(`${namespace}/${name}`);
          if (gone && previous === undefined) continue;
          const object = gone ? previous! : podOf(name, namespace, carried, owned);
          const type = gone ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
          informer.receive({ type, object, previous } as Change<'Pod'>);
          for (const asked of selectors) {
            const there = informer.list('default');
            const equal = compileLabelSelector({ matchLabels: asked.matchLabels ?? {} });
            const labelled = there.filter(({ metadata }) => equal(metadata.labels));
            expect(namesOf(informer.labelled('default', asked.matchLabels!))).toEqual(namesOf(labelled));
            expect(informer.countLabelled('default', asked.matchLabels!)).toBe(labelled.length);
            const matches = compileLabelSelector(asked);
            const orphans = there.filter(
              (pod) => controllerOf(pod.metadata) === undefined && matches(pod.metadata.labels),
            );
            expect(namesOf(informer.orphans('default', asked))).toEqual(namesOf(orphans));
            found += labelled.length + orphans.length;
          }
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(found).toBeGreaterThan(1_000);
});

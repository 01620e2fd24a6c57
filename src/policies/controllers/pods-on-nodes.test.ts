import { expect, it } from 'vitest';
import fc from 'fast-check';
import { podNamed } from '../../../test/doubles/workload-objects.ts';
import type { Change } from '../../sim/api/change.ts';
import type { Pod } from '../../sim/api/pod.ts';
import { Informer } from '../../sim/control-plane/informer.ts';
import { PodsOnNodes } from './pods-on-nodes.ts';

const step = fc.record({
  name: fc.constantFrom('p', 'q', 'r', 's'),
  node: fc.constantFrom(undefined, 'n1', 'n2'),
  what: fc.constantFrom('change' as const, 'delete' as const, 'ask' as const, 'ask' as const, 'drop' as const),
});

it('tells the pods of a node as the cache has them, asked seldom or often', () => {
  let often = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), (steps) => {
      const informer = new Informer('Pod');
      const pods = new PodsOnNodes(informer);
      informer.subscribe((change) => pods.apply(change));
      let asked = 0;
      for (const { name, node, what } of steps) {
        const previous = informer.get(`default/${name}`);
        if (what === 'drop' && asked > 20) {
          pods.drop();
          asked = 0;
        } else if (what === 'ask') {
          for (const one of ['n1', 'n2', 'n3']) {
            const there = informer.list().filter(({ spec }) => spec.nodeName === one);
            expect(new Set(pods.of(one))).toEqual(new Set(there));
            if (++asked === 20) often++;
          }
        } else if (what === 'delete' && previous !== undefined) {
          informer.receive({ type: 'DELETED', object: previous, previous } as Change<'Pod'>);
        } else if (what === 'change') {
          // A pod that has its node keeps it.
          const nodeName = previous?.spec.nodeName ?? node;
          const object: Pod = podNamed(name, { app: 'web' }, nodeName === undefined ? {} : { nodeName });
          const type = previous === undefined ? 'ADDED' : 'MODIFIED';
          informer.receive({ type, object, previous } as Change<'Pod'>);
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(often).toBeGreaterThan(50);
});

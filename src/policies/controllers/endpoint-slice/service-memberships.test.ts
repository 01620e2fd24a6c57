import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Service } from '../../../sim/api/service.ts';
import { serviceNamed } from '../../../../test/doubles/workload-objects.ts';
import { ServiceMemberships } from './service-memberships.ts';

const LABELS: readonly Labels[] = [{ app: 'a' }, { app: 'b' }, { app: 'a', tier: 'x' }];
const SELECTORS: readonly (Labels | undefined)[] = [
  { app: 'a' },
  { app: 'b' },
  { tier: 'x' },
  { app: 'a', tier: 'x' },
  {},
  undefined,
];

describe('the Services that select a pod', () => {
  it('are those whose selector its labels satisfy, however Services come and go', () => {
    const step = fc.record({
      name: fc.nat(3),
      selector: fc.constantFrom(...SELECTORS),
      remove: fc.boolean(),
      labels: fc.constantFrom(...LABELS),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const memberships = new ServiceMemberships();
        const services = new Map<number, Labels | undefined>();
        for (const { name, selector, remove, labels } of steps) {
          const { selector: _selector, ...rest } = serviceNamed(`s${name}`).spec;
          const service: Service = {
            ...serviceNamed(`s${name}`),
            spec: selector === undefined ? rest : { ...rest, selector },
          };
          if (remove) {
            services.delete(name);
            memberships.remove(service);
          } else {
            services.set(name, selector);
            memberships.set(service);
          }
          const expected = [...services]
            .filter(([, wanted]) => wanted !== undefined && Object.keys(wanted).length > 0)
            .filter(([, wanted]) => Object.entries(wanted!).every(([k, v]) => labels[k] === v))
            .map(([n]) => `default/s${n}`);
          expect([...memberships.of('default', labels)].sort()).toEqual(expected.sort());
          expect(memberships.of('elsewhere', labels)).toEqual([]);
        }
      }),
    );
  });
});

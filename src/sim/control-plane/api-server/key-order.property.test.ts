import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOf } from '../../api/kinds.ts';
import { makePod } from '../../../../test/doubles/objects.ts';
import { Store, type Commit } from '../etcd/store.ts';
import { KeyOrder } from './key-order.ts';
import { ListPages } from './list-pages.ts';

const change = fc.record({
  does: fc.constantFrom('put', 'put', 'remove', 'list'),
  name: fc.nat({ max: 30 }).map((n) => `p${n}`),
});

/** The obvious way: everything there is, sorted. */
function sorted(store: Store): unknown[] {
  return [...store.values('Pod')].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

it('an order that is kept, by whom it is asked for, is that of everything sorted anew, and what was read stays', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 200, maxLength: 700, size: 'max' }), (changes) => {
      const told: ((commit: Commit) => void)[] = [];
      const store = new Store((commit) => {
        for (const tell of told) tell(commit);
      });
      const pages = new ListPages(store);
      const order = new KeyOrder([]);
      told.push((commit) => pages.committed(commit));
      told.push((commit) => order.committed(commit));
      const read: { readonly items: readonly unknown[]; readonly then: readonly unknown[] }[] = [];
      changes.forEach(({ does, name }, at) => {
        if (does === 'put') {
          const pod = makePod(name);
          const metadata = { ...pod.metadata, resourceVersion: store.nextRevision };
          store.put(keyOf(pod), { ...pod, metadata }, at);
        } else if (does === 'remove') {
          const there = store.get('Pod', `default/${name}`);
          if (there === undefined) return;
          const metadata = { ...there.metadata, resourceVersion: store.nextRevision };
          store.remove(keyOf(there), { ...there, metadata }, at);
        } else if (at < 20 || at > 300) {
          // Between the two nobody lists, so that the order is given up.
          const answer = pages.list({ kind: 'Pod' });
          const items = answer.ok ? answer.list!.items : [];
          read.push({ items, then: [...items] });
          expect(items).toEqual(sorted(store));
        }
      });
      expect(order.read()).toEqual(sorted(store));
      for (const { items, then } of read) expect(items).toEqual(then);
    }),
    { numRuns: process.env['ORRERY_LONG'] ? 500 : 50 },
  );
});

import { expect, it } from 'vitest';
import fc from 'fast-check';
import { meta, podNamed } from '../../../../test/doubles/workload-objects.ts';
import type { Change } from '../../../sim/api/change.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { allByNode, type PodsByNode } from './daemon-pods.ts';
import { PodIndex } from './pod-index.ts';

const LABELS = [{ app: 'a' }, { app: 'b' }];

function pod(name: string, node: string, phase: Pod['status']['phase'], leaving: boolean, labels: number): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'set', controller: true };
  const one = podNamed(name, LABELS[labels]!, { nodeName: node });
  const metadata = meta(name, { uid: name, labels: LABELS[labels]!, ownerReferences: [owner] });
  return {
    ...one,
    metadata: leaving ? { ...metadata, deletionTimestamp: 1 } : metadata,
    status: { ...one.status, phase },
  };
}

function shown(byNode: PodsByNode): object {
  const entries = [...byNode].map(([node, pods]) => [node, pods.map(({ metadata }) => metadata.name).sort()] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('says what sorting all pods anew would say', () => {
  const step = fc.record({
    name: fc.constantFrom('p', 'q', 'r'),
    node: fc.constantFrom('n1', 'n2'),
    phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Failed' as const),
    leaving: fc.boolean(),
    labels: fc.nat(1),
    gone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const told = new Set<string>();
      const index = new PodIndex((uid, node) => told.add(`${uid} ${node}`));
      const pods = new Map<string, Pod>();
      for (const { name, node, phase, leaving, labels, gone } of steps) {
        const previous = pods.get(name);
        if (gone && previous === undefined) continue;
        const object = gone ? previous! : pod(name, node, phase, leaving, labels);
        const type = gone ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
        told.clear();
        index.apply({ type, object, previous } as Change<'Pod'>);
        if (gone) pods.delete(name);
        else pods.set(name, object);
        const all = [...pods.values()];
        expect(shown(index.all('set'))).toEqual(shown(allByNode(all)));
        expect([...told]).toContain(`set ${object.spec.nodeName}`);
        if (previous !== undefined) expect([...told]).toContain(`set ${previous.spec.nodeName}`);
        expect(new Set(index.labelsOf('set'))).toEqual(new Set(all.map(({ metadata }) => metadata.labels)));
        expect(index.has('set', 'n1')).toBe(allByNode(all).has('n1'));
      }
    }),
    { numRuns: 200 },
  );
});

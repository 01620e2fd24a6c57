import { expect, it } from 'vitest';
import type { Lease } from '../api/core.ts';
import { NO_LABELS } from '../api/meta.ts';
import { Leaderships } from './leaderships.ts';

function lease(name: string, holderIdentity: string, namespace = 'kube-system'): Lease {
  return {
    kind: 'Lease',
    metadata: {
      name,
      namespace,
      uid: '',
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: 0, renewTime: 0, leaseTransitions: 0 },
  };
}

it('counts holders that follow another, however the Lease got from one to the other', () => {
  const leaderships = new Leaderships();
  // A renewal, a Lease given back and taken again by the same, another holder, one given back at the end.
  for (const holder of ['a', 'a', '', 'a', 'b', '']) leaderships.observe(lease('kube-scheduler', holder));
  leaderships.observe(lease('kube-controller-manager', 'x'));
  leaderships.observe(lease('node-1', 'node-1', 'kube-node-lease'));
  expect(leaderships.all()).toMatchObject([
    { name: 'kube-controller-manager', holder: 'x', changes: 0 },
    { name: 'kube-scheduler', holder: '', changes: 1 },
  ]);
});

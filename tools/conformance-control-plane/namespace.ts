import type { Namespace } from '../../src/sim/api/core.ts';
import { NO_LABELS } from '../../src/sim/api/meta.ts';

export function namespaceOf(name: string): Namespace {
  return {
    kind: 'Namespace',
    metadata: {
      name,
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: { 'kubernetes.io/metadata.name': name },
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

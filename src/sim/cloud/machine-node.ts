import { deepFreeze } from '../api/freeze.ts';
import { NO_LABELS } from '../api/meta.ts';
import { LABEL_HOSTNAME, LABEL_ZONE, type Node } from '../api/node.ts';
import type { NodeGroupSpec } from '../scenario/cloud.ts';

/** Where a machine stands, as its Node and the cloud's own controller name it. */
export function providerIdOf(machine: string): string {
  return `orrery:///${machine}`;
}

/** The Node that a machine of the group registers. */
export function nodeOfGroup(group: NodeGroupSpec, name: string): Node {
  const { zone, taints } = group;
  return {
    kind: 'Node',
    metadata: {
      name,
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: deepFreeze({
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        ...group.labels,
        ...(zone === undefined ? {} : { [LABEL_ZONE]: zone }),
        [LABEL_HOSTNAME]: name,
      }),
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec: deepFreeze({ providerID: providerIdOf(name), ...(taints.length === 0 ? {} : { taints }) }),
    status: deepFreeze({
      capacity: group.capacity,
      allocatable: group.allocatable,
      conditions: [
        { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', lastTransitionTime: 0 },
        { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', lastTransitionTime: 0 },
        { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', lastTransitionTime: 0 },
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: 0 },
      ],
    }),
  };
}

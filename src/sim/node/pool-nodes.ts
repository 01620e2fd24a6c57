import { deepFreeze } from '../api/freeze.ts';
import { NO_LABELS, type ObjectMeta } from '../api/meta.ts';
import { HEALTHY, LABEL_HOSTNAME, LABEL_ZONE, type Node, type NodeStatus } from '../api/node.ts';
import type { NodePool } from '../scenario/cluster.ts';

/** What a kubelet on Linux labels its node with; the beta names are deprecated and still set. */
const KUBELET_LABELS = {
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/os': 'linux',
} as const;

/** The nodes of a pool as the cluster holds them when the run begins: registered long ago, healthy and ready. */
export function* nodesOfPool(pool: NodePool): Generator<Node> {
  const status: NodeStatus = deepFreeze({
    capacity: pool.capacity,
    allocatable: pool.allocatable,
    conditions: HEALTHY,
  });
  const spec = deepFreeze({ taints: pool.taints });
  for (let i = 0; i < pool.count; i++) {
    const name = `${pool.name}-${i}`;
    const zone = pool.zones.length === 0 ? undefined : pool.zones[i % pool.zones.length]!;
    const metadata: ObjectMeta = {
      name,
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: deepFreeze({
        ...KUBELET_LABELS,
        ...pool.labels,
        ...(zone === undefined ? {} : { [LABEL_ZONE]: zone }),
        [LABEL_HOSTNAME]: name,
      }),
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    };
    yield { kind: 'Node', metadata, spec, status };
  }
}

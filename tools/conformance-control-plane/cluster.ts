import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import { deepFreeze } from '../../src/sim/api/freeze.ts';
import { NO_LABELS, type Condition } from '../../src/sim/api/meta.ts';
import { LABEL_HOSTNAME, LABEL_REGION, LABEL_ZONE, type Node, type Taint } from '../../src/sim/api/node.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import { READY } from './fake-kubelets.ts';
import type { RecordedNode } from './recording.ts';

/**
 * The zone of nodes that stand for those of other recordings in the same cluster, and the namespace of what others have
 * on the nodes of a shared one; neither is shown.
 */
export const ELSEWHERE = 'elsewhere';

/** What a node is registered with beside Ready, until the first report of its fake kubelet. */
const PRESSURES: readonly Condition[] = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
  type,
  status: 'False',
}));

/** What a kubelet on Linux says of itself; the controller manager adds the older names. */
const PLATFORM = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };

/** A node of `input.yaml` as its kubelet registers it at a time. */
export function nodeOf(
  { Name, Zone, CPU, Memory, Pods, Labels, Taints, Unschedulable }: RecordedNode,
  nowMicros: number,
): Node {
  const second = nowMicros - (nowMicros % 1_000_000);
  const resources = { cpu: CPU, memory: Memory, pods: Pods };
  return deepFreeze<Node>({
    kind: 'Node',
    metadata: {
      name: Name,
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: { ...PLATFORM, ...Labels, [LABEL_ZONE]: Zone, [LABEL_REGION]: 'r1', [LABEL_HOSTNAME]: Name },
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec: { taints: (Taints ?? []) as readonly Taint[], ...(Unschedulable === true ? { unschedulable: true } : {}) },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [READY, ...PRESSURES].map((one) => ({
        ...one,
        lastTransitionTime: second,
        lastHeartbeatTime: second,
      })),
    },
  });
}

/** A pod of another namespace that stands on a node of a shared cluster. */
export function neighbourOn(node: Node, cpuMillis: number): Pod {
  const { name } = node.metadata;
  const raw = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${name}`, namespace: ELSEWHERE, annotations: { 'orrery.dev/start': 'never' } },
    spec: {
      nodeName: name,
      containers: [{ name: 'c', image: 'img:1', resources: { requests: { cpu: `${cpuMillis}m` } } }],
    },
  };
  return decodeObject(raw, () => undefined) as Pod;
}

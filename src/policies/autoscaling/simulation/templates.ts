import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { LABEL_HOSTNAME, type Node, type Taint } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { eligibilityOf } from '../../controllers/daemon-set/eligibility.ts';
import { podOfNode } from '../../controllers/daemon-set/pod-of-node.ts';
import { DELETION_CANDIDATE, TO_BE_DELETED } from '../cluster-autoscaler/deletion-taints.ts';

/** Taints that a node has for a while only: a new one is looked at without them. */
const PASSING: ReadonlySet<string> = new Set([
  TO_BE_DELETED,
  DELETION_CANDIDATE,
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
  'node.kubernetes.io/pid-pressure',
  'node.cloudprovider.kubernetes.io/uninitialized',
  'node.cloudprovider.kubernetes.io/shutdown',
]);
const PASSING_PREFIXES = [
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
  'startup-taint.cluster-autoscaler.kubernetes.io/',
];

/** What a new node of a group will be: the node, and the daemon pods that it will get at once. */
export interface NodeTemplate {
  readonly node: Node;
  readonly daemonSets: readonly DaemonSet[];
}

/** By a node of the group that is ready, where there is one: it knows what administrators have put on it. Else by the cloud. */
export function templateOf(node: Node, daemonSets: readonly DaemonSet[]): NodeTemplate {
  const taints = (node.spec.taints ?? []).filter((taint) => !isPassing(taint));
  const spec = { ...node.spec, unschedulable: undefined, taints: taints.length === 0 ? undefined : taints };
  const fresh = { ...node, spec } as Node;
  return { node: fresh, daemonSets: daemonSets.filter((set) => eligibilityOf(set, fresh).run) };
}

/** A node of the template under a name of its own. */
export function instantiate({ node, daemonSets }: NodeTemplate, name: string): { node: Node; pods: readonly Pod[] } {
  const labels = { ...node.metadata.labels, [LABEL_HOSTNAME]: name };
  const pods = daemonSets.map((set): Pod => {
    const pod = podOfNode(set, '', node.metadata.name);
    const podName = `${set.metadata.name}-${name}`;
    return {
      ...pod,
      metadata: { ...pod.metadata, name: podName, uid: `${name}/${set.metadata.uid}` },
      spec: { ...pod.spec, nodeName: name },
    };
  });
  return { node: { ...node, metadata: { ...node.metadata, name, uid: name, labels } }, pods };
}

function isPassing({ key }: Taint): boolean {
  return PASSING.has(key) || PASSING_PREFIXES.some((prefix) => key.startsWith(prefix));
}

import type { Condition } from '../api/meta.ts';
import type { Node } from '../api/node.ts';
import { conditionOf } from '../api/pod.ts';
import type { Client } from '../api/request.ts';

const MICROS_PER_SECOND = 1_000_000;
const ATTEMPTS = 5;

/** What a healthy kubelet says of its node. */
const HEALTHY: readonly Condition[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/** What a kubelet says of its node before the network of pods has come up. */
const STARTING: readonly Condition[] = [
  ...HEALTHY.slice(0, -1),
  {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady',
  },
];

/** The conditions of a healthy node that is heard of now; those of others stay, and transitions are told from states. */
function healthyConditions(before: readonly Condition[], now: number, said = HEALTHY): readonly Condition[] {
  const second = now - (now % MICROS_PER_SECOND);
  const own = said.map((condition): Condition => {
    const old = conditionOf(before, condition.type);
    const since = old?.status === condition.status ? old.lastTransitionTime : second;
    return { ...condition, lastTransitionTime: since ?? second, lastHeartbeatTime: second };
  });
  const others = before.filter(({ type }) => conditionOf(HEALTHY, type) === undefined);
  return [...own, ...others];
}

/**
 * A kubelet reports its node: it reads the Node and writes its status, anew where somebody else was quicker. Where there
 * is no Node it registers one, as `lastKnown` was.
 */
export function reportNode(client: Client, lastKnown: Node, now: () => number, attempts = ATTEMPTS): void {
  const key = lastKnown.metadata.name;
  client.send({ verb: 'get', kind: 'Node', key }, (read) => {
    if (!read.ok) {
      if (read.reason === 'NotFound')
        client.send({ verb: 'create', object: newNode(lastKnown, now()) }, () => undefined);
      return;
    }
    const node = read.object as Node;
    const status = { ...node.status, conditions: healthyConditions(node.status.conditions, now()) };
    client.send({ verb: 'update', object: { ...node, status }, subresource: 'status' }, (answer) => {
      if (!answer.ok && answer.reason === 'Conflict' && attempts > 1) reportNode(client, lastKnown, now, attempts - 1);
    });
  });
}

/** What an administrator has put on the Node is gone with it. */
function newNode({ metadata, spec: { providerID }, status }: Node, now: number): Node {
  return {
    kind: 'Node',
    metadata: { ...metadata, uid: '', resourceVersion: 0, generation: 1, deletionTimestamp: undefined, finalizers: [] },
    spec: providerID === undefined ? {} : { providerID },
    status: { ...status, conditions: healthyConditions([], now) },
  };
}

/** The kubelet of a new machine registers its Node, which is not ready yet. */
export function registerNode(client: Client, registration: Node, now: () => number): void {
  const status = { ...registration.status, conditions: healthyConditions([], now(), STARTING) };
  client.send({ verb: 'create', object: { ...registration, status } }, () => undefined);
}

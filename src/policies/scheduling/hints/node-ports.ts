import type { ClusterEventHint, HostPort } from '../../../sim/policy-api/scheduling.ts';
import { podInfoOf } from '../framework/pod-info.ts';
import { changeOf, isPlaced, queueIf } from './object-change.ts';

const ANY_ADDRESS = '0.0.0.0';

function portsConflict(a: HostPort, b: HostPort): boolean {
  const isSameAddress = a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS;
  return isSameAddress && a.port === b.port && a.protocol === b.protocol;
}

/** NodePorts: a pod that held one of the wanted host ports is gone, or there is a new node. */
export const NODE_PORTS_EVENTS: readonly ClusterEventHint[] = [
  {
    events: ['Pod/Delete'],
    hint: (pod, change) => {
      const { before } = changeOf<'Pod'>(change);
      if (before === undefined || !isPlaced(before)) return 'QueueSkip';
      const held = podInfoOf(before).hostPorts;
      return queueIf(podInfoOf(pod).hostPorts.some((port) => held.some((other) => portsConflict(port, other))));
    },
    sameForEqualPods: true,
  },
  { events: ['Node/Add'] },
];

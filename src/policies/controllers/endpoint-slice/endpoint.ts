import { LABEL_ZONE, type Node } from '../../../sim/api/node.ts';
import { isPodReady, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import type { Endpoint, Service } from '../../../sim/api/service.ts';

/** A pod is an endpoint from the time it has an address until it has ended; one that is being deleted still is. */
export function isEndpoint(pod: Pod): boolean {
  return !isPodTerminal(pod) && (pod.status.podIP ?? '') !== '';
}

/** @param node where the pod runs, if the cache knows it */
export function endpointOf(pod: Pod, service: Service, node: Node | undefined): Endpoint {
  const { namespace, name, uid } = pod.metadata;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const zone = node?.metadata.labels[LABEL_ZONE];
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    addresses: [pod.status.podIP ?? ''],
    conditions: {
      ready: service.spec.publishNotReadyAddresses || (serving && !terminating),
      serving,
      terminating,
    },
    nodeName,
    zone,
    hostname: hostname !== '' && subdomain === service.metadata.name ? hostname : undefined,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

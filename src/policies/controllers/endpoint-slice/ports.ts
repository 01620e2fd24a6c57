import type { Container, Pod } from '../../../sim/api/pod.ts';
import type { EndpointSlice, Service, ServicePort } from '../../../sim/api/service.ts';

export type EndpointPorts = EndpointSlice['ports'];

/**
 * The ports at which a pod serves a Service. A port named in the Service but not in the pod is left out, so pods of one
 * Service may have different ports, and then lie in different slices (kubernetes-behaviour.md 3.8).
 */
export function endpointPorts(service: Service, pod: Pod): EndpointPorts {
  const ports: EndpointPorts[number][] = [];
  for (const port of service.spec.ports) {
    const number = targetPort(port, pod);
    if (number === undefined) continue;
    ports.push({
      name: port.name ?? '',
      protocol: port.protocol,
      port: number,
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    });
  }
  return ports;
}

function targetPort({ targetPort, port, protocol }: ServicePort, pod: Pod): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return namedPort(pod.spec.containers, targetPort, protocol) ?? namedPort(sidecars, targetPort, protocol);
}

function namedPort(containers: readonly Container[], name: string, protocol: string): number | undefined {
  for (const { ports } of containers) {
    for (const port of ports ?? []) {
      if (port.name === name && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}

const keys = new WeakMap<EndpointPorts, string>();

/** The same text for the same set of ports, in whatever order they are listed. */
export function portsKey(ports: EndpointPorts): string {
  let key = keys.get(ports);
  if (key === undefined) {
    key = ports
      .map(({ name, protocol, port, appProtocol }) => `${name ?? ''}/${protocol}/${port}/${appProtocol ?? ''}`)
      .sort()
      .join(',');
    keys.set(ports, key);
  }
  return key;
}

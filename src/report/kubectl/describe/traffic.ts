import { labelsText } from '../selector-cells.ts';
import { writeLabels, writeName } from './name-lines.ts';
import type { Describer, Scene } from './scene.ts';
import { at, count, has, parts, text, textMap, texts, type Wire } from './wire.ts';

const MOST_ENDPOINTS = 3;

export const describeService: Describer = (service, out, scene) => {
  writeName(service, out);
  writeLabels(service, out);
  const given = (title: string, path: string): void => {
    const list = at(service, path);
    const shown = Array.isArray(list) ? list.join(',') : text(service, path);
    if (shown !== '') out.line(0, `${title}:`, shown);
  };
  out.line(0, 'Selector:', labelsText(textMap(service, 'spec.selector')));
  out.line(0, 'Type:', text(service, 'spec.type'));
  given('IP Family Policy', 'spec.ipFamilyPolicy');
  out.line(0, 'IP Families:', texts(service, 'spec.ipFamilies').join(',') || '<none>');
  out.line(0, 'IP:', text(service, 'spec.clusterIP'));
  out.line(0, 'IPs:', texts(service, 'spec.clusterIPs').join(',') || '<none>');
  given('External IPs', 'spec.externalIPs');
  given('Desired LoadBalancer IP', 'spec.loadBalancerIP');
  given('External Name', 'spec.externalName');
  const ingress = parts(service, 'status.loadBalancer.ingress').map((one) => text(one, 'ip') || text(one, 'hostname'));
  if (ingress.length > 0) out.line(0, 'LoadBalancer Ingress:', ingress.join(', '));
  for (const port of parts(service, 'spec.ports')) {
    const name = text(port, 'name') || '<unset>';
    const protocol = text(port, 'protocol') || 'TCP';
    out.line(0, 'Port:', name, `${count(port, 'port')}/${protocol}`);
    out.line(0, 'TargetPort:', `${text(port, 'targetPort') || text(port, 'port')}/${protocol}`);
    if (has(port, 'appProtocol')) out.line(0, 'AppProtocol:', text(port, 'appProtocol'));
    if (count(port, 'nodePort') !== 0) out.line(0, 'NodePort:', name, `${count(port, 'nodePort')}/${protocol}`);
    out.line(0, 'Endpoints:', endpointsText(service, text(port, 'name'), scene));
  }
  out.line(0, 'Session Affinity:', text(service, 'spec.sessionAffinity'));
  given('External Traffic Policy', 'spec.externalTrafficPolicy');
  given('Internal Traffic Policy', 'spec.internalTrafficPolicy');
  if (count(service, 'spec.healthCheckNodePort') !== 0) given('HealthCheck NodePort', 'spec.healthCheckNodePort');
  given('LoadBalancer Source Ranges', 'spec.loadBalancerSourceRanges');
  given('Traffic Distribution', 'spec.trafficDistribution');
};

/** The first ready endpoints of a port, and how many more there are. */
function endpointsText(service: Wire, portName: string, scene: Scene): string {
  const slices = scene
    .all('EndpointSlice')
    .filter(
      (slice) =>
        text(slice, 'metadata.namespace') === text(service, 'metadata.namespace') &&
        textMap(slice, 'metadata.labels')['kubernetes.io/service-name'] === text(service, 'metadata.name'),
    );
  if (slices.length === 0) return '<none>';
  const all = slices.flatMap((slice) => {
    const addresses = parts(slice, 'endpoints')
      .filter((endpoint) => text(endpoint, 'conditions.ready') !== 'false')
      .map((endpoint) => texts(endpoint, 'addresses')[0]!);
    const ports = parts(slice, 'ports');
    if (ports.length === 0) return addresses;
    return ports
      .filter((port) => text(port, 'name') === portName)
      .flatMap((port) => addresses.map((address) => `${address}:${count(port, 'port')}`));
  });
  const shown = all.slice(0, MOST_ENDPOINTS).join(',');
  return all.length > MOST_ENDPOINTS ? `${shown} + ${all.length - MOST_ENDPOINTS} more...` : shown;
}

export const describeEndpointSlice: Describer = (slice, out) => {
  writeName(slice, out);
  writeLabels(slice, out);
  out.line(0, 'AddressType:', text(slice, 'addressType'));
  const ports = parts(slice, 'ports');
  if (ports.length === 0) out.line(0, 'Ports: <unset>');
  else {
    out.line(0, 'Ports:');
    out.line(1, 'Name', 'Port', 'Protocol');
    out.line(1, '----', '----', '--------');
  }
  for (const port of ports)
    out.line(1, text(port, 'name') || '<unset>', text(port, 'port') || '<unset>', text(port, 'protocol') || 'TCP');
  const endpoints = parts(slice, 'endpoints');
  out.line(0, endpoints.length === 0 ? 'Endpoints: <none>' : 'Endpoints:');
  for (const endpoint of endpoints) {
    out.line(1, '- Addresses:', texts(endpoint, 'addresses').join(', ') || '<none>');
    out.line(2, 'Conditions:');
    out.line(3, 'Ready:', text(endpoint, 'conditions.ready') || '<unset>');
    out.line(2, 'Hostname:', text(endpoint, 'hostname') || '<unset>');
    if (has(endpoint, 'targetRef'))
      out.line(2, 'TargetRef:', `${text(endpoint, 'targetRef.kind')}/${text(endpoint, 'targetRef.name')}`);
    out.line(2, 'NodeName:', text(endpoint, 'nodeName') || '<unset>');
    out.line(2, 'Zone:', text(endpoint, 'zone') || '<unset>');
  }
};

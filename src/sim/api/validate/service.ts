import { addressFamily } from '../ip-address.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems, portNumberProblems } from '../names.ts';
import type { Endpoints, EndpointSlice, Service, ServicePort, ServiceSpec } from '../service.ts';
import type { Checker } from './checker.ts';
import { checkLabels } from './labels.ts';
import { checkPort } from './probes.ts';

const TRAFFIC_DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const ONE_DAY = 86_400;

interface StoredServiceSpec extends ServiceSpec {
  readonly clusterIPs?: readonly string[];
  readonly externalIPs?: readonly string[];
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly loadBalancerClass?: string;
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly healthCheckNodePort?: number;
}

export function checkService(service: Service, at: Checker): void {
  const spec: StoredServiceSpec = service.spec;
  const isHeadless = spec.clusterIP === 'None';
  const { type } = spec;
  if (spec.ports.length === 0 && !isHeadless && type !== 'ExternalName') at.at('ports').required();
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort')) {
    at.at('clusterIP').invalid('None', `may not be set to 'None' for ${type} services`);
  }
  if (type === 'ExternalName') checkExternalName(spec, at);
  checkPorts(spec, at.at('ports'));
  checkLabels(spec.selector, at.at('selector'));
  checkAffinity(spec, at);
  checkTraffic(spec, at);
}

function checkExternalName(spec: StoredServiceSpec, at: Checker): void {
  if ((spec.clusterIP ?? '') !== '') at.at('clusterIP').forbidden('may not be set for ExternalName services');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') at.at('externalName').required();
  else at.at('externalName').invalidFor(name, dnsSubdomainProblems(name));
}

function checkPorts(spec: StoredServiceSpec, at: Checker): void {
  const names = new Set<string>();
  const ports = new Set<string>();
  const nodePorts = new Set<string>();
  spec.ports.forEach((port: ServicePort, index) => {
    const here = at.at(index);
    if (port.name !== undefined) {
      here.at('name').invalidFor(port.name, dnsLabelProblems(port.name));
      if (names.has(port.name)) here.at('name').duplicate(port.name);
      names.add(port.name);
    } else if (spec.ports.length > 1) here.at('name').required();
    here.at('port').invalidFor(port.port, portNumberProblems(port.port));
    checkPort(port.targetPort, here.at('targetPort'));
    if (port.appProtocol !== undefined) {
      here.at('appProtocol').invalidFor(port.appProtocol, labelKeyProblems(port.appProtocol));
    }
    const name = `${port.protocol} ${port.port}`;
    if (ports.has(name)) here.duplicate({ protocol: port.protocol, port: port.port });
    ports.add(name);
    if (port.nodePort === undefined) return;
    if (spec.type === 'ClusterIP') here.at('nodePort').forbidden("may not be used when `type` is 'ClusterIP'");
    const nodePort = `${port.protocol} ${port.nodePort}`;
    if (nodePorts.has(nodePort)) here.at('nodePort').duplicate(port.nodePort);
    nodePorts.add(nodePort);
  });
}

function checkAffinity(spec: StoredServiceSpec, at: Checker): void {
  const here = at.at('sessionAffinityConfig');
  if (spec.sessionAffinity === 'None') {
    if (spec.sessionAffinityConfig !== undefined) here.forbidden('must not be set when session affinity is None');
    return;
  }
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) return here.required('when session affinity type is ClientIP');
  if (seconds < 1 || seconds > ONE_DAY) {
    here.at('clientIP', 'timeoutSeconds').invalid(seconds, `must be greater than 0 and less than ${ONE_DAY}`);
  }
}

function checkTraffic(spec: StoredServiceSpec, at: Checker): void {
  const { type } = spec;
  const isBalanced = type === 'LoadBalancer';
  const isExternal = isBalanced || type === 'NodePort' || (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  if (!isExternal && spec.externalTrafficPolicy !== undefined) {
    const detail = 'may only be set for externally-accessible services';
    at.at('externalTrafficPolicy').invalid(spec.externalTrafficPolicy, detail);
  }
  for (const name of ['loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const) {
    if (spec[name] !== undefined && !isBalanced)
      at.at(name).forbidden("may only be used when `type` is 'LoadBalancer'");
  }
  const needsHealthCheck = isBalanced && spec.externalTrafficPolicy === 'Local';
  if (!needsHealthCheck && spec.healthCheckNodePort !== undefined) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    at.at('healthCheckNodePort').invalid(spec.healthCheckNodePort, detail);
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !TRAFFIC_DISTRIBUTIONS.includes(distribution)) {
    at.at('trafficDistribution').unsupported(distribution, TRAFFIC_DISTRIBUTIONS);
  }
}

function checkAddress(type: EndpointSlice['addressType'], address: string, at: Checker): void {
  if ((type as string) === '') return;
  if (type === 'FQDN') return at.invalidFor(address, dnsSubdomainProblems(address));
  const family = addressFamily(address);
  if (family === undefined) at.invalid(address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  else if (family !== type) at.invalid(address, `must be an ${type} address`);
}

const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;

export function checkEndpointSlice(slice: EndpointSlice, at: Checker): void {
  if (slice.endpoints.length > MAX_ENDPOINTS) at.at('endpoints').tooMany(slice.endpoints.length, MAX_ENDPOINTS);
  if (slice.ports.length > MAX_PORTS) at.at('ports').tooMany(slice.ports.length, MAX_PORTS);
  slice.endpoints.forEach(({ addresses, nodeName }, index) => {
    if (nodeName !== undefined) {
      at.at('endpoints', index, 'nodeName').invalidFor(nodeName, dnsSubdomainProblems(nodeName));
    }
    const here = at.at('endpoints', index, 'addresses');
    if (addresses.length === 0) here.required('must contain at least 1 address');
    if (addresses.length > MAX_ADDRESSES) here.tooMany(addresses.length, MAX_ADDRESSES);
    addresses.forEach((address, position) => checkAddress(slice.addressType, address, here.at(position)));
  });
  const names = new Set<string>();
  slice.ports.forEach(({ name = '' }, index) => {
    const here = at.at('ports', index, 'name');
    if (name !== '') here.invalidFor(name, dnsLabelProblems(name));
    if (names.has(name)) here.duplicate(name);
    names.add(name);
  });
}

export function checkEndpoints({ subsets }: Endpoints, at: Checker): void {
  subsets.forEach((subset, index) => {
    const { addresses = [], notReadyAddresses = [] } = subset;
    if (addresses.length + notReadyAddresses.length === 0) {
      at.at(index).required('must specify `addresses` or `notReadyAddresses`');
    }
    for (const [member, list] of Object.entries({ addresses, notReadyAddresses })) {
      list.forEach(({ ip, hostname = '', nodeName }, position) => {
        const here = at.at(index, member, position);
        if (addressFamily(ip) === undefined) {
          here.at('ip').invalid(ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
        }
        if (hostname !== '') here.at('hostname').invalidFor(hostname, dnsLabelProblems(hostname));
        if (nodeName !== undefined) here.at('nodeName').invalidFor(nodeName, dnsSubdomainProblems(nodeName));
      });
    }
    const { ports = [] } = subset;
    ports.forEach(({ name = '', port }, position) => {
      const here = at.at(index, 'ports', position);
      if (name !== '') here.at('name').invalidFor(name, dnsLabelProblems(name));
      else if (ports.length > 1) here.at('name').required();
      here.at('port').invalidFor(port, portNumberProblems(port));
    });
  });
}

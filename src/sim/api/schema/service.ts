import { CONDITION, NONE, METADATA, OBJECT_REFERENCE } from './meta.ts';
import { PROTOCOL } from './container.ts';
import {
  always,
  bool,
  defaulted,
  ignored,
  int32,
  intOrString,
  list,
  listByKey,
  map,
  oneOf,
  pointer,
  quiet,
  required,
  server,
  shown,
  table,
  text,
  type Data,
} from './type.ts';

const TRAFFIC_POLICY = oneOf('Cluster', 'Local');
const EMPTY = Object.freeze({});

const SERVICE_PORT = table(
  'ServicePort',
  {
    name: text,
    protocol: defaulted(PROTOCOL, 'TCP'),
    appProtocol: pointer(text),
    port: always(int32, 0),
    targetPort: intOrString,
    nodePort: int32,
  },
  {
    complete: (port: Data): Data => (port['targetPort'] === undefined ? { ...port, targetPort: port['port'] } : port),
  },
);

const THREE_HOURS = 10_800;

/** What a Service is given depends on its type and on who can reach it. */
function completeService(spec: Data): Data {
  const added: Record<string, unknown> = {};
  const type = spec['type'];
  const isExternal =
    type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && spec['externalIPs'] !== undefined);
  if (isExternal && spec['externalTrafficPolicy'] === undefined) added['externalTrafficPolicy'] = 'Cluster';
  if (type !== 'ExternalName' && spec['internalTrafficPolicy'] === undefined)
    added['internalTrafficPolicy'] = 'Cluster';
  if (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] === undefined) {
    added['allocateLoadBalancerNodePorts'] = true;
  }
  const configuration = spec['sessionAffinityConfig'] as { clientIP?: { timeoutSeconds?: number } } | undefined;
  if (spec['sessionAffinity'] === 'ClientIP' && configuration?.clientIP?.timeoutSeconds === undefined) {
    added['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: THREE_HOURS } };
  }
  if (spec['clusterIP'] !== undefined && spec['clusterIPs'] === undefined) added['clusterIPs'] = [spec['clusterIP']];
  return Object.keys(added).length === 0 ? spec : { ...spec, ...added };
}

const SERVICE_SPEC = table(
  'ServiceSpec',
  {
    type: defaulted(oneOf('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'), 'ClusterIP'),
    selector: map(text),
    ports: always(listByKey('port', SERVICE_PORT, ['port', 'protocol']), NONE),
    clusterIP: text,
    clusterIPs: quiet(list(text)),
    externalName: text,
    publishNotReadyAddresses: always(bool, false),
    sessionAffinity: defaulted(oneOf('ClientIP', 'None'), 'None'),
    sessionAffinityConfig: pointer(
      table('SessionAffinityConfig', {
        clientIP: pointer(table('ClientIPConfig', { timeoutSeconds: pointer(int32) })),
      }),
    ),
    internalTrafficPolicy: pointer(TRAFFIC_POLICY),
    externalTrafficPolicy: TRAFFIC_POLICY,
    trafficDistribution: pointer(text),
    externalIPs: ignored(list(text)),
    loadBalancerIP: ignored(text),
    loadBalancerSourceRanges: ignored(list(text)),
    loadBalancerClass: ignored(pointer(text)),
    healthCheckNodePort: quiet(int32),
    allocateLoadBalancerNodePorts: quiet(pointer(bool)),
    ipFamilies: quiet(list(oneOf('IPv4', 'IPv6'))),
    ipFamilyPolicy: quiet(pointer(oneOf('PreferDualStack', 'RequireDualStack', 'SingleStack'))),
  },
  { complete: completeService },
);

const SERVICE_STATUS = table('ServiceStatus', {
  loadBalancer: table('LoadBalancerStatus', {
    ingress: list(
      table('LoadBalancerIngress', {
        ip: text,
        hostname: text,
        ipMode: pointer(text),
        ports: list(table('PortStatus', { port: int32, protocol: text, error: pointer(text) })),
      }),
    ),
  }),
  conditions: listByKey('type', CONDITION),
});

export const SERVICE = table('Service', {
  metadata: METADATA,
  spec: always(SERVICE_SPEC, EMPTY),
  status: server(SERVICE_STATUS),
});

/** Absent means: ready as far as anybody knows, serving as long as ready, not terminating. */
function knownConditions(endpoint: Data): Data {
  const given = (endpoint['conditions'] ?? EMPTY) as Data;
  const ready = given['ready'] ?? true;
  const conditions = { ready, serving: given['serving'] ?? ready, terminating: given['terminating'] ?? false };
  return { ...endpoint, conditions };
}

const ENDPOINT = table(
  'Endpoint',
  {
    addresses: shown(always(list(text), NONE)),
    conditions: table('EndpointConditions', {
      ready: pointer(bool),
      serving: pointer(bool),
      terminating: pointer(bool),
    }),
    nodeName: pointer(text),
    zone: pointer(text),
    hostname: pointer(text),
    targetRef: pointer(OBJECT_REFERENCE),
    deprecatedTopology: quiet(map(text)),
    hints: ignored(
      pointer(
        table('EndpointHints', {
          forZones: list(table('ForZone', { name: required(text) })),
          forNodes: list(table('ForNode', { name: required(text) })),
        }),
      ),
    ),
  },
  { fromWire: knownConditions },
);

export const ENDPOINT_SLICE = table('EndpointSlice', {
  metadata: METADATA,
  addressType: required(oneOf('FQDN', 'IPv4', 'IPv6')),
  endpoints: shown(always(list(ENDPOINT), NONE)),
  ports: shown(
    always(
      list(
        table('EndpointPort', {
          name: defaulted(pointer(text), ''),
          protocol: defaulted(pointer(PROTOCOL), 'TCP'),
          port: always(pointer(int32), 0),
          appProtocol: pointer(text),
        }),
      ),
      NONE,
    ),
  ),
});

const ENDPOINT_ADDRESS = table('EndpointAddress', {
  ip: required(text),
  hostname: text,
  nodeName: pointer(text),
  targetRef: pointer(OBJECT_REFERENCE),
});

export const ENDPOINTS = table('Endpoints', {
  metadata: METADATA,
  subsets: always(
    list(
      table('EndpointSubset', {
        addresses: list(ENDPOINT_ADDRESS),
        notReadyAddresses: list(ENDPOINT_ADDRESS),
        ports: list(
          table('EndpointPort', {
            name: text,
            port: required(int32),
            protocol: defaulted(PROTOCOL, 'TCP'),
            appProtocol: pointer(text),
          }),
        ),
      }),
    ),
    NONE,
  ),
});

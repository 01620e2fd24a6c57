import { LOCAL_OBJECT_REFERENCE, CONDITION, NONE, METADATA, RESOURCE_LIST, TEMPLATE_META } from './meta.ts';
import { CONTAINER, EPHEMERAL_CONTAINER, RESOURCE_REQUIREMENTS } from './container.ts';
import { AFFINITY, TOLERATION, TOPOLOGY_SPREAD_CONSTRAINT } from './scheduling.ts';
import { POD_SECURITY_CONTEXT } from './security.ts';
import {
  always,
  anything,
  bool,
  defaulted,
  dropped,
  ignored,
  int32,
  int64,
  list,
  listByKey,
  map,
  oneOf,
  pointer,
  quiet,
  required,
  retainingKeys,
  server,
  shown,
  table,
  text,
  time,
  type Data,
} from './type.ts';
import { VOLUME } from './volume.ts';

export const PREEMPTION_POLICY = oneOf('PreemptLowerPriority', 'Never');

const NAMED = table('PodSchedulingGate', { name: required(text) });

export const POD_SPEC = table(
  'PodSpec',
  {
    containers: required(listByKey('name', CONTAINER)),
    initContainers: listByKey('name', CONTAINER),
    volumes: retainingKeys(listByKey('name', VOLUME)),
    nodeName: text,
    schedulerName: defaulted(text, 'default-scheduler'),
    restartPolicy: defaulted(oneOf('Always', 'OnFailure', 'Never'), 'Always'),
    terminationGracePeriodSeconds: defaulted(pointer(int64), 30),
    activeDeadlineSeconds: pointer(int64),
    nodeSelector: map(text),
    affinity: pointer(AFFINITY),
    tolerations: list(TOLERATION),
    topologySpreadConstraints: listByKey('topologyKey', TOPOLOGY_SPREAD_CONSTRAINT, [
      'topologyKey',
      'whenUnsatisfiable',
    ]),
    priorityClassName: text,
    priority: pointer(int32),
    preemptionPolicy: pointer(PREEMPTION_POLICY),
    overhead: RESOURCE_LIST,
    resources: pointer(RESOURCE_REQUIREMENTS),
    schedulingGates: listByKey('name', NAMED),
    readinessGates: list(table('PodReadinessGate', { conditionType: required(text) })),
    resourceClaims: retainingKeys(
      listByKey(
        'name',
        table('PodResourceClaim', {
          name: required(text),
          resourceClaimName: pointer(text),
          resourceClaimTemplateName: pointer(text),
        }),
      ),
    ),
    hostNetwork: bool,
    hostname: text,
    subdomain: text,
    serviceAccountName: text,
    runtimeClassName: pointer(text),
    os: pointer(table('PodOS', { name: required(oneOf('linux', 'windows')) })),
    serviceAccount: quiet(text),
    automountServiceAccountToken: ignored(pointer(bool)),
    dnsConfig: ignored(
      pointer(
        table('PodDNSConfig', {
          nameservers: list(text),
          searches: list(text),
          options: list(table('PodDNSConfigOption', { name: text, value: pointer(text) })),
        }),
      ),
    ),
    dnsPolicy: ignored(defaulted(oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'), 'ClusterFirst')),
    enableServiceLinks: ignored(pointer(bool), true),
    ephemeralContainers: ignored(listByKey('name', EPHEMERAL_CONTAINER)),
    hostAliases: ignored(listByKey('ip', table('HostAlias', { ip: text, hostnames: list(text) }))),
    hostIPC: ignored(bool),
    hostPID: ignored(bool),
    hostUsers: ignored(pointer(bool), true),
    hostnameOverride: ignored(pointer(text)),
    imagePullSecrets: ignored(listByKey('name', LOCAL_OBJECT_REFERENCE)),
    schedulingGroup: ignored(pointer(table('PodSchedulingGroup', { podGroupName: pointer(text) }))),
    securityContext: ignored(defaulted(pointer(POD_SECURITY_CONTEXT), Object.freeze({}))),
    setHostnameAsFQDN: ignored(pointer(bool), false),
    shareProcessNamespace: ignored(pointer(bool), false),
  },
  { complete: withServiceAccount },
);

/** The older name of serviceAccountName; the API server keeps both alike. */
function withServiceAccount(spec: Data): Data {
  const name = spec['serviceAccountName'] ?? spec['serviceAccount'];
  if (name === undefined || (spec['serviceAccount'] === name && spec['serviceAccountName'] === name)) return spec;
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

const CONTAINER_STATE = table('ContainerState', {
  waiting: pointer(table('ContainerStateWaiting', { reason: always(text, ''), message: text })),
  running: pointer(table('ContainerStateRunning', { startedAt: shown(always(time, 0)) })),
  terminated: pointer(
    table('ContainerStateTerminated', {
      exitCode: shown(always(int32, 0)),
      signal: int32,
      reason: text,
      message: text,
      startedAt: pointer(time),
      finishedAt: pointer(time),
      containerID: text,
    }),
  ),
});

const CONTAINER_STATUS = table('ContainerStatus', {
  name: always(text, ''),
  image: shown(always(text, '')),
  imageID: shown(text),
  containerID: text,
  ready: shown(always(bool, false)),
  started: shown(always(pointer(bool), false)),
  restartCount: shown(always(int32, 0)),
  state: always(CONTAINER_STATE, Object.freeze({})),
  lastState: CONTAINER_STATE,
  allocatedResources: RESOURCE_LIST,
  resources: pointer(RESOURCE_REQUIREMENTS),
  volumeMounts: dropped(anything),
  user: dropped(anything),
  allocatedResourcesStatus: dropped(anything),
  stopSignal: dropped(anything),
});

export const POD_STATUS = table('PodStatus', {
  phase: shown(always(oneOf('Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'), 'Pending')),
  conditions: always(listByKey('type', CONDITION), NONE),
  message: text,
  reason: text,
  nominatedNodeName: text,
  hostIP: text,
  hostIPs: list(table('HostIP', { ip: text })),
  podIP: text,
  podIPs: listByKey('ip', table('PodIP', { ip: text })),
  startTime: pointer(time),
  initContainerStatuses: list(CONTAINER_STATUS),
  containerStatuses: list(CONTAINER_STATUS),
  ephemeralContainerStatuses: dropped(anything),
  qosClass: oneOf('BestEffort', 'Burstable', 'Guaranteed'),
  resize: text,
  resources: pointer(RESOURCE_REQUIREMENTS),
  allocatedResources: RESOURCE_LIST,
  observedGeneration: int64,
  resourceClaimStatuses: retainingKeys(
    listByKey('name', table('PodResourceClaimStatus', { name: text, resourceClaimName: pointer(text) })),
  ),
  extendedResourceClaimStatus: dropped(anything),
  nodeAllocatableResourceClaimStatuses: dropped(anything),
});

/** A new pod's status, before anybody has looked at it. */
const PENDING = Object.freeze({ phase: 'Pending', conditions: NONE });

export const POD = table('Pod', {
  metadata: METADATA,
  spec: always(POD_SPEC, Object.freeze({ containers: NONE })),
  status: server(always(POD_STATUS, PENDING)),
});

export const POD_TEMPLATE = table('PodTemplateSpec', {
  metadata: always(TEMPLATE_META, {}),
  spec: always(POD_SPEC, Object.freeze({ containers: NONE })),
});

import { CONDITION, NONE, METADATA, RESOURCE_LIST } from './meta.ts';
import { TAINT } from './scheduling.ts';
import {
  always,
  anything,
  bool,
  dropped,
  int64,
  list,
  listByKey,
  quiet,
  setOf,
  shown,
  table,
  text,
  type Data,
} from './type.ts';

/** The two ways to say which addresses a node gives its pods. */
function withPodCidrs(spec: Data): Data {
  const { podCIDR, podCIDRs } = spec as { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  if (podCIDR !== undefined && podCIDRs === undefined) return { ...spec, podCIDRs: [podCIDR] };
  const [first] = podCIDRs ?? [];
  return first !== undefined && podCIDR === undefined ? { ...spec, podCIDR: first } : spec;
}

const NODE_SPEC = table(
  'NodeSpec',
  {
    podCIDR: text,
    podCIDRs: quiet(setOf(text)),
    providerID: text,
    unschedulable: bool,
    taints: list(TAINT),
    configSource: dropped(anything),
    externalID: quiet(text),
  },
  { complete: withPodCidrs },
);

const EMPTY = Object.freeze({});

/** All of the capacity is allocatable where nothing else is said. */
function withAllocatable(status: Data): Data {
  if (Object.keys(status['allocatable'] as Data).length > 0) return status;
  return Object.keys(status['capacity'] as Data).length === 0 ? status : { ...status, allocatable: status['capacity'] };
}

const NODE_STATUS = table(
  'NodeStatus',
  {
    capacity: always(RESOURCE_LIST, EMPTY),
    allocatable: always(RESOURCE_LIST, EMPTY),
    conditions: always(listByKey('type', CONDITION), NONE),
    addresses: listByKey('type', table('NodeAddress', { type: text, address: text })),
    images: list(table('ContainerImage', { names: shown(always(list(text), NONE)), sizeBytes: int64 })),
    declaredFeatures: list(text),
    phase: dropped(anything),
    daemonEndpoints: dropped(anything),
    nodeInfo: quiet(
      table('NodeSystemInfo', {
        architecture: text,
        bootID: text,
        containerRuntimeVersion: text,
        kernelVersion: text,
        kubeProxyVersion: text,
        kubeletVersion: text,
        machineID: text,
        operatingSystem: text,
        osImage: text,
        swap: dropped(anything),
        systemUUID: text,
      }),
    ),
    volumesInUse: quiet(list(text)),
    volumesAttached: quiet(list(table('AttachedVolume', { name: text, devicePath: text }))),
    config: dropped(anything),
    runtimeHandlers: dropped(anything),
    features: dropped(anything),
  },
  { complete: withAllocatable },
);

/** A node brings its status along when it is created, as a kubelet that registers does. */
export const NODE = table('Node', {
  metadata: METADATA,
  spec: always(NODE_SPEC, EMPTY),
  status: always(NODE_STATUS, EMPTY),
});

import { LABEL_REGION, LABEL_ZONE } from '../../../sim/api/node.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreFilterPlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { VOLUME_ZONE_EVENTS } from '../hints/volumes.ts';
import { claimKey, classNameOf, notFound } from './volume-claims.ts';

const LABEL_ZONE_BETA = 'failure-domain.beta.kubernetes.io/zone';
const LABEL_REGION_BETA = 'failure-domain.beta.kubernetes.io/region';
const TOPOLOGY_LABELS = [LABEL_ZONE_BETA, LABEL_REGION_BETA, LABEL_ZONE, LABEL_REGION];
/** The label that stands for an old one where a node has only the new. */
const SUCCESSOR: ReadonlyMap<string, string> = new Map([
  [LABEL_ZONE_BETA, LABEL_ZONE],
  [LABEL_REGION_BETA, LABEL_REGION],
]);

const NO_ZONE = unresolvable('node(s) had no available volume zone');

interface VolumeTopology {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** A label value may name several zones, separated by two underscores; `undefined` when one of them is empty. */
export function zonesOf(value: string): ReadonlySet<string> | undefined {
  const zones = value.split('__').map((zone) => zone.trim());
  return zones.includes('') ? undefined : new Set(zones);
}

/** Volumes whose zone or region is written on them can be used there only (semantics sheet 3.16). */
export class VolumeZone implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'VolumeZone';
  readonly #handle: PluginHandle;

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const topologies: VolumeTopology[] = [];
    for (const { persistentVolumeClaim } of pod.pod.spec.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const name = persistentVolumeClaim.claimName;
      if (name === '') return { status: unresolvable('PersistentVolumeClaim had no name') };
      const claim = this.#handle.lister('PersistentVolumeClaim').get(claimKey(pod.pod, name));
      if (claim === undefined) return { status: unresolvable(notFound('persistentvolumeclaim', name)) };
      const volumeName = claim.spec.volumeName ?? '';
      if (volumeName === '') {
        const status = this.#unbound(classNameOf(claim));
        if (status !== undefined) return { status };
        continue;
      }
      const volume = this.#handle.lister('PersistentVolume').get(volumeName);
      if (volume === undefined) return { status: unresolvable(notFound('persistentvolume', volumeName)) };
      for (const key of TOPOLOGY_LABELS) {
        const value = volume.metadata.labels[key];
        const values = value === undefined ? undefined : zonesOf(value);
        if (values !== undefined) topologies.push({ key, values });
      }
    }
    if (topologies.length === 0) return { status: SKIP };
    state.write(this.name, topologies);
    return undefined;
  }

  /** A claim without a volume may wait for the pod; any other stands in its way. */
  #unbound(className: string): Status | undefined {
    if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
    const storageClass = this.#handle.lister('StorageClass').get(className);
    if (storageClass === undefined) return unresolvable(notFound('storageclass', className));
    switch (storageClass.volumeBindingMode) {
      case 'WaitForFirstConsumer':
        return undefined;
      case undefined:
        return unresolvable(`VolumeBindingMode not set for StorageClass "${className}"`);
      default:
        return unresolvable('PersistentVolume had no name');
    }
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Status | undefined {
    const { labels } = node.node.metadata;
    // Where nodes have no zones, there is only one.
    if (TOPOLOGY_LABELS.every((key) => labels[key] === undefined)) return undefined;
    for (const { key, values } of state.read<readonly VolumeTopology[]>(this.name) ?? []) {
      const value = labels[key] ?? labels[SUCCESSOR.get(key) ?? key];
      if (value === undefined || !values.has(value)) return NO_ZONE;
    }
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return VOLUME_ZONE_EVENTS;
  }
}

export const volumeZone: PluginFactory = (_args, handle) => new VolumeZone(handle);

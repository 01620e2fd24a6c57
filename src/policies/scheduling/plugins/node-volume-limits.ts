import type { Pod } from '../../../sim/api/pod.ts';
import type { PersistentVolumeClaim } from '../../../sim/api/storage.ts';
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
import { SKIP, unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { NODE_VOLUME_LIMITS_EVENTS } from '../hints/volumes.ts';
import { claimKey, claimNameOf, classNameOf, notFound } from './volume-claims.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

/** No more CSI volumes on a node than its driver can attach there (semantics sheet 3.14). */
export class NodeVolumeLimits implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeVolumeLimits';
  readonly #handle: PluginHandle;

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  preFilter(_state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const volumes = pod.pod.spec.volumes ?? [];
    return volumes.some((volume) => claimNameOf(pod.pod, volume) !== undefined) ? undefined : { status: SKIP };
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const wanted = new Map<string, string>();
    const missing = this.#addVolumes(pod.pod, wanted);
    if (missing !== undefined) return unresolvable(notFound('persistentvolumeclaim', missing));
    if (wanted.size === 0) return undefined;
    const limits = new Map<string, number>();
    for (const driver of this.#handle.lister('CSINode').get(node.name)?.spec.drivers ?? []) {
      if (driver.allocatable?.count !== undefined) limits.set(driver.name, driver.allocatable.count);
    }
    if (limits.size === 0) return undefined;
    const attached = new Map<string, string>();
    for (const existing of node.pods) this.#addVolumes(existing.pod, attached);
    this.#addAttachments(node.name, attached);
    const counts = new Map<string, number>();
    for (const [volume, driver] of attached) {
      wanted.delete(volume);
      counts.set(driver, (counts.get(driver) ?? 0) + 1);
    }
    const driversWanted = new Set<string>();
    for (const driver of wanted.values()) {
      driversWanted.add(driver);
      counts.set(driver, (counts.get(driver) ?? 0) + 1);
    }
    for (const driver of driversWanted) {
      const limit = limits.get(driver);
      if (limit !== undefined && counts.get(driver)! > limit) return TOO_MANY;
    }
    return undefined;
  }

  /** Adds a pod's CSI volumes, unique name to driver; returns the name of a claim that does not exist. */
  #addVolumes(pod: Pod, volumes: Map<string, string>): string | undefined {
    let missing: string | undefined;
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume);
      if (name === undefined) continue;
      const claim = this.#handle.lister('PersistentVolumeClaim').get(claimKey(pod, name));
      if (claim === undefined) {
        missing ??= name;
        continue;
      }
      const found = this.#volumeOf(claim);
      if (found !== undefined) volumes.set(found.unique, found.driver);
    }
    return missing;
  }

  /** A claim without its volume counts under its own name for the driver of its class. */
  #volumeOf(claim: PersistentVolumeClaim): { readonly unique: string; readonly driver: string } | undefined {
    const volumeName = claim.spec.volumeName ?? '';
    const volume = volumeName === '' ? undefined : this.#handle.lister('PersistentVolume').get(volumeName);
    if (volume !== undefined) {
      const { csi } = volume.spec;
      if (csi === undefined) return undefined;
      return { unique: `${csi.driver}/${csi.volumeHandle ?? ''}`, driver: csi.driver };
    }
    const className = classNameOf(claim);
    if (className === '') return undefined;
    const driver = this.#handle.lister('StorageClass').get(className)?.provisioner;
    if (driver === undefined) return undefined;
    return { unique: `${driver}/claim ${claim.metadata.namespace}/${claim.metadata.name}`, driver };
  }

  /** Volumes that are attached to the node although no pod there needs them (any more). */
  #addAttachments(nodeName: string, volumes: Map<string, string>): void {
    for (const attachment of this.#handle.lister('VolumeAttachment').list()) {
      if (attachment.spec.nodeName !== nodeName) continue;
      const name = attachment.spec.source.persistentVolumeName;
      const csi = name === undefined ? undefined : this.#handle.lister('PersistentVolume').get(name)?.spec.csi;
      if (csi !== undefined) volumes.set(`${csi.driver}/${csi.volumeHandle ?? ''}`, csi.driver);
    }
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return NODE_VOLUME_LIMITS_EVENTS;
  }
}

export const nodeVolumeLimits: PluginFactory = (_args, handle) => new NodeVolumeLimits(handle);

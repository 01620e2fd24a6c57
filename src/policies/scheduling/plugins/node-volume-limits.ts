import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod, Volume } from '../../../sim/api/pod.ts';
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
import { Code, SKIP, unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { NODE_VOLUME_LIMITS_EVENTS } from '../hints/volumes.ts';
import { csiVolume, inlineCsiVolume, persistentCsiVolume, type CsiVolume } from './csi-volumes.ts';
import { claimKey, claimNameOf, classNameOf, notFound, notOwned } from './volume-claims.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

/** No more CSI volumes on a node than its driver can attach there (semantics sheet 3.14). */
export class NodeVolumeLimits implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeVolumeLimits';
  readonly #handle: PluginHandle;

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  preFilter(_state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const needs = (volume: Volume): boolean =>
      claimNameOf(pod.pod, volume) !== undefined || inlineCsiVolume(volume) !== undefined;
    return (pod.pod.spec.volumes ?? []).some(needs) ? undefined : { status: SKIP };
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const wanted = new Map<string, string>();
    const wrong = this.#addVolumes(pod.pod, true, wanted);
    if (wrong !== undefined) return wrong;
    if (wanted.size === 0) return undefined;
    const limits = new Map<string, number>();
    for (const driver of this.#handle.lister('CSINode').get(node.name)?.spec.drivers ?? []) {
      if (driver.allocatable?.count !== undefined) limits.set(driver.name, driver.allocatable.count);
    }
    if (limits.size === 0) return undefined;
    const inUse = new Map<string, string>();
    for (const existing of node.pods) {
      const unclear = this.#addVolumes(existing.pod, false, inUse);
      if (unclear !== undefined) return unclear;
    }
    for (const unique of inUse.keys()) wanted.delete(unique);
    // A volume that is attached and that no pod on the node uses counts beside the same one asked for now.
    this.#addAttachments(node.name, inUse);
    const counts = new Map<string, number>();
    const count = (driver: string): void => void counts.set(driver, (counts.get(driver) ?? 0) + 1);
    for (const driver of inUse.values()) count(driver);
    for (const driver of wanted.values()) count(driver);
    for (const driver of new Set(wanted.values())) {
      const limit = limits.get(driver);
      if (limit !== undefined && counts.get(driver)! > limit) return TOO_MANY;
    }
    return undefined;
  }

  /** Adds a pod's CSI volumes, unique name to driver. A claim that is missing matters for the incoming pod only. */
  #addVolumes(pod: Pod, isIncoming: boolean, volumes: Map<string, string>): Status | undefined {
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume);
      const inline = name === undefined ? inlineCsiVolume(volume) : undefined;
      if (inline !== undefined) volumes.set(inline.unique, inline.driver);
      if (name === undefined) continue;
      const claim = this.#handle.lister('PersistentVolumeClaim').get(claimKey(pod, name));
      if (claim === undefined) {
        if (!isIncoming) continue;
        const key = claimKey(pod, name);
        return unresolvable(`looking up PVC ${key}: ${notFound('persistentvolumeclaim', name)}`);
      }
      const wrong = volume.ephemeral === undefined ? undefined : notOwned(claim, pod);
      if (wrong !== undefined) return { code: Code.Error, reasons: [wrong] };
      const found = this.#volumeOf(claim);
      if (found !== undefined) volumes.set(found.unique, found.driver);
    }
    return undefined;
  }

  /** A claim without its volume counts under its own name for the driver of its class. */
  #volumeOf(claim: PersistentVolumeClaim): CsiVolume | undefined {
    const volumeName = claim.spec.volumeName ?? '';
    const volume = volumeName === '' ? undefined : this.#handle.lister('PersistentVolume').get(volumeName);
    if (volume !== undefined) return persistentCsiVolume(volume);
    const className = classNameOf(claim);
    if (className === '') return undefined;
    const driver = this.#handle.lister('StorageClass').get(className)?.provisioner;
    return driver === undefined ? undefined : csiVolume(driver, `claim ${keyOf(claim)}`);
  }

  /** Volumes that are attached to the node although no pod there needs them (any more). */
  #addAttachments(nodeName: string, volumes: Map<string, string>): void {
    for (const { spec } of this.#handle.lister('VolumeAttachment').list()) {
      const name = spec.source.persistentVolumeName;
      if (spec.nodeName !== nodeName || name === undefined) continue;
      const csi = this.#handle.lister('PersistentVolume').get(name)?.spec.csi;
      if (csi === undefined) continue;
      const { unique, driver } = csiVolume(spec.attacher, csi.volumeHandle ?? '');
      volumes.set(unique, driver);
    }
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return NODE_VOLUME_LIMITS_EVENTS;
  }
}

export const nodeVolumeLimits: PluginFactory = (_args, handle) => new NodeVolumeLimits(handle);

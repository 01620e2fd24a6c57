import type { Pod, Volume } from '../../../sim/api/pod.ts';
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
import { volumeRestrictionsEvents } from '../hints/volumes.ts';
import { claimKey, notFound } from './volume-claims.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('cannot read "PreFilterVolumeRestrictions" from cycleState');
const DISK_TAKEN = unschedulable('node(s) had no available disk');
const CLAIM_TAKEN = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/** The claims of the incoming pod that only one pod may use, and how often other pods do. */
class OnePodClaims {
  readonly names: ReadonlySet<string>;
  uses: number;

  constructor(names: ReadonlySet<string>, uses: number) {
    this.names = names;
    this.uses = uses;
  }

  /** By claim name alone, as kube-scheduler counts. */
  usesBy(pod: Pod): number {
    let uses = 0;
    for (const volume of pod.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name !== undefined && this.names.has(name)) uses++;
    }
    return uses;
  }

  clone(): OnePodClaims {
    return new OnePodClaims(this.names, this.uses);
  }
}

interface InlineDisk {
  readonly readOnly?: boolean;
  readonly pdName?: string;
  readonly volumeID?: string;
  readonly iqn?: string;
  readonly monitors?: readonly string[];
  readonly pool?: string;
  readonly image?: string;
}

const INLINE_DISKS = ['gcePersistentDisk', 'awsElasticBlockStore', 'rbd', 'iscsi'] as const;

function diskOf(volume: Volume, source: (typeof INLINE_DISKS)[number]): InlineDisk | undefined {
  return volume[source] as InlineDisk | undefined;
}

function hasInlineDisk(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some((volume) => INLINE_DISKS.some((source) => volume[source] !== undefined));
}

function conflicts(a: Volume, b: Volume): boolean {
  return INLINE_DISKS.some((source) => {
    const one = diskOf(a, source);
    const other = diskOf(b, source);
    if (one === undefined || other === undefined) return false;
    const bothReadOnly = one.readOnly === true && other.readOnly === true;
    switch (source) {
      case 'gcePersistentDisk':
        return one.pdName === other.pdName && !bothReadOnly;
      case 'awsElasticBlockStore':
        return one.volumeID === other.volumeID;
      case 'iscsi':
        return one.iqn === other.iqn && !bothReadOnly;
      case 'rbd': {
        const shareMonitor = (one.monitors ?? []).some((monitor) => other.monitors?.includes(monitor) === true);
        return shareMonitor && one.pool === other.pool && one.image === other.image && !bothReadOnly;
      }
    }
  });
}

/** One pod at a time for a ReadWriteOncePod claim, and no two writers of an inline disk on a node (semantics sheet 3.13). */
export class VolumeRestrictions implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'VolumeRestrictions';
  readonly #handle: PluginHandle;

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const names = new Set<string>();
    let uses = 0;
    for (const volume of pod.pod.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name === undefined || names.has(name)) continue;
      const key = claimKey(pod.pod, name);
      const claim = this.#handle.lister('PersistentVolumeClaim').get(key);
      if (claim === undefined) return { status: unresolvable(notFound('persistentvolumeclaim', name)) };
      if (claim.spec.accessModes?.includes('ReadWriteOncePod') !== true) continue;
      names.add(name);
      if (this.#handle.snapshot().isClaimUsed(key)) uses++;
    }
    if (uses === 0 && !hasInlineDisk(pod.pod)) return { status: SKIP };
    state.write(this.name, new OnePodClaims(names, uses));
    return undefined;
  }

  addPod(state: CycleState, _pod: PodInfo, added: PodInfo): undefined {
    const claims = state.read<OnePodClaims>(this.name);
    if (claims !== undefined) claims.uses += claims.usesBy(added.pod);
  }

  removePod(state: CycleState, _pod: PodInfo, removed: PodInfo): undefined {
    const claims = state.read<OnePodClaims>(this.name);
    if (claims !== undefined) claims.uses -= claims.usesBy(removed.pod);
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    if (hasInlineDisk(pod.pod)) {
      for (const volume of pod.pod.spec.volumes ?? []) {
        for (const existing of node.pods) {
          if (existing.pod.spec.volumes?.some((other) => conflicts(volume, other)) === true) return DISK_TAKEN;
        }
      }
    }
    const claims = state.read<OnePodClaims>(this.name);
    if (claims === undefined) return STATE_MISSING;
    return claims.uses > 0 ? CLAIM_TAKEN : undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return volumeRestrictionsEvents((key) => {
      const claim = this.#handle.lister('PersistentVolumeClaim').get(key);
      return claim?.spec.accessModes?.includes('ReadWriteOncePod') === true;
    });
  }
}

export const volumeRestrictions: PluginFactory = (_args, handle) => new VolumeRestrictions(handle);

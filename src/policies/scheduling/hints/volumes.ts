import { sameData } from '../../../sim/api/equality.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { value } from '../../../sim/api/quantity.ts';
import type { CSIDriver, CSINode, CSIStorageCapacity, PersistentVolume } from '../../../sim/api/storage.ts';
import type { ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, isPlaced, queueIf } from './object-change.ts';

const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';
const ZONE_LABELS: readonly string[] = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
];

/** Names of the claims a pod mounts, those made for its ephemeral volumes included. */
function claimsOf(pod: Pod): readonly string[] {
  const claims: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined) claims.push(volume.persistentVolumeClaim.claimName);
    else if (volume.ephemeral !== undefined) claims.push(`${pod.metadata.name}-${volume.name}`);
  }
  return claims;
}

function whenOwnClaimChanges(...events: readonly string[]): ClusterEventHint {
  return {
    events,
    hint: (pod, change) => {
      const claim = changeOf<'PersistentVolumeClaim'>(change).after;
      const isOurs = claim !== undefined && claim.metadata.namespace === pod.metadata.namespace;
      return queueIf(isOurs && claimsOf(pod).includes(claim.metadata.name));
    },
  };
}

/** A claim that only one pod may use is free again, a node or a claim has come. */
export function volumeRestrictionsEvents(
  isReadWriteOncePod: (claimKey: string) => boolean,
): readonly ClusterEventHint[] {
  return [
    {
      events: ['Pod/Delete'],
      hint: (pod, change) => {
        const { before } = changeOf<'Pod'>(change);
        const { namespace } = pod.metadata;
        if (before === undefined || before.metadata.namespace !== namespace) return 'QueueSkip';
        const freed = new Set(claimsOf(before));
        return queueIf(claimsOf(pod).some((claim) => freed.has(claim) && isReadWriteOncePod(`${namespace}/${claim}`)));
      },
    },
    { events: ['Node/Add'] },
    whenOwnClaimChanges('PersistentVolumeClaim/Add'),
  ];
}

/** A node takes more volumes, or one that counted is gone. */
export const NODE_VOLUME_LIMITS_EVENTS: readonly ClusterEventHint[] = [
  { events: ['CSINode/Add'] },
  {
    events: ['CSINode/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'CSINode'>(change);
      return queueIf(before === undefined || after === undefined || hasHigherLimit(before, after));
    },
    sameForEqualPods: true,
  },
  {
    events: ['Pod/Delete'],
    hint: (_pod, change) => {
      const { before } = changeOf<'Pod'>(change);
      return queueIf(before !== undefined && isPlaced(before) && claimsOf(before).length > 0);
    },
    sameForEqualPods: true,
  },
  whenOwnClaimChanges('PersistentVolumeClaim/Add'),
  { events: ['VolumeAttachment/Delete'], hint: (pod) => queueIf(claimsOf(pod).length > 0), sameForEqualPods: true },
];

function hasHigherLimit(before: CSINode, after: CSINode): boolean {
  const limits = new Map(before.spec.drivers.map(({ name, allocatable }) => [name, allocatable?.count]));
  return after.spec.drivers.some(({ name, allocatable }) => {
    const old = limits.get(name);
    return allocatable?.count !== undefined && old !== undefined && allocatable.count > old;
  });
}

/** Anything that a claim can be bound by, or to. */
export const VOLUME_BINDING_EVENTS: readonly ClusterEventHint[] = [
  {
    events: ['StorageClass/Add', 'StorageClass/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'StorageClass'>(change);
      return queueIf(before === undefined || !sameData(before.allowedTopologies ?? [], after?.allowedTopologies ?? []));
    },
    sameForEqualPods: true,
  },
  whenOwnClaimChanges('PersistentVolumeClaim/Add', 'PersistentVolumeClaim/Update'),
  { events: ['PersistentVolume/Add', 'PersistentVolume/Update'] },
  { events: ['Node/Add', 'Node/UpdateNodeLabel'] },
  {
    events: ['CSINode/Add', 'CSINode/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'CSINode'>(change);
      const [old, current] = [before?.metadata.annotations, after?.metadata.annotations];
      return queueIf(old?.[MIGRATED_PLUGINS] !== current?.[MIGRATED_PLUGINS] || before === undefined);
    },
    sameForEqualPods: true,
  },
  {
    events: ['CSIDriver/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'CSIDriver'>(change);
      const checks = (driver: CSIDriver | undefined): boolean => driver?.spec['storageCapacity'] === true;
      return queueIf(checks(before) && !checks(after));
    },
    sameForEqualPods: true,
  },
  {
    events: ['CSIStorageCapacity/Add', 'CSIStorageCapacity/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'CSIStorageCapacity'>(change);
      return queueIf(before === undefined || (after !== undefined && limitOf(after) > limitOf(before)));
    },
    sameForEqualPods: true,
  },
];

/** Bytes; no limit is known: less than any. */
function limitOf({ maximumVolumeSize, capacity }: CSIStorageCapacity): number {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? -1 : value(limit);
}

/** Where a pod's volumes lie, or where nodes lie, has changed. */
export const VOLUME_ZONE_EVENTS: readonly ClusterEventHint[] = [
  {
    events: ['StorageClass/Add'],
    hint: (_pod, change) =>
      queueIf(changeOf<'StorageClass'>(change).after?.volumeBindingMode === 'WaitForFirstConsumer'),
    sameForEqualPods: true,
  },
  { events: ['Node/Add', 'Node/UpdateNodeLabel'] },
  whenOwnClaimChanges('PersistentVolumeClaim/Add', 'PersistentVolumeClaim/Update'),
  {
    events: ['PersistentVolume/Add', 'PersistentVolume/Update'],
    hint: (_pod, change) => {
      const { before, after } = changeOf<'PersistentVolume'>(change);
      const zones = (volume: PersistentVolume | undefined): unknown =>
        ZONE_LABELS.map((label) => volume?.metadata.labels[label] ?? '');
      return queueIf(before === undefined || !sameData(zones(before), zones(after)));
    },
    sameForEqualPods: true,
  },
];

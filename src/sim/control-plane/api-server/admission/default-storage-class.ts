import type { PersistentVolumeClaim, StorageClass } from '../../../api/storage.ts';

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const BETA_IS_DEFAULT = 'storageclass.beta.kubernetes.io/is-default-class';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/**
 * DefaultStorageClass admission: a new claim that names no class gets the cluster's default one, of several the newest,
 * of those the first by name. One that names the empty class wants none.
 */
export function withDefaultClass(claim: PersistentVolumeClaim, classes: Iterable<StorageClass>): PersistentVolumeClaim {
  if (claim.spec.storageClassName !== undefined || claim.metadata.annotations[BETA_CLASS] !== undefined) return claim;
  let chosen: StorageClass | undefined;
  for (const one of classes) {
    const { annotations } = one.metadata;
    if (annotations[IS_DEFAULT] !== 'true' && annotations[BETA_IS_DEFAULT] !== 'true') continue;
    if (chosen === undefined || isBefore(one, chosen)) chosen = one;
  }
  if (chosen === undefined) return claim;
  return { ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } };
}

function isBefore({ metadata: a }: StorageClass, { metadata: b }: StorageClass): boolean {
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp > b.creationTimestamp;
  return a.name < b.name;
}

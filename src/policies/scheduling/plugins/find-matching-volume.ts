import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import type { Node } from '../../../sim/api/node.ts';
import { compareQuantities, quantityOf, type Quantity } from '../../../sim/api/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../sim/api/storage.ts';
import { nodeLabelsPredicate } from './node-terms.ts';
import { classNameOf } from './volume-claims.ts';

/** How much storage a claim asks for. */
export function requestedStorage(claim: PersistentVolumeClaim): Quantity {
  return quantityOf(claim.spec.resources?.requests?.['storage'] ?? '0');
}

/** Whether the volume can be reached from the node. Only labels are looked at: fields of a term do not count. */
export function isReachableFrom(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec.nodeAffinity?.required;
  return required === undefined || nodeLabelsPredicate(required)(node);
}

/** Whether the volume is reserved for this claim. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  if (reference.name !== name || (reference.namespace ?? '') !== namespace) return false;
  return (reference.uid ?? '') === '' || reference.uid === uid;
}

/**
 * The volume that a claim would be bound to on a node, or wherever that may be without one: the one reserved for it, else the smallest available one that is
 * large enough and matches in class, mode, access modes and labels (semantics sheet 3.15). `undefined`: none.
 */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node | undefined,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  const wanted = requestedStorage(claim);
  const className = classNameOf(claim);
  const mode = claim.spec.volumeMode ?? 'Filesystem';
  const selects = claim.spec.selector === undefined ? undefined : compileLabelSelector(claim.spec.selector);
  let smallest: PersistentVolume | undefined;
  let smallestSize: Quantity | undefined;
  for (const volume of volumes) {
    const reserved = isReservedFor(volume, claim);
    if (taken.has(volume.metadata.name) || (volume.spec.claimRef !== undefined && !reserved)) continue;
    const size = quantityOf(volume.spec.capacity?.['storage'] ?? '0');
    if (compareQuantities(size, wanted) < 0) continue;
    if ((volume.spec.volumeMode ?? 'Filesystem') !== mode) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    const isReachable = node === undefined || isReachableFrom(volume, node);
    if (reserved) return isReachable ? volume : undefined;
    if (volume.status?.phase !== 'Available') continue;
    if (selects !== undefined && !selects(volume.metadata.labels)) continue;
    if (classNameOf(volume) !== className || !isReachable) continue;
    if (claim.spec.accessModes?.some((wish) => volume.spec.accessModes?.includes(wish) !== true) === true) continue;
    if (smallestSize === undefined || compareQuantities(size, smallestSize) < 0) {
      smallest = volume;
      smallestSize = size;
    }
  }
  return smallest;
}

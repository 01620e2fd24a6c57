import { keyOf, objectKey } from '../../../sim/api/kinds.ts';
import { controllerOf } from '../../../sim/api/meta.ts';
import type { Pod, Volume } from '../../../sim/api/pod.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../sim/api/storage.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

/** The name of the claim behind a volume; a generic ephemeral volume's is made from pod and volume. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

/** The key of a claim of the pod's namespace. */
export function claimKey(pod: Pod, claimName: string): string {
  return objectKey(pod.metadata.namespace, claimName);
}

/** The storage class of a claim or a volume; the old annotation wins. `''`: none. */
export function classNameOf(object: PersistentVolumeClaim | PersistentVolume): string {
  return object.metadata.annotations[CLASS_ANNOTATION] ?? object.spec.storageClassName ?? '';
}

/** Whether the claim and its volume have found each other for good. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? '') !== '' && claim.metadata.annotations[BIND_COMPLETED] !== undefined;
}

/** Why the claim of an ephemeral volume is not the pod's; `undefined` when it is. */
export function notOwned(claim: PersistentVolumeClaim, pod: Pod): string | undefined {
  if (controllerOf(claim.metadata)?.uid === pod.metadata.uid) return undefined;
  return `PVC ${keyOf(claim)} was not created for pod ${keyOf(pod)} (pod is not owner)`;
}

export function notFound(kind: 'persistentvolumeclaim' | 'persistentvolume' | 'storageclass', name: string): string {
  const resource = kind === 'storageclass' ? 'storageclass.storage.k8s.io' : kind;
  return `${resource} "${name}" not found`;
}

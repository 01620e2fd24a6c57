import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';

const NONE: readonly string[] = Object.freeze([]);

/** `namespace/name` of the claims a pod uses; an ephemeral volume's claim is called after pod and volume. */
export function claimKeys(pod: PodInfo): readonly string[] {
  const { spec, metadata } = pod.pod;
  if (spec.volumes === undefined) return NONE;
  const keys: string[] = [];
  for (const volume of spec.volumes) {
    if (volume.persistentVolumeClaim !== undefined) {
      keys.push(`${metadata.namespace}/${volume.persistentVolumeClaim.claimName}`);
    } else if (volume.ephemeral !== undefined) {
      keys.push(`${metadata.namespace}/${metadata.name}-${volume.name}`);
    }
  }
  return keys;
}

import { decodeObject } from '../sim/api/decode/decode-object.ts';
import type { ApiObject } from '../sim/api/kinds.ts';
import type { PodSpec } from '../sim/api/pod.ts';
import { podTemplateOf } from '../sim/api/pod-template.ts';

const DEFAULT_CLASS = 'standard';
const PROVISIONER = 'csi.orrery.dev';

/**
 * The storage classes of a cluster of which nobody says what storage it has, as a managed cluster would have them: every
 * class that a claim names, and `standard` for those that name none. Nothing where there are no claims, or where the
 * manifests have a StorageClass or a PersistentVolume of their own.
 */
export function defaultStorage(objects: readonly ApiObject[]): ApiObject[] {
  if (objects.some(({ kind }) => kind === 'StorageClass' || kind === 'PersistentVolume')) return [];
  const names = new Set(objects.flatMap(classesNamedBy));
  names.delete('');
  return [...names].map((name) => storageClass(name, name === DEFAULT_CLASS));
}

/** The classes of all claims that an object makes or is. */
function classesNamedBy(object: ApiObject): string[] {
  const ofPods = podTemplateOf(object)?.spec ?? (object.kind === 'Pod' ? object.spec : undefined);
  const specs: { readonly storageClassName?: string | undefined }[] =
    ofPods === undefined ? [] : ephemeralClaims(ofPods);
  if (object.kind === 'PersistentVolumeClaim') specs.push(object.spec);
  if (object.kind === 'StatefulSet') specs.push(...(object.spec.volumeClaimTemplates ?? []).map(({ spec }) => spec));
  return specs.map(({ storageClassName = DEFAULT_CLASS }) => storageClassName);
}

function ephemeralClaims({ volumes = [] }: PodSpec): { readonly storageClassName?: string | undefined }[] {
  return volumes.flatMap(({ ephemeral }) => {
    const spec = ephemeral?.volumeClaimTemplate?.spec;
    return spec === undefined ? [] : [spec as { readonly storageClassName?: string }];
  });
}

function storageClass(name: string, isDefault: boolean): ApiObject {
  const annotations = isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {};
  return decodeObject(
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations },
      provisioner: PROVISIONER,
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ({ message }) => {
      throw new Error(message);
    },
  )!;
}

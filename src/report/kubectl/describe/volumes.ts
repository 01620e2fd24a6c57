import type { Description } from './description.ts';
import { parts, text, textMap, type Wire } from './wire.ts';

/** The volumes of a pod. `indent`: that of a template inside another object. */
export function writeVolumes(volumes: readonly Wire[], out: Description, indent: string): void {
  out.line(0, ...(volumes.length === 0 ? [`${indent}Volumes:`, '<none>'] : [`${indent}Volumes:`]));
  for (const volume of volumes) {
    out.line(1, `${indent === '' ? '' : ' '}${text(volume, 'name')}:`);
    writeSource(volume, out);
  }
}

/** What a volume is made of: a member of a pod's volume, or of a PersistentVolume's spec. */
export function writeSource(volume: Wire, out: Description): void {
  const kind = Object.keys(SOURCES).find((name) => volume[name] !== undefined);
  if (kind === undefined) out.line(1, '<unknown>');
  else SOURCES[kind]!(volume[kind] as Wire, out);
}

type Lines = (source: Wire, out: Description) => void;

const lines =
  (type: string, ...members: readonly (readonly [title: string, value: (source: Wire) => string])[]): Lines =>
  (source, out) => {
    out.line(2, 'Type:', type);
    for (const [title, value] of members) out.line(2, `${title}:`, value(source));
  };

const member =
  (path: string, otherwise = '') =>
  (source: Wire): string =>
    text(source, path) || otherwise;
const flag =
  (path: string) =>
  (source: Wire): string =>
    String(source[path] === true);

/** In the order in which kubectl looks for them. */
const SOURCES: Readonly<Record<string, Lines>> = {
  hostPath: lines('HostPath (bare host directory volume)', ['Path', member('path')], ['HostPathType', member('type')]),
  emptyDir: lines(
    "EmptyDir (a temporary directory that shares a pod's lifetime)",
    ['Medium', member('medium')],
    ['SizeLimit', member('sizeLimit', '<unset>')],
  ),
  secret: lines(
    'Secret (a volume populated by a Secret)',
    ['SecretName', member('secretName')],
    ['Optional', flag('optional')],
  ),
  configMap: lines(
    'ConfigMap (a volume populated by a ConfigMap)',
    ['Name', member('name')],
    ['Optional', flag('optional')],
  ),
  nfs: lines(
    'NFS (an NFS mount that lasts the lifetime of a pod)',
    ['Server', member('server')],
    ['Path', member('path')],
    ['ReadOnly', flag('readOnly')],
  ),
  persistentVolumeClaim: lines(
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ['ClaimName', member('claimName')],
    ['ReadOnly', flag('readOnly')],
  ),
  ephemeral: lines(
    'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ['StorageClass', member('volumeClaimTemplate.spec.storageClassName')],
    ['Volume', member('volumeClaimTemplate.spec.volumeName')],
    ['Labels', () => '<none>'],
    ['Annotations', () => '<none>'],
    ['Capacity', () => ''],
    ['Access Modes', () => ''],
    ['VolumeMode', member('volumeClaimTemplate.spec.volumeMode', 'Filesystem')],
  ),
  downwardAPI: (source, out) => {
    out.line(2, 'Type:', 'DownwardAPI (a volume populated by information about the pod)');
    out.line(2, 'Items:');
    for (const item of parts(source, 'items')) {
      const from = text(item, 'fieldRef.fieldPath') || text(item, 'resourceFieldRef.resource');
      out.line(3, `${from} -> ${text(item, 'path')}`);
    }
  },
  projected: (source, out) => {
    out.line(2, 'Type:', 'Projected (a volume that contains injected data from multiple sources)');
    for (const one of parts(source, 'sources')) {
      if (one['secret'] !== undefined) writeProjected('SecretName', one['secret'] as Wire, out);
      else if (one['downwardAPI'] !== undefined) out.line(2, 'DownwardAPI:', 'true');
      else if (one['configMap'] !== undefined) writeProjected('ConfigMapName', one['configMap'] as Wire, out);
      else if (one['serviceAccountToken'] !== undefined)
        out.line(2, 'TokenExpirationSeconds:', text(one, 'serviceAccountToken.expirationSeconds') || '3600');
    }
  },
  local: lines('LocalVolume (a persistent volume backed by local storage on a node)', ['Path', member('path')]),
  csi: (source, out) => {
    out.line(2, 'Type:', 'CSI (a Container Storage Interface (CSI) volume source)');
    out.line(2, 'Driver:', text(source, 'driver'));
    out.line(2, 'FSType:', text(source, 'fsType'));
    // That of a pod's own volume has no handle.
    if (source['volumeHandle'] !== undefined) out.line(2, 'VolumeHandle:', text(source, 'volumeHandle'));
    out.line(2, 'ReadOnly:', source['readOnly'] === true);
    const attributes = textMap(source, 'volumeAttributes');
    const names = Object.keys(attributes).sort();
    if (names.length === 0) out.line(2, 'VolumeAttributes:', '<none>');
    names.forEach((name, i) => out.line(2, i === 0 ? 'VolumeAttributes:' : '', `    ${name}=${attributes[name]!}`));
  },
};

function writeProjected(title: string, source: Wire, out: Description): void {
  out.line(2, `${title}:`, text(source, 'name'));
  out.line(2, 'Optional:', source['optional'] === true);
}

import type { Volume } from '../../../sim/api/pod.ts';
import type { PersistentVolume } from '../../../sim/api/storage.ts';

/** A volume as its CSI driver knows it. Two volumes of the same `unique` name are one. */
export interface CsiVolume {
  readonly driver: string;
  readonly unique: string;
}

/** In-tree volume sources that CSI drivers have taken over, and the member that tells two of them apart. */
const MIGRATED: readonly { readonly source: string; readonly driver: string; readonly handle: string }[] = [
  { source: 'awsElasticBlockStore', driver: 'ebs.csi.aws.com', handle: 'volumeID' },
  { source: 'gcePersistentDisk', driver: 'pd.csi.storage.gke.io', handle: 'pdName' },
  { source: 'azureDisk', driver: 'disk.csi.azure.com', handle: 'diskURI' },
  { source: 'azureFile', driver: 'file.csi.azure.com', handle: 'shareName' },
  { source: 'cinder', driver: 'cinder.csi.openstack.org', handle: 'volumeID' },
  { source: 'portworxVolume', driver: 'pxd.portworx.com', handle: 'volumeID' },
  { source: 'vsphereVolume', driver: 'csi.vsphere.vmware.com', handle: 'volumePath' },
];

export function csiVolume(driver: string, handle: string): CsiVolume {
  return { driver, unique: `${driver}/${handle}` };
}

/** The CSI volume that a pod's inline in-tree volume or an in-tree persistent volume has become. */
function migratedVolume(sources: Readonly<Record<string, unknown>>): CsiVolume | undefined {
  for (const { source, driver, handle } of MIGRATED) {
    const spec = sources[source] as Readonly<Record<string, unknown>> | undefined;
    if (spec !== undefined) return csiVolume(driver, String(spec[handle] ?? ''));
  }
  return undefined;
}

export function inlineCsiVolume(volume: Volume): CsiVolume | undefined {
  return migratedVolume(volume);
}

/** `undefined` for a volume that no CSI driver attaches. */
export function persistentCsiVolume({ spec }: PersistentVolume): CsiVolume | undefined {
  if (spec.csi !== undefined) return csiVolume(spec.csi.driver, spec.csi.volumeHandle ?? '');
  return migratedVolume(spec);
}

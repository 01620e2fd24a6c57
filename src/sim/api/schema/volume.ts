import { pullPolicyOf } from '../image-name.ts';
import {
  LABEL_SELECTOR,
  RESOURCE_LIST,
  TEMPLATE_META,
  TYPED_LOCAL_OBJECT_REFERENCE,
  TYPED_OBJECT_REFERENCE,
} from './meta.ts';
import {
  always,
  bool,
  defaulted,
  ignored,
  list,
  oneOf,
  pointer,
  required,
  table,
  text,
  type Data,
  type Field,
} from './type.ts';
import * as sources from './volume-sources.ts';

const EMPTY = Object.freeze({});

export const ACCESS_MODE = oneOf('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod');
export const VOLUME_MODE = oneOf('Block', 'Filesystem');

export const PERSISTENT_VOLUME_CLAIM_SPEC = table('PersistentVolumeClaimSpec', {
  accessModes: list(ACCESS_MODE),
  selector: pointer(LABEL_SELECTOR),
  resources: table('VolumeResourceRequirements', { limits: RESOURCE_LIST, requests: RESOURCE_LIST }),
  volumeName: text,
  storageClassName: pointer(text),
  volumeMode: defaulted(pointer(VOLUME_MODE), 'Filesystem'),
  dataSource: ignored(pointer(TYPED_LOCAL_OBJECT_REFERENCE)),
  dataSourceRef: ignored(pointer(TYPED_OBJECT_REFERENCE)),
  volumeAttributesClassName: ignored(pointer(text)),
});

/** Sources that pods and PersistentVolumes have in common. The first group is what scheduling looks at. */
export const COMMON_SOURCES: Readonly<Record<string, Field>> = {
  awsElasticBlockStore: pointer(sources.AWS_ELASTIC_BLOCK_STORE),
  gcePersistentDisk: pointer(sources.GCE_PERSISTENT_DISK),
  azureDisk: ignored(pointer(sources.AZURE_DISK)),
  fc: ignored(pointer(sources.FC)),
  flocker: ignored(pointer(sources.FLOCKER)),
  hostPath: ignored(pointer(sources.HOST_PATH)),
  nfs: ignored(pointer(sources.NFS)),
  photonPersistentDisk: ignored(pointer(sources.PHOTON)),
  portworxVolume: ignored(pointer(sources.PORTWORX)),
  quobyte: ignored(pointer(sources.QUOBYTE)),
  vsphereVolume: ignored(pointer(sources.VSPHERE)),
};

/** As above, but each names a Secret in its own way. */
export function secretiveSources(source: sources.SecretiveSources): Record<string, Field> {
  return {
    csi: pointer(source.csi),
    iscsi: pointer(source.iscsi),
    rbd: pointer(source.rbd),
    azureFile: ignored(pointer(source.azureFile)),
    cephfs: ignored(pointer(source.cephfs)),
    cinder: ignored(pointer(source.cinder)),
    flexVolume: ignored(pointer(source.flexVolume)),
    glusterfs: ignored(pointer(source.glusterfs)),
    scaleIO: ignored(pointer(source.scaleIO)),
    storageos: ignored(pointer(source.storageos)),
  };
}

/** A volume that names no source is an emptyDir. */
function withSource(volume: Data): Data {
  const image = volume['image'] as Data | undefined;
  if (image !== undefined && image['pullPolicy'] === undefined) {
    return {
      ...volume,
      image: { ...image, pullPolicy: pullPolicyOf((image['reference'] as string | undefined) ?? '') },
    };
  }
  return Object.keys(volume).some((key) => key !== 'name') ? volume : { ...volume, emptyDir: {} };
}

export const VOLUME = table(
  'Volume',
  {
    name: required(text),
    persistentVolumeClaim: pointer(
      table('PersistentVolumeClaimVolumeSource', { claimName: required(text), readOnly: bool }),
    ),
    ephemeral: pointer(
      table('EphemeralVolumeSource', {
        volumeClaimTemplate: pointer(
          table('PersistentVolumeClaimTemplate', {
            metadata: always(TEMPLATE_META, EMPTY),
            spec: PERSISTENT_VOLUME_CLAIM_SPEC,
          }),
        ),
      }),
    ),
    configMap: pointer(sources.CONFIG_MAP),
    secret: pointer(sources.SECRET),
    emptyDir: pointer(sources.EMPTY_DIR),
    image: pointer(sources.IMAGE),
    downwardAPI: ignored(pointer(sources.DOWNWARD_API)),
    gitRepo: ignored(pointer(sources.GIT_REPO)),
    projected: ignored(pointer(sources.PROJECTED)),
    ...COMMON_SOURCES,
    ...secretiveSources(sources.POD_SOURCES),
  },
  { complete: withSource },
);

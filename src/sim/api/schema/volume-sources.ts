import { LABEL_SELECTOR, LOCAL_OBJECT_REFERENCE, OBJECT_REFERENCE, SECRET_REFERENCE } from './meta.ts';
import {
  always,
  bool,
  defaulted,
  int32,
  int64,
  list,
  map,
  oneOf,
  pointer,
  quantity,
  required,
  shown,
  table,
  text,
  type Table,
} from './type.ts';

/** Where the files of a volume come from. Pods and PersistentVolumes share most of these; some differ in how they name a Secret. */

const DEFAULT_MODE = defaulted(pointer(int32), 0o644);

const KEY_TO_PATH = table('KeyToPath', { key: required(text), path: required(text), mode: pointer(int32) });

export const OBJECT_FIELD_SELECTOR = table(
  'ObjectFieldSelector',
  {
    apiVersion: defaulted(text, 'v1'),
    fieldPath: required(text),
  },
  { atomic: true },
);

export const RESOURCE_FIELD_SELECTOR = table(
  'ResourceFieldSelector',
  {
    containerName: text,
    resource: required(text),
    divisor: quantity,
  },
  { atomic: true },
);

const DOWNWARD_API_FILE = table('DownwardAPIVolumeFile', {
  path: required(text),
  fieldRef: pointer(OBJECT_FIELD_SELECTOR),
  resourceFieldRef: pointer(RESOURCE_FIELD_SELECTOR),
  mode: pointer(int32),
});

export const CONFIG_MAP = table('ConfigMapVolumeSource', {
  name: text,
  items: list(KEY_TO_PATH),
  defaultMode: DEFAULT_MODE,
  optional: pointer(bool),
});

export const SECRET = table('SecretVolumeSource', {
  secretName: text,
  items: list(KEY_TO_PATH),
  defaultMode: DEFAULT_MODE,
  optional: pointer(bool),
});

export const DOWNWARD_API = table('DownwardAPIVolumeSource', {
  items: list(DOWNWARD_API_FILE),
  defaultMode: DEFAULT_MODE,
});

const VOLUME_PROJECTION = table('VolumeProjection', {
  secret: pointer(table('SecretProjection', { name: text, items: list(KEY_TO_PATH), optional: pointer(bool) })),
  downwardAPI: pointer(table('DownwardAPIProjection', { items: list(DOWNWARD_API_FILE) })),
  configMap: pointer(table('ConfigMapProjection', { name: text, items: list(KEY_TO_PATH), optional: pointer(bool) })),
  serviceAccountToken: pointer(
    table('ServiceAccountTokenProjection', {
      audience: text,
      expirationSeconds: defaulted(pointer(int64), 3600),
      path: required(text),
    }),
  ),
  clusterTrustBundle: pointer(
    table('ClusterTrustBundleProjection', {
      name: pointer(text),
      signerName: pointer(text),
      labelSelector: pointer(LABEL_SELECTOR),
      optional: pointer(bool),
      path: required(text),
    }),
  ),
  podCertificate: pointer(
    table('PodCertificateProjection', {
      signerName: text,
      keyType: text,
      maxExpirationSeconds: pointer(int32),
      credentialBundlePath: text,
      keyPath: text,
      certificateChainPath: text,
      userAnnotations: map(text),
    }),
  ),
});

export const PROJECTED = table('ProjectedVolumeSource', {
  sources: list(VOLUME_PROJECTION),
  defaultMode: DEFAULT_MODE,
});

export const EMPTY_DIR = table('EmptyDirVolumeSource', { medium: text, sizeLimit: pointer(quantity) });

export const HOST_PATH = table('HostPathVolumeSource', {
  path: required(text),
  type: defaulted(
    pointer(oneOf('', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket')),
    '',
  ),
});

export const NFS = table('NFSVolumeSource', { server: required(text), path: required(text), readOnly: bool });

export const AWS_ELASTIC_BLOCK_STORE = table('AWSElasticBlockStoreVolumeSource', {
  volumeID: required(text),
  fsType: text,
  partition: int32,
  readOnly: bool,
});

export const GCE_PERSISTENT_DISK = table('GCEPersistentDiskVolumeSource', {
  pdName: required(text),
  fsType: text,
  partition: int32,
  readOnly: bool,
});

export const AZURE_DISK = table('AzureDiskVolumeSource', {
  diskName: required(text),
  diskURI: required(text),
  cachingMode: defaulted(pointer(oneOf('None', 'ReadOnly', 'ReadWrite')), 'ReadWrite'),
  fsType: defaulted(pointer(text), 'ext4'),
  readOnly: defaulted(pointer(bool), false),
  kind: defaulted(pointer(oneOf('Dedicated', 'Managed', 'Shared')), 'Shared'),
});

export const FC = table('FCVolumeSource', {
  targetWWNs: list(text),
  lun: pointer(int32),
  fsType: text,
  readOnly: bool,
  wwids: list(text),
});

export const FLOCKER = table('FlockerVolumeSource', { datasetName: text, datasetUUID: text });
export const GIT_REPO = table('GitRepoVolumeSource', { repository: required(text), revision: text, directory: text });
export const PHOTON = table('PhotonPersistentDiskVolumeSource', { pdID: required(text), fsType: text });
export const PORTWORX = table('PortworxVolumeSource', { volumeID: required(text), fsType: text, readOnly: bool });
export const VSPHERE = table('VsphereVirtualDiskVolumeSource', {
  volumePath: required(text),
  fsType: text,
  storagePolicyName: text,
  storagePolicyID: text,
});
export const QUOBYTE = table('QuobyteVolumeSource', {
  registry: required(text),
  volume: required(text),
  readOnly: bool,
  user: text,
  group: text,
  tenant: text,
});
export const IMAGE = table('ImageVolumeSource', {
  reference: text,
  pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
});
export const LOCAL = table('LocalVolumeSource', { path: required(text), fsType: pointer(text) });

export type SecretiveSources = Readonly<
  Record<
    'azureFile' | 'cephfs' | 'cinder' | 'csi' | 'flexVolume' | 'glusterfs' | 'iscsi' | 'rbd' | 'scaleIO' | 'storageos',
    Table
  >
>;

/** The sources that name a Secret: in a pod by name, in a PersistentVolume by namespace and name. */
function withSecret(reference: Table) {
  const secretRef = pointer(reference);
  return {
    cephfs: table('CephFSVolumeSource', {
      monitors: required(list(text)),
      path: text,
      user: text,
      secretFile: text,
      secretRef,
      readOnly: bool,
    }),
    cinder: table('CinderVolumeSource', { volumeID: required(text), fsType: text, readOnly: bool, secretRef }),
    flexVolume: table('FlexVolumeSource', {
      driver: required(text),
      fsType: text,
      secretRef,
      readOnly: bool,
      options: map(text),
    }),
    iscsi: table('ISCSIVolumeSource', {
      targetPortal: required(text),
      iqn: required(text),
      lun: shown(always(int32, 0)),
      iscsiInterface: defaulted(text, 'default'),
      fsType: text,
      readOnly: bool,
      portals: list(text),
      chapAuthDiscovery: bool,
      chapAuthSession: bool,
      secretRef,
      initiatorName: pointer(text),
    }),
    rbd: table('RBDVolumeSource', {
      monitors: required(list(text)),
      image: required(text),
      fsType: text,
      pool: defaulted(text, 'rbd'),
      user: defaulted(text, 'admin'),
      keyring: defaulted(text, '/etc/ceph/keyring'),
      secretRef,
      readOnly: bool,
    }),
    scaleIO: table('ScaleIOVolumeSource', {
      gateway: required(text),
      system: required(text),
      secretRef,
      sslEnabled: bool,
      protectionDomain: text,
      storagePool: text,
      storageMode: defaulted(text, 'ThinProvisioned'),
      volumeName: text,
      fsType: defaulted(text, 'xfs'),
      readOnly: bool,
    }),
  };
}

export const POD_SOURCES: SecretiveSources = {
  ...withSecret(LOCAL_OBJECT_REFERENCE),
  azureFile: table('AzureFileVolumeSource', { secretName: required(text), shareName: required(text), readOnly: bool }),
  glusterfs: table('GlusterfsVolumeSource', { endpoints: required(text), path: required(text), readOnly: bool }),
  storageos: table('StorageOSVolumeSource', {
    volumeName: text,
    volumeNamespace: text,
    fsType: text,
    readOnly: bool,
    secretRef: pointer(LOCAL_OBJECT_REFERENCE),
  }),
  csi: table('CSIVolumeSource', {
    driver: required(text),
    readOnly: pointer(bool),
    fsType: pointer(text),
    volumeAttributes: map(text),
    nodePublishSecretRef: pointer(LOCAL_OBJECT_REFERENCE),
  }),
};

export const PERSISTENT_SOURCES: SecretiveSources = {
  ...withSecret(SECRET_REFERENCE),
  azureFile: table('AzureFilePersistentVolumeSource', {
    secretName: required(text),
    shareName: required(text),
    readOnly: bool,
    secretNamespace: pointer(text),
  }),
  glusterfs: table('GlusterfsPersistentVolumeSource', {
    endpoints: required(text),
    path: required(text),
    readOnly: bool,
    endpointsNamespace: pointer(text),
  }),
  storageos: table('StorageOSPersistentVolumeSource', {
    volumeName: text,
    volumeNamespace: text,
    fsType: text,
    readOnly: bool,
    secretRef: pointer(OBJECT_REFERENCE),
  }),
  csi: table('CSIPersistentVolumeSource', {
    driver: required(text),
    volumeHandle: required(text),
    readOnly: bool,
    fsType: text,
    volumeAttributes: map(text),
    controllerPublishSecretRef: pointer(SECRET_REFERENCE),
    nodeStageSecretRef: pointer(SECRET_REFERENCE),
    nodePublishSecretRef: pointer(SECRET_REFERENCE),
    controllerExpandSecretRef: pointer(SECRET_REFERENCE),
    nodeExpandSecretRef: pointer(SECRET_REFERENCE),
  }),
};

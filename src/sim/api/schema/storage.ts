import { CONDITION, LABEL_SELECTOR, NONE, METADATA, OBJECT_REFERENCE, RESOURCE_LIST } from './meta.ts';
import { NODE_SELECTOR } from './scheduling.ts';
import {
  always,
  anything,
  bool,
  defaulted,
  dropped,
  ignored,
  int32,
  int64,
  list,
  listByKey,
  map,
  oneOf,
  pointer,
  quantity,
  required,
  server,
  shown,
  table,
  text,
  time,
} from './type.ts';
import { ACCESS_MODE, COMMON_SOURCES, PERSISTENT_VOLUME_CLAIM_SPEC, secretiveSources, VOLUME_MODE } from './volume.ts';
import { LOCAL, PERSISTENT_SOURCES } from './volume-sources.ts';

const EMPTY = Object.freeze({});
const RECLAIM_POLICY = oneOf('Delete', 'Recycle', 'Retain');

export const PERSISTENT_VOLUME_CLAIM = table('PersistentVolumeClaim', {
  metadata: METADATA,
  spec: always(PERSISTENT_VOLUME_CLAIM_SPEC, EMPTY),
  status: server(
    always(
      table('PersistentVolumeClaimStatus', {
        phase: defaulted(oneOf('Bound', 'Lost', 'Pending'), 'Pending'),
        accessModes: list(ACCESS_MODE),
        capacity: RESOURCE_LIST,
        conditions: listByKey('type', CONDITION),
        allocatedResources: RESOURCE_LIST,
        allocatedResourceStatuses: dropped(anything),
        currentVolumeAttributesClassName: dropped(anything),
        modifyVolumeStatus: dropped(anything),
      }),
      EMPTY,
    ),
  ),
});

const PERSISTENT_VOLUME_SPEC = table('PersistentVolumeSpec', {
  capacity: RESOURCE_LIST,
  accessModes: list(ACCESS_MODE),
  claimRef: pointer(OBJECT_REFERENCE),
  storageClassName: text,
  volumeMode: defaulted(pointer(VOLUME_MODE), 'Filesystem'),
  nodeAffinity: pointer(table('VolumeNodeAffinity', { required: pointer(NODE_SELECTOR) })),
  local: pointer(LOCAL),
  persistentVolumeReclaimPolicy: defaulted(RECLAIM_POLICY, 'Retain'),
  mountOptions: ignored(list(text)),
  volumeAttributesClassName: ignored(pointer(text)),
  ...COMMON_SOURCES,
  ...secretiveSources(PERSISTENT_SOURCES),
});

export const PERSISTENT_VOLUME = table('PersistentVolume', {
  metadata: METADATA,
  spec: always(PERSISTENT_VOLUME_SPEC, EMPTY),
  status: server(
    always(
      table('PersistentVolumeStatus', {
        phase: defaulted(oneOf('Available', 'Bound', 'Failed', 'Pending', 'Released'), 'Pending'),
        message: text,
        reason: text,
        lastPhaseTransitionTime: pointer(time),
      }),
      EMPTY,
    ),
  ),
});

export const STORAGE_CLASS = table('StorageClass', {
  metadata: METADATA,
  provisioner: required(text),
  volumeBindingMode: defaulted(pointer(oneOf('Immediate', 'WaitForFirstConsumer')), 'Immediate'),
  allowedTopologies: list(
    table('TopologySelectorTerm', {
      matchLabelExpressions: list(
        table('TopologySelectorLabelRequirement', { key: always(text, ''), values: always(list(text), NONE) }),
      ),
    }),
  ),
  parameters: ignored(map(text)),
  reclaimPolicy: defaulted(pointer(oneOf('Delete', 'Retain')), 'Delete'),
  mountOptions: ignored(list(text)),
  allowVolumeExpansion: ignored(pointer(bool), false),
});

export const CSI_NODE = table('CSINode', {
  metadata: METADATA,
  spec: always(
    table('CSINodeSpec', {
      drivers: shown(
        always(
          list(
            table('CSINodeDriver', {
              name: required(text),
              nodeID: text,
              topologyKeys: list(text),
              allocatable: pointer(table('VolumeNodeResources', { count: pointer(int32) })),
            }),
          ),
          NONE,
        ),
      ),
    }),
    EMPTY,
  ),
});

export const CSI_DRIVER = table('CSIDriver', {
  metadata: METADATA,
  spec: always(
    table('CSIDriverSpec', {
      attachRequired: defaulted(pointer(bool), true),
      podInfoOnMount: defaulted(pointer(bool), false),
      volumeLifecycleModes: defaulted(list(oneOf('Ephemeral', 'Persistent')), Object.freeze(['Persistent'])),
      storageCapacity: defaulted(pointer(bool), false),
      fsGroupPolicy: defaulted(pointer(oneOf('File', 'None', 'ReadWriteOnceWithFSType')), 'ReadWriteOnceWithFSType'),
      tokenRequests: list(table('TokenRequest', { audience: text, expirationSeconds: pointer(int64) })),
      requiresRepublish: defaulted(pointer(bool), false),
      seLinuxMount: defaulted(pointer(bool), false),
      nodeAllocatableUpdatePeriodSeconds: pointer(int64),
      serviceAccountTokenInSecrets: pointer(bool),
      preventPodSchedulingIfMissing: pointer(bool),
    }),
    EMPTY,
  ),
});

export const CSI_STORAGE_CAPACITY = table('CSIStorageCapacity', {
  metadata: METADATA,
  storageClassName: required(text),
  nodeTopology: pointer(LABEL_SELECTOR),
  capacity: pointer(quantity),
  maximumVolumeSize: pointer(quantity),
});

export const VOLUME_ATTACHMENT = table('VolumeAttachment', {
  metadata: METADATA,
  spec: always(
    table('VolumeAttachmentSpec', {
      attacher: required(text),
      nodeName: required(text),
      source: always(
        table('VolumeAttachmentSource', {
          persistentVolumeName: pointer(text),
          inlineVolumeSpec: ignored(pointer(PERSISTENT_VOLUME_SPEC)),
        }),
        EMPTY,
      ),
    }),
    EMPTY,
  ),
  status: dropped(anything),
});

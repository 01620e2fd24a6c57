import { CONDITION, LABEL_SELECTOR, METADATA, NONE, TEMPLATE_META } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';
import {
  always,
  anything,
  defaulted,
  dropped,
  extended,
  int32,
  int64,
  intOrString,
  list,
  oneOf,
  pointer,
  required,
  server,
  shown,
  table,
  text,
  type Data,
} from './type.ts';
import { PERSISTENT_VOLUME_CLAIM_SPEC } from './volume.ts';

const count = always(int32, 0);
const EMPTY = Object.freeze({});
const FROM_THE_START = Object.freeze({ partition: 0 });
const RETENTION = defaulted(oneOf('Delete', 'Retain'), 'Retain');

/** The bounds are filled in along with the type only: `type: RollingUpdate` alone leaves them out. */
function withPartition(strategy: Data): Data {
  const { type } = strategy;
  if (type === undefined)
    return { ...strategy, type: 'RollingUpdate', rollingUpdate: strategy['rollingUpdate'] ?? FROM_THE_START };
  return strategy;
}

const CLAIM_TEMPLATE = table('PersistentVolumeClaim', {
  apiVersion: dropped(text),
  kind: dropped(text),
  metadata: always(extended(TEMPLATE_META, 'ObjectMeta', { name: always(text, '') }), EMPTY),
  spec: always(PERSISTENT_VOLUME_CLAIM_SPEC, EMPTY),
  status: dropped(anything),
});

const STATEFUL_SET_SPEC = table('StatefulSetSpec', {
  replicas: defaulted(pointer(int32), 1),
  selector: required(pointer(LABEL_SELECTOR)),
  template: always(POD_TEMPLATE, EMPTY),
  volumeClaimTemplates: list(CLAIM_TEMPLATE),
  serviceName: always(text, ''),
  podManagementPolicy: defaulted(oneOf('OrderedReady', 'Parallel'), 'OrderedReady'),
  updateStrategy: always(
    table(
      'StatefulSetUpdateStrategy',
      {
        type: oneOf('OnDelete', 'RollingUpdate'),
        rollingUpdate: pointer(
          table('RollingUpdateStatefulSetStrategy', {
            partition: defaulted(pointer(int32), 0),
            maxUnavailable: pointer(intOrString),
          }),
        ),
      },
      { complete: withPartition },
    ),
    EMPTY,
  ),
  revisionHistoryLimit: defaulted(pointer(int32), 10),
  minReadySeconds: count,
  persistentVolumeClaimRetentionPolicy: defaulted(
    pointer(
      table('StatefulSetPersistentVolumeClaimRetentionPolicy', { whenDeleted: RETENTION, whenScaled: RETENTION }),
    ),
    EMPTY,
  ),
  ordinals: pointer(table('StatefulSetOrdinals', { start: shown(count) })),
});

const STATEFUL_SET_STATUS = table('StatefulSetStatus', {
  observedGeneration: always(int64, 0),
  replicas: shown(count),
  readyReplicas: count,
  currentReplicas: count,
  updatedReplicas: count,
  currentRevision: always(text, ''),
  updateRevision: always(text, ''),
  collisionCount: pointer(int32),
  conditions: always(list(CONDITION), NONE),
  availableReplicas: shown(count),
});

export const STATEFUL_SET = table('StatefulSet', {
  metadata: METADATA,
  spec: always(STATEFUL_SET_SPEC, EMPTY),
  status: server(always(STATEFUL_SET_STATUS, EMPTY)),
});

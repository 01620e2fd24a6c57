import { NO_LABELS } from '../meta.ts';
import {
  always,
  anything,
  bool,
  dropped,
  int64,
  list,
  listByKey,
  map,
  oneOf,
  pointer,
  quantity,
  quiet,
  required,
  resourceVersion,
  server,
  setOf,
  shown,
  table,
  text,
  time,
} from './type.ts';

/** Shared by all lists that are never missing, so that emptiness costs nothing. */
export const NONE: readonly never[] = Object.freeze([]);

/** Resource name to amount; the amounts are rounded up to thousandths as they are read. */
export const RESOURCE_LIST = map(quantity);

export const OWNER_REFERENCE = table(
  'OwnerReference',
  {
    apiVersion: shown(always(text, '')),
    kind: shown(always(text, '')),
    name: shown(always(text, '')),
    uid: shown(always(text, '')),
    controller: pointer(bool),
    blockOwnerDeletion: pointer(bool),
  },
  { atomic: true },
);

const OBJECT_META = table('ObjectMeta', {
  name: always(text, ''),
  generateName: text,
  namespace: always(text, ''),
  uid: server(always(text, '')),
  resourceVersion: server(always(resourceVersion, 0)),
  generation: server(always(int64, 0)),
  creationTimestamp: server(shown(always(time, 0))),
  deletionTimestamp: server(pointer(time)),
  deletionGracePeriodSeconds: server(pointer(int64)),
  labels: always(map(text), NO_LABELS),
  annotations: always(map(text), NO_LABELS),
  ownerReferences: always(listByKey('uid', OWNER_REFERENCE), NONE),
  finalizers: always(setOf(text), NONE),
  managedFields: dropped(anything),
  selfLink: dropped(anything),
});

/** The member `metadata` of every kind. */
export const METADATA = always(OBJECT_META, Object.freeze({}));

/** Of the metadata of a pod template only labels and annotations reach the pods. */
export const TEMPLATE_META = table('ObjectMeta', {
  labels: always(map(text), NO_LABELS),
  annotations: always(map(text), NO_LABELS),
  name: dropped(text),
  generateName: dropped(text),
  namespace: dropped(text),
  uid: dropped(anything),
  resourceVersion: dropped(anything),
  generation: dropped(anything),
  creationTimestamp: dropped(anything),
  deletionTimestamp: dropped(anything),
  deletionGracePeriodSeconds: dropped(anything),
  ownerReferences: dropped(anything),
  finalizers: dropped(anything),
  managedFields: dropped(anything),
  selfLink: dropped(anything),
});

/** The operator is judged by validation, which has its own words for a wrong one. */
export const LABEL_SELECTOR_REQUIREMENT = table('LabelSelectorRequirement', {
  key: always(text, ''),
  operator: always(text, ''),
  values: list(text),
});

export const LABEL_SELECTOR = table(
  'LabelSelector',
  {
    matchLabels: map(text),
    matchExpressions: list(LABEL_SELECTOR_REQUIREMENT),
  },
  { atomic: true },
);

/** What the conditions of all kinds have between them. */
export const CONDITION = table('Condition', {
  type: always(text, ''),
  status: shown(always(oneOf('False', 'True', 'Unknown'), 'Unknown')),
  observedGeneration: int64,
  lastProbeTime: pointer(time),
  lastHeartbeatTime: pointer(time),
  lastUpdateTime: pointer(time),
  lastTransitionTime: pointer(time),
  reason: text,
  message: text,
});

export const LOCAL_OBJECT_REFERENCE = table('LocalObjectReference', { name: text }, { atomic: true });
export const SECRET_REFERENCE = table('SecretReference', { name: text, namespace: text }, { atomic: true });

export const OBJECT_REFERENCE = table(
  'ObjectReference',
  {
    kind: text,
    namespace: text,
    name: text,
    uid: text,
    apiVersion: quiet(text),
    resourceVersion: quiet(text),
    fieldPath: quiet(text),
  },
  { atomic: true },
);

export const TYPED_LOCAL_OBJECT_REFERENCE = table(
  'TypedLocalObjectReference',
  {
    apiGroup: pointer(text),
    kind: required(text),
    name: required(text),
  },
  { atomic: true },
);

export const TYPED_OBJECT_REFERENCE = table('TypedObjectReference', {
  apiGroup: pointer(text),
  kind: required(text),
  name: required(text),
  namespace: pointer(text),
});

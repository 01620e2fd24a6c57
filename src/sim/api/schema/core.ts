import { CONDITION, METADATA, OBJECT_REFERENCE, LOCAL_OBJECT_REFERENCE, LABEL_SELECTOR } from './meta.ts';
import { PREEMPTION_POLICY } from './pod.ts';
import {
  always,
  anything,
  bool,
  bytes,
  defaulted,
  dropped,
  extended,
  int32,
  int64,
  intOrString,
  list,
  listByKey,
  map,
  microTime,
  oneOf,
  pointer,
  quiet,
  replaced,
  server,
  shown,
  table,
  text,
  time,
  type Data,
} from './type.ts';

const EMPTY = Object.freeze({});

/** Every namespace carries its own name as a label, by which selectors find it. */
const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

function withNameLabel(namespace: Data): Data {
  const metadata = namespace['metadata'] as Data & { readonly name: string; readonly labels: Data };
  if (metadata.name === '' || metadata.labels[NAMESPACE_LABEL] === metadata.name) return namespace;
  const labels = Object.assign(Object.create(null) as Record<string, unknown>, metadata.labels);
  labels[NAMESPACE_LABEL] = metadata.name;
  return { ...namespace, metadata: { ...metadata, labels } };
}

export const NAMESPACE = table(
  'Namespace',
  {
    metadata: METADATA,
    spec: quiet(table('NamespaceSpec', { finalizers: list(text) })),
    status: server(
      always(
        table('NamespaceStatus', {
          phase: shown(always(oneOf('Active', 'Terminating'), 'Active')),
          conditions: listByKey('type', CONDITION),
        }),
        Object.freeze({ phase: 'Active' }),
      ),
    ),
  },
  { complete: withNameLabel },
);

export const CONFIG_MAP = table('ConfigMap', {
  metadata: METADATA,
  immutable: pointer(bool),
  data: map(text),
  binaryData: map(bytes),
});

export const SECRET = table('Secret', {
  metadata: METADATA,
  immutable: pointer(bool),
  type: defaulted(text, 'Opaque'),
  data: map(bytes),
  stringData: map(text),
});

export const SERVICE_ACCOUNT = table('ServiceAccount', {
  metadata: METADATA,
  secrets: listByKey('name', OBJECT_REFERENCE),
  imagePullSecrets: list(LOCAL_OBJECT_REFERENCE),
  automountServiceAccountToken: pointer(bool),
});

export const PRIORITY_CLASS = table('PriorityClass', {
  metadata: METADATA,
  value: shown(always(int32, 0)),
  globalDefault: always(bool, false),
  preemptionPolicy: defaulted(pointer(PREEMPTION_POLICY), 'PreemptLowerPriority'),
  description: quiet(text),
});

export const POD_DISRUPTION_BUDGET = table('PodDisruptionBudget', {
  metadata: METADATA,
  spec: always(
    table('PodDisruptionBudgetSpec', {
      minAvailable: pointer(intOrString),
      maxUnavailable: pointer(intOrString),
      selector: replaced(pointer(LABEL_SELECTOR)),
      unhealthyPodEvictionPolicy: pointer(oneOf('AlwaysAllow', 'IfHealthyBudget')),
    }),
    EMPTY,
  ),
  status: server(
    always(
      table('PodDisruptionBudgetStatus', {
        observedGeneration: always(int64, 0),
        disruptedPods: map(time),
        disruptionsAllowed: shown(always(int32, 0)),
        currentHealthy: shown(always(int32, 0)),
        desiredHealthy: shown(always(int32, 0)),
        expectedPods: shown(always(int32, 0)),
        conditions: listByKey('type', CONDITION),
      }),
      EMPTY,
    ),
  ),
});

export const LEASE = table('Lease', {
  metadata: METADATA,
  spec: always(
    table('LeaseSpec', {
      holderIdentity: always(pointer(text), ''),
      leaseDurationSeconds: always(pointer(int32), 0),
      acquireTime: always(microTime, 0),
      renewTime: always(microTime, 0),
      leaseTransitions: always(pointer(int32), 0),
      strategy: quiet(pointer(text)),
      preferredHolder: quiet(pointer(text)),
    }),
    EMPTY,
  ),
});

const INVOLVED_OBJECT = extended(OBJECT_REFERENCE, 'ObjectReference', {
  kind: always(text, ''),
  namespace: always(text, ''),
  name: always(text, ''),
  uid: always(text, ''),
});
const NOBODY = Object.freeze({ kind: '', namespace: '', name: '', uid: '' });

/** Inside, the source of an Event is the component's name alone. */
function sourceFromWire(event: Data): Data {
  const source = event['source'] as { readonly component?: string } | undefined;
  return { ...event, source: source?.component ?? '' };
}

function sourceToWire(event: Data): Data {
  return { ...event, source: event['source'] === '' ? {} : { component: event['source'] } };
}

export const EVENT = table(
  'Event',
  {
    metadata: METADATA,
    involvedObject: always(INVOLVED_OBJECT, NOBODY),
    type: shown(always(oneOf('Normal', 'Warning'), 'Normal')),
    reason: always(text, ''),
    message: always(text, ''),
    source: table('EventSource', { component: text, host: dropped(text) }),
    count: always(int32, 0),
    firstTimestamp: shown(always(time, 0)),
    lastTimestamp: shown(always(time, 0)),
    eventTime: dropped(anything),
    series: dropped(anything),
    action: dropped(anything),
    related: dropped(anything),
    reportingComponent: dropped(anything),
    reportingInstance: dropped(anything),
  },
  { fromWire: sourceFromWire, toWire: sourceToWire },
);

import { NO_LABELS } from '../meta.ts';
import { CONDITION, LABEL_SELECTOR, NONE, METADATA } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';
import {
  always,
  bool,
  defaulted,
  int32,
  int64,
  intOrString,
  isZero,
  listByKey,
  map,
  oneOf,
  pointer,
  required,
  retainingKeys,
  server,
  shown,
  table,
  text,
  type Data,
} from './type.ts';

const count = always(int32, 0);
const EMPTY = Object.freeze({});

function withBounds(strategy: Data): Data {
  if (strategy['type'] !== 'RollingUpdate') return strategy;
  const given = strategy['rollingUpdate'] as Data | undefined;
  if (given?.['maxSurge'] !== undefined && given['maxUnavailable'] !== undefined) return strategy;
  return { ...strategy, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...given } };
}

const DEPLOYMENT_SPEC = table('DeploymentSpec', {
  replicas: defaulted(pointer(int32), 1),
  selector: required(pointer(LABEL_SELECTOR)),
  template: always(POD_TEMPLATE, EMPTY),
  strategy: retainingKeys(
    always(
      table(
        'DeploymentStrategy',
        {
          type: defaulted(oneOf('Recreate', 'RollingUpdate'), 'RollingUpdate'),
          rollingUpdate: pointer(
            table('RollingUpdateDeployment', { maxUnavailable: pointer(intOrString), maxSurge: pointer(intOrString) }),
          ),
        },
        { complete: withBounds },
      ),
      EMPTY,
    ),
  ),
  minReadySeconds: count,
  revisionHistoryLimit: defaulted(pointer(int32), 10),
  paused: always(bool, false),
  progressDeadlineSeconds: defaulted(pointer(int32), 600),
});

const DEPLOYMENT_STATUS = table('DeploymentStatus', {
  observedGeneration: always(int64, 0),
  replicas: count,
  updatedReplicas: count,
  readyReplicas: count,
  availableReplicas: count,
  unavailableReplicas: count,
  terminatingReplicas: shown(always(pointer(int32), 0)),
  collisionCount: pointer(int32),
  conditions: always(listByKey('type', CONDITION), NONE),
});

const REPLICA_SET_SPEC = table('ReplicaSetSpec', {
  replicas: defaulted(pointer(int32), 1),
  minReadySeconds: count,
  selector: required(pointer(LABEL_SELECTOR)),
  template: always(POD_TEMPLATE, EMPTY),
});

const REPLICA_SET_STATUS = table('ReplicaSetStatus', {
  replicas: shown(count),
  fullyLabeledReplicas: count,
  readyReplicas: count,
  availableReplicas: count,
  terminatingReplicas: shown(always(pointer(int32), 0)),
  observedGeneration: always(int64, 0),
  conditions: always(listByKey('type', CONDITION), NONE),
});

export const DEPLOYMENT = table('Deployment', {
  metadata: METADATA,
  spec: always(DEPLOYMENT_SPEC, EMPTY),
  status: server(always(DEPLOYMENT_STATUS, EMPTY)),
});

export const REPLICA_SET = table('ReplicaSet', {
  metadata: METADATA,
  spec: always(REPLICA_SET_SPEC, EMPTY),
  status: server(always(REPLICA_SET_STATUS, EMPTY)),
});

/** Without a selector, or without labels of its own, a ReplicationController has those of its template. */
function withTemplateLabels(controller: Data): Data {
  const spec = (controller['spec'] ?? EMPTY) as Data;
  const metadata = (controller['metadata'] ?? EMPTY) as Data;
  const labels = ((spec['template'] as Data | undefined)?.['metadata'] as Data | undefined)?.['labels'];
  if (isZero(labels) || (!isZero(spec['selector']) && !isZero(metadata['labels']))) return controller;
  return {
    ...controller,
    metadata: isZero(metadata['labels']) ? { ...metadata, labels } : metadata,
    spec: isZero(spec['selector']) ? { ...spec, selector: labels } : spec,
  };
}

export const REPLICATION_CONTROLLER = table(
  'ReplicationController',
  {
    metadata: METADATA,
    spec: always(
      table('ReplicationControllerSpec', {
        replicas: defaulted(pointer(int32), 1),
        minReadySeconds: count,
        selector: always(map(text), NO_LABELS),
        template: always(POD_TEMPLATE, EMPTY),
      }),
      EMPTY,
    ),
    status: server(
      always(
        table('ReplicationControllerStatus', {
          replicas: shown(count),
          fullyLabeledReplicas: count,
          readyReplicas: count,
          availableReplicas: count,
          observedGeneration: always(int64, 0),
          conditions: always(listByKey('type', CONDITION), NONE),
        }),
        EMPTY,
      ),
    ),
  },
  { complete: withTemplateLabels },
);

import { CONDITION, LABEL_SELECTOR, NONE, METADATA } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';
import {
  always,
  bool,
  defaulted,
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
  strategy: always(
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
  conditions: always(list(CONDITION), NONE),
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
  conditions: always(list(CONDITION), NONE),
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

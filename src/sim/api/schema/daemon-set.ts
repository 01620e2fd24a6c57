import { CONDITION, LABEL_SELECTOR, METADATA, NONE } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';
import {
  always,
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
  if (given?.['maxUnavailable'] !== undefined && given['maxSurge'] !== undefined) return strategy;
  return { ...strategy, rollingUpdate: { maxUnavailable: 1, maxSurge: 0, ...given } };
}

const DAEMON_SET_SPEC = table('DaemonSetSpec', {
  selector: required(pointer(LABEL_SELECTOR)),
  template: always(POD_TEMPLATE, EMPTY),
  updateStrategy: always(
    table(
      'DaemonSetUpdateStrategy',
      {
        type: defaulted(oneOf('OnDelete', 'RollingUpdate'), 'RollingUpdate'),
        rollingUpdate: pointer(
          table('RollingUpdateDaemonSet', { maxUnavailable: pointer(intOrString), maxSurge: pointer(intOrString) }),
        ),
      },
      { complete: withBounds },
    ),
    EMPTY,
  ),
  minReadySeconds: count,
  revisionHistoryLimit: defaulted(pointer(int32), 10),
});

const DAEMON_SET_STATUS = table('DaemonSetStatus', {
  currentNumberScheduled: shown(count),
  numberMisscheduled: shown(count),
  desiredNumberScheduled: shown(count),
  numberReady: shown(count),
  observedGeneration: always(int64, 0),
  updatedNumberScheduled: count,
  numberAvailable: count,
  numberUnavailable: count,
  collisionCount: pointer(int32),
  conditions: always(list(CONDITION), NONE),
});

export const DAEMON_SET = table('DaemonSet', {
  metadata: METADATA,
  spec: always(DAEMON_SET_SPEC, EMPTY),
  status: server(always(DAEMON_SET_STATUS, EMPTY)),
});

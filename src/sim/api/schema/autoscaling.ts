import { CONDITION, LABEL_SELECTOR, METADATA, NONE } from './meta.ts';
import {
  always,
  defaulted,
  int32,
  int64,
  list,
  oneOf,
  pointer,
  quantity,
  required,
  server,
  shown,
  table,
  text,
  time,
  type Data,
} from './type.ts';

const EMPTY = Object.freeze({});

const METRIC_TARGET = table('MetricTarget', {
  type: required(oneOf('AverageValue', 'Utilization', 'Value')),
  value: pointer(quantity),
  averageValue: pointer(quantity),
  averageUtilization: pointer(int32),
});

const METRIC_IDENTIFIER = table('MetricIdentifier', { name: required(text), selector: pointer(LABEL_SELECTOR) });

export const OBJECT_REFERENCE = table('CrossVersionObjectReference', {
  apiVersion: text,
  kind: required(text),
  name: required(text),
});

const target = always(METRIC_TARGET, EMPTY);
const metric = always(METRIC_IDENTIFIER, EMPTY);
const type = required(oneOf('ContainerResource', 'External', 'Object', 'Pods', 'Resource'));

const METRIC_SPEC = table('MetricSpec', {
  type,
  resource: pointer(table('ResourceMetricSource', { name: required(text), target })),
  containerResource: pointer(
    table('ContainerResourceMetricSource', { name: required(text), container: required(text), target }),
  ),
  pods: pointer(table('PodsMetricSource', { metric, target })),
  object: pointer(table('ObjectMetricSource', { describedObject: always(OBJECT_REFERENCE, EMPTY), metric, target })),
  external: pointer(table('ExternalMetricSource', { metric, target })),
});

const current = shown(
  always(
    table('MetricValueStatus', {
      value: pointer(quantity),
      averageValue: pointer(quantity),
      averageUtilization: pointer(int32),
    }),
    EMPTY,
  ),
);

const METRIC_STATUS = table('MetricStatus', {
  type,
  resource: pointer(table('ResourceMetricStatus', { name: required(text), current })),
  containerResource: pointer(
    table('ContainerResourceMetricStatus', { name: required(text), container: required(text), current }),
  ),
  pods: pointer(table('PodsMetricStatus', { metric, current })),
  object: pointer(table('ObjectMetricStatus', { describedObject: always(OBJECT_REFERENCE, EMPTY), metric, current })),
  external: pointer(table('ExternalMetricStatus', { metric, current })),
});

const SCALING_RULES = table('HPAScalingRules', {
  stabilizationWindowSeconds: pointer(int32),
  selectPolicy: pointer(oneOf('Disabled', 'Max', 'Min')),
  policies: list(
    table('HPAScalingPolicy', {
      type: required(oneOf('Percent', 'Pods')),
      value: always(int32, 0),
      periodSeconds: always(int32, 0),
    }),
  ),
  tolerance: pointer(quantity),
});

/** As fast as four pods or a doubling in 15 seconds, at once. */
const SCALE_UP: Data = Object.freeze({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: Object.freeze([
    Object.freeze({ type: 'Pods', value: 4, periodSeconds: 15 }),
    Object.freeze({ type: 'Percent', value: 100, periodSeconds: 15 }),
  ]),
});

/** All at once, after the controller manager's own window. */
const SCALE_DOWN: Data = Object.freeze({
  selectPolicy: 'Max',
  policies: Object.freeze([Object.freeze({ type: 'Percent', value: 100, periodSeconds: 15 })]),
});

function withRules(behavior: Data): Data {
  const up = completed(behavior['scaleUp'] as Data | undefined, SCALE_UP);
  const down = completed(behavior['scaleDown'] as Data | undefined, SCALE_DOWN);
  if (up === behavior['scaleUp'] && down === behavior['scaleDown']) return behavior;
  return { scaleUp: up, scaleDown: down };
}

function completed(given: Data | undefined, defaults: Data): Data {
  if (given === undefined) return defaults;
  return Object.keys(defaults).every((name) => given[name] !== undefined) ? given : { ...defaults, ...given };
}

const DEFAULT_METRICS = Object.freeze([
  Object.freeze({
    type: 'Resource',
    resource: Object.freeze({
      name: 'cpu',
      target: Object.freeze({ type: 'Utilization', averageUtilization: 80 }),
    }),
  }),
]);

/** One that names no metric means 80 % of the processors asked for. */
function withMetrics(spec: Data): Data {
  const metrics = spec['metrics'] as readonly unknown[] | undefined;
  return metrics !== undefined && metrics.length > 0 ? spec : { ...spec, metrics: DEFAULT_METRICS };
}

const SPEC = table(
  'HorizontalPodAutoscalerSpec',
  {
    scaleTargetRef: always(OBJECT_REFERENCE, EMPTY),
    minReplicas: defaulted(pointer(int32), 1),
    maxReplicas: shown(always(int32, 0)),
    metrics: always(list(METRIC_SPEC), NONE),
    behavior: pointer(
      table(
        'HorizontalPodAutoscalerBehavior',
        { scaleUp: pointer(SCALING_RULES), scaleDown: pointer(SCALING_RULES) },
        { complete: withRules },
      ),
    ),
  },
  { complete: withMetrics },
);

export const HORIZONTAL_POD_AUTOSCALER = table('HorizontalPodAutoscaler', {
  metadata: METADATA,
  spec: always(SPEC, EMPTY),
  status: server(
    always(
      table('HorizontalPodAutoscalerStatus', {
        observedGeneration: pointer(int64),
        lastScaleTime: pointer(time),
        currentReplicas: always(int32, 0),
        desiredReplicas: shown(always(int32, 0)),
        currentMetrics: always(list(METRIC_STATUS), NONE),
        conditions: always(list(CONDITION), NONE),
      }),
      EMPTY,
    ),
  ),
});

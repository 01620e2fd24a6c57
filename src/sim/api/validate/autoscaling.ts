import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from '../autoscaling.ts';
import { parseQuantity } from '../quantity.ts';
import type { Checker } from './checker.ts';
import { checkLabelSelector } from './labels.ts';

const LONGEST_WINDOW_SECONDS = 3_600;
const LONGEST_PERIOD_SECONDS = 1_800;

export function checkHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler, at: Checker): void {
  const { minReplicas, maxReplicas } = spec;
  if (minReplicas < 1) at.at('minReplicas').invalid(minReplicas, 'must be greater than or equal to 1');
  if (maxReplicas < 1) at.at('maxReplicas').invalid(maxReplicas, 'must be greater than 0');
  if (maxReplicas < minReplicas) {
    at.at('maxReplicas').invalid(maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  checkReference(spec.scaleTargetRef, at.at('scaleTargetRef'));
  checkGroup(spec.scaleTargetRef, at.at('scaleTargetRef', 'apiVersion'));
  spec.metrics.forEach((metric, i) => checkMetric(metric, at.at('metrics', i)));
  if (spec.behavior === undefined) return;
  checkRules(spec.behavior.scaleUp, at.at('behavior', 'scaleUp'));
  checkRules(spec.behavior.scaleDown, at.at('behavior', 'scaleDown'));
}

function checkReference(reference: CrossVersionObjectReference, at: Checker): void {
  for (const name of ['kind', 'name'] as const) {
    if (reference[name] !== '' && /[/%]/.test(reference[name])) {
      at.at(name).invalid(reference[name], `may not contain '${reference[name].includes('/') ? '/' : '%'}'`);
    }
  }
}

/** Only a ReplicationController is scaled by a version without a group. */
function checkGroup({ apiVersion = '', kind }: CrossVersionObjectReference, at: Checker): void {
  if (apiVersion.split('/').length > 2) at.invalid(apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else if (!apiVersion.includes('/') && kind !== 'ReplicationController') {
    at.invalid(apiVersion, 'apiVersion must specify API group');
  }
}

const MEMBERS = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
} as const;

function checkMetric(metric: MetricSpec, at: Checker): void {
  const wanted = MEMBERS[metric.type];
  for (const member of Object.values(MEMBERS)) {
    if (member !== wanted && metric[member] !== undefined) {
      at.at(member).forbidden('must populate the given metric source only');
    }
  }
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource': {
      const source = metric[wanted as 'resource' | 'containerResource'];
      const here = at.at(wanted);
      if (source === undefined) return here.required(`must populate information for the given metric source`);
      const { target } = source;
      checkTarget(target, here.at('target'));
      if (target.averageUtilization === undefined && target.averageValue === undefined) {
        here
          .at('target', 'averageUtilization')
          .required('must specify either a target raw value or a target utilization');
      }
      if (target.averageUtilization !== undefined && target.averageValue !== undefined) {
        here.at('target', 'averageValue').forbidden('may not set both a target raw value and a target utilization');
      }
      return;
    }
    case 'Pods': {
      const here = at.at('pods');
      if (metric.pods === undefined) return here.required('must populate information for the given metric source');
      checkLabelSelector(metric.pods.metric.selector, here.at('metric', 'selector'));
      checkTarget(metric.pods.target, here.at('target'));
      const { averageValue } = metric.pods.target;
      if (averageValue === undefined) {
        here.at('target', 'averageValue').required('must specify a positive target averageValue');
      }
      return;
    }
    case 'Object':
    case 'External': {
      const source = metric[wanted as 'object' | 'external'];
      const here = at.at(wanted);
      if (source === undefined) return here.required('must populate information for the given metric source');
      if (metric.object !== undefined) checkReference(metric.object.describedObject, here.at('describedObject'));
      checkLabelSelector(source.metric.selector, here.at('metric', 'selector'));
      checkTarget(source.target, here.at('target'));
      const { value, averageValue } = source.target;
      if (value === undefined && averageValue === undefined) {
        here.at('target', 'averageValue').required('must set either a target value for metric or a per-pod target');
      }
      if (metric.type === 'External' && value !== undefined && averageValue !== undefined) {
        here.at('target', 'value').forbidden('may not set both a target value for metric and a per-pod target');
      }
    }
  }
}

function checkTarget(target: MetricTarget, at: Checker): void {
  if (target.averageUtilization !== undefined && target.averageUtilization < 1) {
    at.at('averageUtilization').invalid(target.averageUtilization, 'must be greater than 0');
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target[name];
    if (amount !== undefined && (parseQuantity(amount)?.nano ?? 0n) <= 0n) {
      at.at(name).invalid(amount, 'must be positive');
    }
  }
}

function checkRules(rules: HPAScalingRules | undefined, at: Checker): void {
  if (rules === undefined) return;
  const { stabilizationWindowSeconds: window, policies = [], tolerance } = rules;
  if (window !== undefined && window < 0) {
    at.at('stabilizationWindowSeconds').invalid(window, 'must be greater than or equal to zero');
  }
  if (window !== undefined && window > LONGEST_WINDOW_SECONDS) {
    at.at('stabilizationWindowSeconds').invalid(window, `must be less than or equal to ${LONGEST_WINDOW_SECONDS}`);
  }
  if (policies.length === 0) at.at('policies').required('must specify at least one Policy');
  policies.forEach(({ value, periodSeconds }, i) => {
    const here = at.at('policies', i);
    if (value <= 0) here.at('value').invalid(value, 'must be greater than zero');
    if (periodSeconds <= 0) here.at('periodSeconds').invalid(periodSeconds, 'must be greater than zero');
    if (periodSeconds > LONGEST_PERIOD_SECONDS) {
      here.at('periodSeconds').invalid(periodSeconds, `must be less than or equal to ${LONGEST_PERIOD_SECONDS}`);
    }
  });
  if (tolerance !== undefined && (parseQuantity(tolerance)?.nano ?? 0n) < 0n) {
    at.at('tolerance').invalid(tolerance, 'must be greater or equal to zero');
  }
}

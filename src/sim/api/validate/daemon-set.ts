import type { DaemonSet } from '../daemon-set.ts';
import type { Checker } from './checker.ts';
import {
  checkAtMostAll,
  checkIntOrPercent,
  checkNotNegative,
  checkSelector,
  checkTemplate,
  isNone,
} from './workloads.ts';

export function checkDaemonSet({ spec }: DaemonSet, at: Checker): void {
  const selector = checkSelector(spec.selector, at.at('selector'), 'daemonset');
  checkTemplate(spec.template, selector, at.at('template'), 'DaemonSet');
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  checkStrategy(spec.updateStrategy, at.at('updateStrategy'));
  checkNotNegative(spec.revisionHistoryLimit, at.at('revisionHistoryLimit'));
}

/** One of the two bounds must be open, and only one may be. */
function checkStrategy({ type, rollingUpdate }: DaemonSet['spec']['updateStrategy'], at: Checker): void {
  if (type !== 'RollingUpdate') return;
  const here = at.at('rollingUpdate');
  if (rollingUpdate === undefined) return here.required();
  const { maxUnavailable, maxSurge } = rollingUpdate;
  for (const [name, bound] of Object.entries({ maxUnavailable, maxSurge })) {
    checkIntOrPercent(bound, here.at(name));
    checkAtMostAll(bound, here.at(name));
  }
  if (!isNone(maxUnavailable) && !isNone(maxSurge)) {
    here.at('maxSurge').invalid(maxSurge, 'may not be set when maxUnavailable is non-zero');
  } else if (isNone(maxUnavailable) && isNone(maxSurge)) {
    here.at('maxUnavailable').required('cannot be 0 when maxSurge is 0');
  }
}

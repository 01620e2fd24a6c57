import { sameData } from '../equality.ts';
import type { StatefulSet } from '../stateful-set.ts';
import type { Checker } from './checker.ts';
import {
  checkAtMostAll,
  checkIntOrPercent,
  checkNotNegative,
  checkSelector,
  checkTemplate,
  isNone,
} from './workloads.ts';

export function checkStatefulSet({ spec }: StatefulSet, at: Checker): void {
  checkStrategy(spec.updateStrategy, at.at('updateStrategy'));
  checkNotNegative(spec.replicas, at.at('replicas'));
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  checkNotNegative(spec.ordinals?.start, at.at('ordinals', 'start'));
  checkNotNegative(spec.revisionHistoryLimit, at.at('revisionHistoryLimit'));
  const selector = checkSelector(spec.selector, at.at('selector'), 'statefulset');
  checkTemplate(spec.template, selector, at.at('template'), 'StatefulSet');
}

function checkStrategy({ type, rollingUpdate }: StatefulSet['spec']['updateStrategy'], at: Checker): void {
  if (rollingUpdate === undefined) return;
  const here = at.at('rollingUpdate');
  if (type === 'OnDelete') return here.invalid(rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'");
  checkNotNegative(rollingUpdate.partition, here.at('partition'));
  const { maxUnavailable } = rollingUpdate;
  if (maxUnavailable === undefined) return;
  const bound = here.at('maxUnavailable');
  checkIntOrPercent(maxUnavailable, bound);
  if (isNone(maxUnavailable)) bound.invalid(maxUnavailable, 'cannot be 0');
  checkAtMostAll(maxUnavailable, bound);
}

/** What of a StatefulSet's spec may change after it was made. */
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function checkStatefulSetUpdate(previous: StatefulSet, next: StatefulSet, at: Checker): void {
  const fixed = ({ spec }: StatefulSet): unknown =>
    Object.fromEntries(Object.entries(spec).filter(([name]) => !CHANGEABLE.some((each) => each === name)));
  if (sameData(fixed(previous), fixed(next))) return;
  const names = CHANGEABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
  at.forbidden(`updates to statefulset spec for fields other than ${list} are forbidden`);
}

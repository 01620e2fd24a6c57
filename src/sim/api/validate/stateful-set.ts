import { sameData } from '../equality.ts';
import { dnsLabelProblems } from '../names.ts';
import type { PodTemplateSpec, Volume } from '../pod.ts';
import type { StatefulSet, StatefulSetSpec } from '../stateful-set.ts';
import type { Checker } from './checker.ts';
import { checkClaimSpec } from './storage.ts';
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
  (spec.volumeClaimTemplates ?? []).forEach((claim, index) => {
    checkClaimSpec(claim.spec, at.at('volumeClaimTemplates', index, 'spec'));
  });
  checkNotNegative(spec.replicas, at.at('replicas'));
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  checkNotNegative(spec.ordinals?.start, at.at('ordinals', 'start'));
  checkNotNegative(spec.revisionHistoryLimit, at.at('revisionHistoryLimit'));
  if (spec.serviceName !== '') at.at('serviceName').invalidFor(spec.serviceName, dnsLabelProblems(spec.serviceName));
  const selector = checkSelector(spec.selector, at.at('selector'), 'statefulset');
  checkTemplate(asMade(spec), selector, at.at('template'), 'StatefulSet');
}

/**
 * The template as the controller will use it: every claim is a volume, in place of one of the same name, and the names
 * under which pods are found are not the author's.
 */
function asMade({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata.name));
  const claims = [...names].map((name): Volume => ({ name, persistentVolumeClaim: { claimName: name } }));
  const own = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  const spec = { ...template.spec, volumes: [...claims, ...own], hostname: undefined, subdomain: undefined };
  return { ...template, spec };
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

import { percentOf } from '../int-or-percent.ts';
import { compileLabelSelector, isEmptySelector } from '../label-selector.ts';
import type { LabelSelector } from '../meta.ts';
import { percentProblems } from '../names.ts';
import type { PodTemplateSpec } from '../pod.ts';
import type { ReplicationController } from '../replication-controller.ts';
import type { Deployment, IntOrString, ReplicaSet } from '../workloads.ts';
import type { Checker } from './checker.ts';
import { checkAnnotations, checkLabels, checkLabelSelector } from './labels.ts';
import { checkPodSpec } from './pod-spec.ts';

export function checkNotNegative(value: number | undefined, at: Checker): void {
  if (value !== undefined && value < 0) at.invalid(value, 'must be greater than or equal to 0');
}

/** A number of at least zero or a percentage. */
export function checkIntOrPercent(value: IntOrString, at: Checker): void {
  if (typeof value === 'number') checkNotNegative(value, at);
  else at.invalidFor(value, percentProblems(value));
}

export function checkAtMostAll(value: IntOrString, at: Checker): void {
  if ((percentOf(value) ?? 0) > 100) at.invalid(value, 'must not be greater than 100%');
}

export function isNone(value: IntOrString): boolean {
  return (percentOf(value) ?? (typeof value === 'number' ? value : 0)) === 0;
}

/** `selector`: absent when there is none that could be compared. */
export function checkTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  at: Checker,
  owner = 'ReplicaSet',
): void {
  const { labels } = template.metadata;
  if (selector !== undefined && !isEmptySelector(selector) && !compileLabelSelector(selector)(labels)) {
    at.at('metadata', 'labels').invalid(labels, '`selector` does not match template `labels`');
  }
  checkLabels(labels, at.at('metadata', 'labels'));
  checkAnnotations(template.metadata.annotations, at.at('metadata', 'annotations'));
  checkPodSpec(template.spec, false, at.at('spec'));
  const { restartPolicy = 'Always', activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always') at.at('spec', 'restartPolicy').unsupported(restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined) {
    at.at('spec', 'activeDeadlineSeconds').forbidden(`activeDeadlineSeconds in ${owner} is not Supported`);
  }
}

/** Checks the selector and gives it back when pods can be held against it. */
export function checkSelector(selector: LabelSelector, at: Checker, owner = 'deployment'): LabelSelector | undefined {
  if (isEmptySelector(selector)) at.invalid(selector, `empty selector is invalid for ${owner}`);
  if (checkLabelSelector(selector, at)) return selector;
  at.invalid(selector, 'invalid label selector');
  return undefined;
}

export function checkReplicaSet({ spec }: ReplicaSet, at: Checker): void {
  checkNotNegative(spec.replicas, at.at('replicas'));
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  checkTemplate(spec.template, checkSelector(spec.selector, at.at('selector')), at.at('template'));
}

export function checkDeployment({ spec }: Deployment, at: Checker): void {
  checkNotNegative(spec.replicas, at.at('replicas'));
  checkTemplate(spec.template, checkSelector(spec.selector, at.at('selector')), at.at('template'));
  checkStrategy(spec.strategy, at.at('strategy'));
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  checkNotNegative(spec.revisionHistoryLimit, at.at('revisionHistoryLimit'));
  checkNotNegative(spec.progressDeadlineSeconds, at.at('progressDeadlineSeconds'));
  if (spec.progressDeadlineSeconds <= spec.minReadySeconds) {
    at.at('progressDeadlineSeconds').invalid(spec.progressDeadlineSeconds, 'must be greater than minReadySeconds');
  }
}

export function checkReplicationController({ spec }: ReplicationController, at: Checker): void {
  checkNotNegative(spec.minReadySeconds, at.at('minReadySeconds'));
  const isEmpty = Object.keys(spec.selector).length === 0;
  if (isEmpty) at.at('selector').required();
  checkNotNegative(spec.replicas, at.at('replicas'));
  const selector = isEmpty ? undefined : { matchLabels: spec.selector };
  checkTemplate(spec.template, selector, at.at('template'), 'ReplicationController');
}

function checkStrategy(strategy: Deployment['spec']['strategy'], at: Checker): void {
  const { type, rollingUpdate } = strategy;
  const here = at.at('rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined) here.forbidden("may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (rollingUpdate === undefined) return here.required('this should be defaulted and never be nil');
  const { maxSurge, maxUnavailable } = rollingUpdate;
  checkIntOrPercent(maxUnavailable, here.at('maxUnavailable'));
  checkIntOrPercent(maxSurge, here.at('maxSurge'));
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    here.at('maxUnavailable').invalid(maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  }
  checkAtMostAll(maxUnavailable, here.at('maxUnavailable'));
}

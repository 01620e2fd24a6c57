import type { CronJob, Job, JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from '../batch.ts';
import { parseCronSchedule } from '../cron-schedule.ts';
import { parseIndexes } from '../index-ranges.ts';
import { compileLabelSelector } from '../label-selector.ts';
import { dnsLabelProblems } from '../names.ts';
import { timeZone } from '../time-zone.ts';
import type { Checker } from './checker.ts';
import { checkAnnotations, checkLabels, checkLabelSelector } from './labels.ts';
import { checkPodSpec } from './pod-spec.ts';
import { checkNotNegative } from './workloads.ts';

const MOST_INDEXED_PODS = 100_000;
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;
const LONGEST_CRON_JOB_NAME = 52;

export function checkJob({ metadata, spec }: Job, at: Checker): void {
  const here = at.at('spec');
  checkJobSpec(spec, here);
  const { labels } = spec.template.metadata;
  // A selector is made when the Job is stored, unless it brings its own.
  if (spec.selector === undefined) {
    if (spec.manualSelector === true) here.at('selector').required();
  } else if (checkLabelSelector(spec.selector, here.at('selector')) && !compileLabelSelector(spec.selector)(labels)) {
    here.at('template', 'metadata', 'labels').invalid(labels, '`selector` does not match template `labels`');
  }
  if (spec.completionMode !== 'Indexed' || spec.completions === undefined || spec.completions <= 0) return;
  for (const detail of dnsLabelProblems(`${metadata.name}-${spec.completions - 1}`)) {
    at.at('metadata', 'name').invalid(
      metadata.name,
      `will not able to create pod with invalid DNS label: ${metadata.name}-${spec.completions - 1}: ${detail}`,
    );
  }
}

function checkJobSpec(spec: JobSpec, at: Checker): void {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const;
  for (const name of counts) checkNotNegative(spec[name], at.at(name));
  if (spec.completionMode === 'Indexed') {
    if (spec.completions === undefined) at.at('completions').required('when completion mode is Indexed');
    if (spec.parallelism > MOST_INDEXED_PODS) {
      const detail = `must be less than or equal to ${MOST_INDEXED_PODS} when completion mode is Indexed`;
      at.at('parallelism').invalid(spec.parallelism, detail);
    }
    if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
      at.at('backoffLimitPerIndex').required('when maxFailedIndexes is specified');
    }
  } else {
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'] as const) {
      if (spec[name] !== undefined) at.at(name).invalid(spec[name], 'requires indexed completion mode');
    }
  }
  spec.podFailurePolicy?.rules.forEach((rule, i) =>
    checkFailureRule(rule, spec, at.at('podFailurePolicy', 'rules', i)),
  );
  if ((spec.podFailurePolicy?.rules.length ?? 0) > MOST_RULES) {
    at.at('podFailurePolicy', 'rules').tooMany(spec.podFailurePolicy!.rules.length, MOST_RULES);
  }
  if (spec.podFailurePolicy !== undefined && spec.podReplacementPolicy !== 'Failed') {
    at.at('podReplacementPolicy').unsupported(spec.podReplacementPolicy, ['Failed']);
  }
  checkSuccessPolicy(spec, at.at('successPolicy'));
  checkTemplate(spec, at.at('template'));
}

function checkFailureRule(rule: PodFailurePolicyRule, spec: JobSpec, at: Checker): void {
  if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    at.at('action').invalid(rule.action, 'requires the backoffLimitPerIndex to be set');
  }
  const { onExitCodes, onPodConditions = [] } = rule;
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    at.invalid(rule, 'specifying both OnExitCodes and OnPodConditions is not supported');
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    at.invalid(rule, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
  if (onPodConditions.length > MOST_RULES) at.at('onPodConditions').tooMany(onPodConditions.length, MOST_RULES);
  if (onExitCodes === undefined) return;
  const codes = at.at('onExitCodes');
  const { containerName, operator, values = [] } = onExitCodes;
  const { containers, initContainers = [] } = spec.template.spec;
  if (containerName !== undefined && ![...containers, ...initContainers].some(({ name }) => name === containerName)) {
    codes
      .at('containerName')
      .invalid(containerName, 'must be one of the container or initContainer names in the pod template');
  }
  if (values.length === 0) codes.at('values').invalid(values, 'at least one value is required');
  if (values.length > MOST_EXIT_CODES) codes.at('values').tooMany(values.length, MOST_EXIT_CODES);
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) codes.at('values', i).invalid(value, 'must not be 0 for the In operator');
    if (values.indexOf(value) < i) codes.at('values', i).duplicate(value);
    else if (i > 0 && values[i - 1]! > value) codes.at('values').invalid(values, 'must be ordered');
  });
}

function checkSuccessPolicy({ successPolicy, completions = 0 }: JobSpec, at: Checker): void {
  if (successPolicy === undefined) return;
  if (successPolicy.rules.length === 0)
    at.at('rules').required('at least one rules must be specified when the successPolicy is specified');
  if (successPolicy.rules.length > MOST_RULES) at.at('rules').tooMany(successPolicy.rules.length, MOST_RULES);
  successPolicy.rules.forEach((rule, i) => checkSuccessRule(rule, completions, at.at('rules', i)));
}

function checkSuccessRule(rule: SuccessPolicyRule, completions: number, at: Checker): void {
  const { succeededIndexes, succeededCount } = rule;
  if (succeededIndexes === undefined && succeededCount === undefined) {
    at.required('at least one of succeededCount or succeededIndexes must be specified');
  }
  let total = completions;
  if (succeededIndexes !== undefined) {
    const ranges = parseIndexes(succeededIndexes, completions);
    if (typeof ranges === 'string')
      at.at('succeededIndexes').invalid(succeededIndexes, `error parsing succeededIndexes: ${ranges}`);
    else total = ranges.count;
  }
  if (succeededCount === undefined) return;
  checkNotNegative(succeededCount, at.at('succeededCount'));
  if (succeededCount > completions) {
    at.at('succeededCount').invalid(
      succeededCount,
      `must be less than or equal to ${completions} (the number of specified completions)`,
    );
  } else if (succeededCount > total) {
    at.at('succeededCount').invalid(
      succeededCount,
      `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`,
    );
  }
}

function checkTemplate(spec: JobSpec, at: Checker): void {
  const { template } = spec;
  checkLabels(template.metadata.labels, at.at('metadata', 'labels'));
  checkAnnotations(template.metadata.annotations, at.at('metadata', 'annotations'));
  checkPodSpec(template.spec, false, at.at('spec'));
  const { restartPolicy = 'Always' } = template.spec;
  const here = at.at('spec', 'restartPolicy');
  if (restartPolicy === 'Always') here.required('valid values: "OnFailure", "Never"');
  if (restartPolicy === 'Never') return;
  if (spec.podFailurePolicy !== undefined) {
    here.invalid(restartPolicy, 'only "Never" is supported when podFailurePolicy is specified');
  }
  if (spec.backoffLimitPerIndex !== undefined) {
    here.invalid(restartPolicy, 'only "Never" is supported when backoffLimitPerIndex is specified');
  }
}

export function checkCronJob({ metadata, spec }: CronJob, at: Checker): void {
  if (metadata.name.length > LONGEST_CRON_JOB_NAME) {
    at.at('metadata', 'name').invalid(metadata.name, `must be no more than ${LONGEST_CRON_JOB_NAME} characters`);
  }
  const here = at.at('spec');
  if (spec.schedule === '') here.at('schedule').required();
  else if (spec.schedule.includes('TZ')) {
    here.at('schedule').invalid(spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  } else {
    const schedule = parseCronSchedule(spec.schedule);
    if (typeof schedule === 'string') here.at('schedule').invalid(spec.schedule, schedule);
  }
  checkTimeZone(spec.timeZone, here.at('timeZone'));
  checkNotNegative(spec.startingDeadlineSeconds, here.at('startingDeadlineSeconds'));
  checkNotNegative(spec.successfulJobsHistoryLimit, here.at('successfulJobsHistoryLimit'));
  checkNotNegative(spec.failedJobsHistoryLimit, here.at('failedJobsHistoryLimit'));
  const template = here.at('jobTemplate', 'spec');
  if (spec.jobTemplate.spec.manualSelector === true) {
    template.at('manualSelector').unsupported(true, ['nil', 'false']);
  }
  if (spec.jobTemplate.spec.selector !== undefined) {
    template.at('selector').invalid(spec.jobTemplate.spec.selector, '`selector` will be auto-generated');
  }
  checkJobSpec(spec.jobTemplate.spec, template);
}

function checkTimeZone(name: string | undefined, at: Checker): void {
  if (name === undefined) return;
  if (name === '') at.invalid(name, 'timeZone must be nil or non-empty string');
  else if (name.toLowerCase() === 'local') {
    at.invalid(name, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  } else if (timeZone(name) === undefined) at.invalid(name, `unknown time zone ${name}`);
}

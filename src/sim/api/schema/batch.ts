import { CONDITION, LABEL_SELECTOR, METADATA, NONE, OBJECT_REFERENCE, TEMPLATE_META } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';
import {
  always,
  bool,
  defaulted,
  int32,
  int64,
  list,
  oneOf,
  pointer,
  required,
  server,
  table,
  text,
  time,
  type Data,
} from './type.ts';

const count = always(int32, 0);
const EMPTY = Object.freeze({});
const UNLIMITED_BACKOFF = 2_147_483_647;

const POD_FAILURE_POLICY_RULE = table('PodFailurePolicyRule', {
  action: required(oneOf('Count', 'FailIndex', 'FailJob', 'Ignore')),
  onExitCodes: pointer(
    table('PodFailurePolicyOnExitCodesRequirement', {
      containerName: pointer(text),
      operator: required(oneOf('In', 'NotIn')),
      values: list(int32),
    }),
  ),
  onPodConditions: list(
    table('PodFailurePolicyOnPodConditionsPattern', {
      type: required(text),
      status: defaulted(oneOf('False', 'True', 'Unknown'), 'True'),
    }),
  ),
});

const SUCCESS_POLICY_RULE = table('SuccessPolicyRule', {
  succeededIndexes: pointer(text),
  succeededCount: pointer(int32),
});

/** Defaults that hang on other fields: neither count given means one of each; a policy of its own per index lifts the total. */
function completed(spec: Data): Data {
  let next = spec;
  const fill = (name: string, value: unknown): void => {
    if (next[name] === undefined) next = { ...next, [name]: value };
  };
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) fill('completions', 1);
  fill('parallelism', 1);
  fill('backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : UNLIMITED_BACKOFF);
  fill('podReplacementPolicy', spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed');
  return next;
}

const JOB_SPEC = table(
  'JobSpec',
  {
    parallelism: pointer(int32),
    completions: pointer(int32),
    completionMode: defaulted(pointer(oneOf('Indexed', 'NonIndexed')), 'NonIndexed'),
    activeDeadlineSeconds: pointer(int64),
    backoffLimit: pointer(int32),
    backoffLimitPerIndex: pointer(int32),
    maxFailedIndexes: pointer(int32),
    podFailurePolicy: pointer(table('PodFailurePolicy', { rules: always(list(POD_FAILURE_POLICY_RULE), NONE) })),
    successPolicy: pointer(table('SuccessPolicy', { rules: always(list(SUCCESS_POLICY_RULE), NONE) })),
    podReplacementPolicy: pointer(oneOf('Failed', 'TerminatingOrFailed')),
    suspend: defaulted(pointer(bool), false),
    ttlSecondsAfterFinished: pointer(int32),
    selector: pointer(LABEL_SELECTOR),
    manualSelector: pointer(bool),
    managedBy: pointer(text),
    template: always(POD_TEMPLATE, EMPTY),
  },
  { complete: completed },
);

const JOB_STATUS = table('JobStatus', {
  conditions: always(list(CONDITION), NONE),
  startTime: pointer(time),
  completionTime: pointer(time),
  active: count,
  succeeded: count,
  failed: count,
  ready: pointer(int32),
  terminating: pointer(int32),
  completedIndexes: text,
  failedIndexes: pointer(text),
  uncountedTerminatedPods: pointer(
    table('UncountedTerminatedPods', { succeeded: always(list(text), NONE), failed: always(list(text), NONE) }),
  ),
});

/** A Job without labels gets those of its pods. */
function withTemplateLabels(job: Data): Data {
  const metadata = job['metadata'] as Data | undefined;
  const spec = job['spec'] as { readonly template?: { readonly metadata?: { readonly labels?: Data } } } | undefined;
  const own = metadata?.['labels'] as Data | undefined;
  const labels = spec?.template?.metadata?.labels;
  if (metadata === undefined || labels === undefined || Object.keys(labels).length === 0) return job;
  if (own !== undefined && Object.keys(own).length > 0) return job;
  return { ...job, metadata: { ...metadata, labels } };
}

export const JOB = table(
  'Job',
  {
    metadata: METADATA,
    spec: always(JOB_SPEC, EMPTY),
    status: server(always(JOB_STATUS, EMPTY)),
  },
  { complete: withTemplateLabels },
);

const CRON_JOB_SPEC = table('CronJobSpec', {
  schedule: always(text, ''),
  timeZone: pointer(text),
  startingDeadlineSeconds: pointer(int64),
  concurrencyPolicy: defaulted(oneOf('Allow', 'Forbid', 'Replace'), 'Allow'),
  suspend: defaulted(pointer(bool), false),
  jobTemplate: always(
    table('JobTemplateSpec', { metadata: always(TEMPLATE_META, EMPTY), spec: always(JOB_SPEC, EMPTY) }),
    EMPTY,
  ),
  successfulJobsHistoryLimit: defaulted(pointer(int32), 3),
  failedJobsHistoryLimit: defaulted(pointer(int32), 1),
});

export const CRON_JOB = table('CronJob', {
  metadata: METADATA,
  spec: always(CRON_JOB_SPEC, EMPTY),
  status: server(
    always(
      table('CronJobStatus', {
        active: always(list(OBJECT_REFERENCE), NONE),
        lastScheduleTime: pointer(time),
        lastSuccessfulTime: pointer(time),
      }),
      EMPTY,
    ),
  ),
});

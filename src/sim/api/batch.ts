import type { ObjectReference } from './core.ts';
import type { Condition, ConditionStatus, LabelSelector, ObjectMeta, Timestamp } from './meta.ts';
import type { PodTemplateSpec } from './pod.ts';

/** One rule of a pod failure policy: exactly one of the two patterns is set. The first rule that fits decides. */
export interface PodFailurePolicyRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  readonly onExitCodes?: {
    /** Absent: any container. */
    readonly containerName?: string;
    readonly operator: 'In' | 'NotIn';
    readonly values: readonly number[];
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: ConditionStatus }[];
}

/** A Job succeeds when one of the rules does: so many of those indexes, or all of them. */
export interface SuccessPolicyRule {
  /** As `0,2-4`. Absent: all. */
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

export interface JobSpec {
  readonly parallelism: number;
  /** Absent: a work queue, done when its pods say so. */
  readonly completions?: number;
  readonly completionMode: 'NonIndexed' | 'Indexed';
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly podFailurePolicy?: { readonly rules: readonly PodFailurePolicyRule[] };
  readonly successPolicy?: { readonly rules: readonly SuccessPolicyRule[] };
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed';
  readonly suspend: boolean;
  readonly ttlSecondsAfterFinished?: number;
  /** The API server makes it from the uid, unless `manualSelector`. */
  readonly selector?: LabelSelector;
  readonly manualSelector?: boolean;
  /** Who else looks after this Job; the Job controller then leaves it alone. */
  readonly managedBy?: string;
  readonly template: PodTemplateSpec;
}

export interface JobStatus {
  readonly conditions: readonly Condition[];
  readonly startTime?: Timestamp | undefined;
  readonly completionTime?: Timestamp | undefined;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly ready?: number | undefined;
  readonly terminating?: number | undefined;
  /** As `0,2-4`. */
  readonly completedIndexes?: string | undefined;
  readonly failedIndexes?: string | undefined;
  /** Uids of finished pods that still carry the finalizer and are not part of `succeeded` and `failed` yet. */
  readonly uncountedTerminatedPods?:
    { readonly succeeded: readonly string[]; readonly failed: readonly string[] } | undefined;
}

export interface Job {
  readonly kind: 'Job';
  readonly metadata: ObjectMeta;
  readonly spec: JobSpec;
  readonly status: JobStatus;
}

export interface JobTemplateSpec {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: JobSpec;
}

export interface CronJobSpec {
  readonly schedule: string;
  /** An IANA name. Absent: that of the controller manager, which is UTC. */
  readonly timeZone?: string;
  readonly startingDeadlineSeconds?: number;
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend: boolean;
  readonly jobTemplate: JobTemplateSpec;
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
}

export interface CronJobStatus {
  readonly active: readonly ObjectReference[];
  readonly lastScheduleTime?: Timestamp | undefined;
  readonly lastSuccessfulTime?: Timestamp | undefined;
}

export interface CronJob {
  readonly kind: 'CronJob';
  readonly metadata: ObjectMeta;
  readonly spec: CronJobSpec;
  readonly status: CronJobStatus;
}

/** On every pod of a Job until it has been counted. */
export const JOB_TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index';
export const CONTROLLER_UID_LABEL = 'batch.kubernetes.io/controller-uid';
export const JOB_NAME_LABEL = 'batch.kubernetes.io/job-name';
/** The same two labels as older releases wrote them; both are kept. */
export const OLD_CONTROLLER_UID_LABEL = 'controller-uid';
export const OLD_JOB_NAME_LABEL = 'job-name';

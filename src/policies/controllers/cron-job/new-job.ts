import type { CronJob, Job } from '../../../sim/api/batch.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import { formatLocalTime } from '../../../sim/api/timestamps.ts';
import { offsetAt, type TimeZone } from '../../../sim/api/time-zone.ts';
import { controllerReference } from '../ownership.ts';

const SCHEDULED_TIME_ANNOTATION = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
/** Minutes from 1970 to the run's epoch. */
const UNIX_MINUTES_OF_EPOCH = 29_453_760;

/** The name of the Job for a time: the same for the same minute, so that it cannot be made twice. */
export function jobName(cronJob: CronJob, scheduledTime: number): string {
  return `${cronJob.metadata.name}-${UNIX_MINUTES_OF_EPOCH + Math.floor(scheduledTime / MICROS_PER_MINUTE)}`;
}

/** The Job that a CronJob makes for a time. */
export function newJob(cronJob: CronJob, scheduledTime: number, zone: TimeZone): Job {
  const { jobTemplate } = cronJob.spec;
  const offsetSeconds = offsetAt(zone, Math.floor(scheduledTime / MICROS_PER_SECOND));
  return {
    kind: 'Job',
    metadata: newObjectMeta({
      namespace: cronJob.metadata.namespace,
      name: jobName(cronJob, scheduledTime),
      labels: jobTemplate.metadata.labels,
      annotations: {
        ...jobTemplate.metadata.annotations,
        [SCHEDULED_TIME_ANNOTATION]: formatLocalTime(scheduledTime, offsetSeconds),
      },
      ownerReferences: [controllerReference(cronJob)],
    }),
    spec: jobTemplate.spec,
    status: { conditions: [], active: 0, succeeded: 0, failed: 0 },
  };
}

import type { CronJob, Job } from '../../sim/api/batch.ts';
import type { DaemonSet } from '../../sim/api/daemon-set.ts';
import type { Container } from '../../sim/api/pod.ts';
import { podTemplateOf } from '../../sim/api/pod-template.ts';
import type { ApiObject } from '../../sim/api/kinds.ts';
import type { ReplicationController } from '../../sim/api/replication-controller.ts';
import type { StatefulSet } from '../../sim/api/stateful-set.ts';
import type { Deployment, ReplicaSet } from '../../sim/api/workloads.ts';
import { age, humanDuration } from './age.ts';
import { AGE, NAME, orNone, type Column, type Columns } from './column.ts';
import { imagesOf, labelsText, namesOf, selectorText } from './selector-cells.ts';

const CONTAINERS: Column<ApiObject> = {
  name: 'CONTAINERS',
  wide: true,
  cell: (object) => namesOf(containersOf(object)),
};
const IMAGES: Column<ApiObject> = { name: 'IMAGES', wide: true, cell: (object) => imagesOf(containersOf(object)) };

function containersOf(object: ApiObject): readonly Container[] {
  return podTemplateOf(object)?.spec.containers ?? [];
}

export const DEPLOYMENT_COLUMNS: Columns<Deployment> = [
  NAME,
  { name: 'READY', cell: ({ spec, status }) => `${status.readyReplicas}/${spec.replicas}` },
  { name: 'UP-TO-DATE', cell: ({ status }) => String(status.updatedReplicas) },
  { name: 'AVAILABLE', cell: ({ status }) => String(status.availableReplicas) },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => selectorText(spec.selector) },
];

export const REPLICA_SET_COLUMNS: Columns<ReplicaSet> = [
  NAME,
  { name: 'DESIRED', cell: ({ spec }) => String(spec.replicas) },
  { name: 'CURRENT', cell: ({ status }) => String(status.replicas) },
  { name: 'READY', cell: ({ status }) => String(status.readyReplicas) },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => selectorText(spec.selector) },
];

export const REPLICATION_CONTROLLER_COLUMNS: Columns<ReplicationController> = [
  NAME,
  { name: 'DESIRED', cell: ({ spec }) => String(spec.replicas) },
  { name: 'CURRENT', cell: ({ status }) => String(status.replicas) },
  { name: 'READY', cell: ({ status }) => String(status.readyReplicas) },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => labelsText(spec.selector) },
];

export const STATEFUL_SET_COLUMNS: Columns<StatefulSet> = [
  NAME,
  { name: 'READY', cell: ({ spec, status }) => `${status.readyReplicas}/${spec.replicas}` },
  AGE,
  CONTAINERS,
  IMAGES,
];

export const DAEMON_SET_COLUMNS: Columns<DaemonSet> = [
  NAME,
  { name: 'DESIRED', cell: ({ status }) => String(status.desiredNumberScheduled) },
  { name: 'CURRENT', cell: ({ status }) => String(status.currentNumberScheduled) },
  { name: 'READY', cell: ({ status }) => String(status.numberReady) },
  { name: 'UP-TO-DATE', cell: ({ status }) => String(status.updatedNumberScheduled) },
  { name: 'AVAILABLE', cell: ({ status }) => String(status.numberAvailable) },
  { name: 'NODE SELECTOR', cell: ({ spec }) => labelsText(spec.template.spec.nodeSelector) },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => selectorText(spec.selector) },
];

export const JOB_COLUMNS: Columns<Job> = [
  NAME,
  { name: 'STATUS', cell: jobStatus },
  { name: 'COMPLETIONS', cell: completions },
  { name: 'DURATION', cell: jobDuration },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => selectorText(spec.selector) },
];

function jobStatus({ metadata, status }: Job): string {
  const has = (type: string): boolean => status.conditions.some((one) => one.type === type && one.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  if (spec.completions !== undefined) return `${status.succeeded}/${spec.completions}`;
  return spec.parallelism > 1 ? `${status.succeeded}/1 of ${spec.parallelism}` : `${status.succeeded}/1`;
}

function jobDuration({ status: { startTime, completionTime } }: Job, now: number): string {
  return startTime === undefined ? '' : humanDuration((completionTime ?? now) - startTime);
}

export const CRON_JOB_COLUMNS: Columns<CronJob> = [
  NAME,
  { name: 'SCHEDULE', cell: ({ spec }) => spec.schedule },
  { name: 'TIMEZONE', cell: ({ spec }) => orNone(spec.timeZone) },
  { name: 'SUSPEND', cell: ({ spec }) => (spec.suspend ? 'True' : 'False') },
  { name: 'ACTIVE', cell: ({ status }) => String(status.active.length) },
  {
    name: 'LAST SCHEDULE',
    cell: ({ status }, now) => (status.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, now)),
  },
  AGE,
  CONTAINERS,
  IMAGES,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => selectorText(spec.jobTemplate.spec.selector) },
];

import type { CronJob, Job } from '../../sim/api/batch.ts';
import type { Change } from '../../sim/api/change.ts';
import { parseCronSchedule } from '../../sim/api/cron-schedule.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { controllerOf } from '../../sim/api/meta.ts';
import { timeZone, UTC } from '../../sim/api/time-zone.ts';
import { formatRfc1123 } from '../../sim/api/timestamps.ts';
import { isNamespaceTerminating } from '../../sim/api/status-cause.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { CronJobDraft } from './cron-job/draft.ts';
import { missedTimes, untilNextTime, type Clock } from './cron-job/missed-times.ts';
import { jobName, newJob } from './cron-job/new-job.ts';
import { finishedConditionOf } from './job/conditions.ts';
import { ask } from './requests.ts';

const MICROS_PER_SECOND = 1_000_000;

/** Makes Jobs at the times of a schedule (kubernetes-behaviour.md 3.6). */
export const cronJob: ControllerFactory = (host) => new CronJobController(host);

class CronJobController implements Controller {
  readonly name = 'cronjob';
  readonly workers = 5;
  readonly handlers = {
    CronJob: (change: Change<'CronJob'>) => this.#cronJobChanged(change),
    Job: (change: Change<'Job'>) => this.#jobChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #cronJobs: ControllerLister<'CronJob'>;
  readonly #jobs: ControllerLister<'Job'>;

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#cronJobs = host.lister('CronJob');
    this.#jobs = host.lister('Job');
  }

  // ---- What happens to the queue ----

  #cronJobChanged({ object, previous }: Change<'CronJob'>): void {
    const key = keyOf(object);
    const isRescheduled =
      previous !== undefined &&
      (previous.spec.schedule !== object.spec.schedule || previous.spec.timeZone !== object.spec.timeZone);
    if (!isRescheduled) return this.#host.enqueue(key);
    const clock = clockOf(object);
    if (typeof clock === 'string') return;
    this.#wakeForNextTime(key, object, clock);
  }

  #jobChanged({ object, previous }: Change<'Job'>): void {
    if (previous !== undefined && controllerOf(previous.metadata)?.uid !== controllerOf(object.metadata)?.uid) {
      this.#enqueueOwner(previous);
    }
    this.#enqueueOwner(object);
  }

  #enqueueOwner({ metadata }: Job): void {
    const reference = controllerOf(metadata);
    if (reference?.kind !== 'CronJob') return;
    const owner = this.#cronJobs.get(objectKey(metadata.namespace, reference.name));
    if (owner?.metadata.uid === reference.uid) this.#host.enqueue(keyOf(owner));
  }

  #wakeForNextTime(key: string, cronJob: CronJob, clock: Clock): void {
    const delay = untilNextTime(cronJob, this.#host.now(), clock);
    if (delay !== undefined) this.#host.enqueueAfter(key, delay);
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    const found = this.#cronJobs.get(key);
    if (found === undefined) return;
    const draft = new CronJobDraft(found);
    const jobs = this.#jobs.ownedBy(found.metadata.uid);
    yield* this.#tidyHistory(draft, jobs);
    const { failure, next } = yield* this.#syncCronJob(draft, jobs);
    if (draft.changed) {
      const answer = yield* ask({ verb: 'update', subresource: 'status', object: draft.written });
      if (!answer.ok) throw new SyncError(answer.message);
    }
    if (failure !== undefined) throw new SyncError(failure);
    if (next !== undefined) this.#wakeForNextTime(key, draft.written, next);
  }

  /** Deletes the oldest finished Jobs beyond the limits of the history, those that succeeded first. */
  *#tidyHistory(draft: CronJobDraft, jobs: readonly Job[]): Steps<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = draft.cronJob.spec;
    const ended = (type: string): Job[] => jobs.filter((job) => finishedConditionOf(job)?.type === type);
    const surplus = [
      ...oldest(ended('Complete'), successfulJobsHistoryLimit),
      ...oldest(ended('Failed'), failedJobsHistoryLimit),
    ];
    for (const job of surplus) if (yield* this.#deleteJob(draft, job)) draft.changed = true;
  }

  /** Gives why it failed, or by which clock to wake up again. */
  *#syncCronJob(
    draft: CronJobDraft,
    jobs: readonly Job[],
  ): Steps<{ readonly failure?: string; readonly next?: Clock }> {
    const { cronJob } = draft;
    const now = this.#host.now();
    const stale = yield* this.#reconcileActive(draft, jobs);
    if (stale !== undefined) return { failure: stale };
    if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec.suspend) return {};
    const clock = clockOf(cronJob);
    if (typeof clock === 'string') {
      this.#host.record(cronJob, 'Warning', 'UnparseableSchedule', clock);
      return {};
    }
    const { latest, missed, error } = missedTimes(draft.written, now, clock, true);
    if (error !== undefined) {
      const message = `invalid schedule: ${cronJob.spec.schedule} : ${error}`;
      this.#host.record(cronJob, 'Warning', 'InvalidSchedule', message);
      return {};
    }
    if (latest === undefined) return { next: clock };
    if (missed === 'many') {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#host.record(cronJob, 'Warning', 'TooManyMissedTimes', message);
    }
    const failure = yield* this.#startIfDue(draft, latest, now, clock);
    return failure === undefined ? { next: clock } : { failure };
  }

  /** Brings the list of active Jobs in line with the Jobs there are. */
  *#reconcileActive(draft: CronJobDraft, jobs: readonly Job[]): Steps<string | undefined> {
    const { cronJob } = draft;
    // The newest first: if the cache does not know that one, the others are judged by what the server says.
    for (const job of [...jobs].reverse()) {
      const { uid, name } = job.metadata;
      const ended = finishedConditionOf(job);
      const isListed = draft.isActive(uid);
      if (!isListed && ended === undefined) {
        // The cache of Jobs may be newer than that of CronJobs: the server knows whether the Job was ours.
        const fresh = yield* ask({ verb: 'get', kind: 'CronJob', key: keyOf(cronJob) });
        if (!fresh.ok) return fresh.message;
        if ((fresh.object as CronJob).status.active.some((one) => one.uid === uid)) {
          draft.continueFrom(fresh.object as CronJob);
          continue;
        }
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        this.#host.record(cronJob, 'Warning', 'UnexpectedJob', message);
      } else if (isListed && ended !== undefined) {
        draft.removeActive(uid);
        const message = `Saw completed job: ${name}, condition: ${ended.type}`;
        this.#host.record(cronJob, 'Normal', 'SawCompletedJob', message);
      }
      if (ended?.type === 'Complete') draft.noteSuccess(job);
    }
    const known = new Set(jobs.map(({ metadata }) => metadata.uid));
    for (const { uid, name, namespace } of draft.status.active) {
      if (known.has(uid)) continue;
      const answer = yield* ask({ verb: 'get', kind: 'Job', key: objectKey(namespace, name) });
      if (answer.ok) continue;
      if (answer.reason !== 'NotFound') return answer.message;
      this.#host.record(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
      draft.removeActive(uid);
    }
    return undefined;
  }

  /** Starts the Job of a time, unless it is too late, done already or not allowed. Gives why it failed. */
  *#startIfDue(draft: CronJobDraft, due: number, now: number, clock: Clock): Steps<string | undefined> {
    const { cronJob, status } = draft;
    const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec;
    if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds * MICROS_PER_SECOND < now) {
      const message = `Missed scheduled time to start a job: ${formatRfc1123(due)}`;
      this.#host.record(cronJob, 'Warning', 'MissSchedule', message);
      return undefined;
    }
    const name = jobName(cronJob, due);
    if (status.active.some((one) => one.name === name) || status.lastScheduleTime === due) return undefined;
    if (concurrencyPolicy === 'Forbid' && status.active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#host.record(cronJob, 'Normal', 'JobAlreadyActive', message);
      return undefined;
    }
    if (concurrencyPolicy === 'Replace') {
      const failure = yield* this.#deleteActive(draft);
      if (failure !== undefined) return failure;
    }
    const answer = yield* ask({ verb: 'create', object: newJob(cronJob, due, clock.zone) });
    if (answer.ok) {
      this.#host.record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      draft.addActive(answer.object as Job, due);
      return undefined;
    }
    if (answer.reason === 'AlreadyExists') return yield* this.#adoptExisting(draft, name, due);
    if (!isNamespaceTerminating(answer)) {
      this.#host.record(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${answer.message}`);
    }
    return answer.message;
  }

  /** The Job is there though the status does not say so: what was created once is not created again, but noted. */
  *#adoptExisting(draft: CronJobDraft, name: string, due: number): Steps<string | undefined> {
    const key = objectKey(draft.cronJob.metadata.namespace, name);
    const answer = yield* ask({ verb: 'get', kind: 'Job', key });
    if (!answer.ok) return answer.message;
    const job = answer.object as Job;
    const isOwn = controllerOf(job.metadata)?.uid === draft.cronJob.metadata.uid;
    if (isOwn && !draft.isActive(job.metadata.uid)) draft.addActive(job, due);
    return undefined;
  }

  *#deleteActive(draft: CronJobDraft): Steps<string | undefined> {
    for (const { namespace, name } of draft.status.active) {
      const answer = yield* ask({ verb: 'get', kind: 'Job', key: objectKey(namespace, name) });
      if (!answer.ok) {
        this.#host.record(draft.cronJob, 'Warning', 'FailedGet', `Get job: ${answer.message}`);
        return answer.message;
      }
      if (!(yield* this.#deleteJob(draft, answer.object as Job))) return `could not replace job ${namespace}/${name}`;
    }
    return undefined;
  }

  *#deleteJob(draft: CronJobDraft, job: Job): Steps<boolean> {
    const { name, uid } = job.metadata;
    const answer = yield* ask({ verb: 'delete', kind: 'Job', key: keyOf(job), propagation: 'Background' });
    if (!answer.ok) {
      this.#host.record(draft.cronJob, 'Warning', 'FailedDelete', `Deleted job: ${answer.message}`);
      return false;
    }
    draft.removeActive(uid);
    this.#host.record(draft.cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }
}

/** The clock of a CronJob, or what is wrong with its schedule. */
function clockOf({ spec }: CronJob): Clock | string {
  const zone = spec.timeZone === undefined ? UTC : timeZone(spec.timeZone);
  if (zone === undefined) return `invalid timeZone: ${spec.timeZone}: unknown time zone ${spec.timeZone}`;
  const schedule = parseCronSchedule(spec.schedule);
  return typeof schedule === 'string' ? `unparseable schedule: ${spec.schedule} : ${schedule}` : { schedule, zone };
}

/** The Jobs beyond a limit, those that started first. */
function oldest(jobs: readonly Job[], limit: number): readonly Job[] {
  if (jobs.length <= limit) return [];
  return [...jobs].sort(byStart).slice(0, jobs.length - limit);
}

function byStart(a: Job, b: Job): number {
  const startA = a.status.startTime ?? Infinity;
  const startB = b.status.startTime ?? Infinity;
  if (startA !== startB) return startA < startB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

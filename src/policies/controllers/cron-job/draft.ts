import type { CronJob, CronJobStatus, Job } from '../../../sim/api/batch.ts';
import type { ObjectReference } from '../../../sim/api/core.ts';

/** A CronJob as a sync goes on changing its status. */
export class CronJobDraft {
  #cronJob: CronJob;
  #status: { -readonly [K in keyof CronJobStatus]: CronJobStatus[K] };
  /** Whether there is something to write. */
  changed = false;

  constructor(cronJob: CronJob) {
    this.#cronJob = cronJob;
    this.#status = { ...cronJob.status };
  }

  get cronJob(): CronJob {
    return this.#cronJob;
  }

  /** Goes on from what the server has: what an old cache led to is forgotten. */
  continueFrom(fresh: CronJob): void {
    this.#cronJob = fresh;
    this.#status = { ...fresh.status };
    this.changed = false;
  }

  get status(): CronJobStatus {
    return this.#status;
  }

  /** The CronJob with the status as it is now. */
  get written(): CronJob {
    return { ...this.#cronJob, status: { ...this.#status } };
  }

  isActive(uid: string): boolean {
    return this.#status.active.some((one) => one.uid === uid);
  }

  addActive({ metadata }: Job, scheduledTime: number): void {
    const reference: ObjectReference = {
      kind: 'Job',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
    };
    this.#status.active = [...this.#status.active, reference];
    this.#status.lastScheduleTime = scheduledTime;
    this.changed = true;
  }

  removeActive(uid: string): void {
    this.#status.active = this.#status.active.filter((one) => one.uid !== uid);
    this.changed = true;
  }

  /** Notes when a Job succeeded, if it is the latest that did. */
  noteSuccess({ status }: Job): void {
    const { completionTime } = status;
    const { lastSuccessfulTime } = this.#status;
    if (completionTime === undefined || (lastSuccessfulTime !== undefined && completionTime <= lastSuccessfulTime)) {
      return;
    }
    this.#status.lastSuccessfulTime = completionTime;
    this.changed = true;
  }
}

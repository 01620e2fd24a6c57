import type { Job } from '../../sim/api/batch.ts';
import type { Change } from '../../sim/api/change.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { Controller, ControllerFactory } from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { finishedConditionOf } from './job/conditions.ts';
import { ask } from './requests.ts';

const MICROS_PER_SECOND = 1_000_000;

/** Deletes Jobs when they have been finished for as long as they say (kubernetes-behaviour.md 3.5). */
export const ttlAfterFinished: ControllerFactory = (host) => {
  const jobs = host.lister('Job');

  /** When a Job is to go; undefined: it does not go by itself, or not yet. Microseconds. */
  function expiryOf(job: Job): number | undefined {
    const finishedAt = finishedConditionOf(job)?.lastTransitionTime;
    const { ttlSecondsAfterFinished } = job.spec;
    if (finishedAt === undefined || ttlSecondsAfterFinished === undefined) return undefined;
    return job.metadata.deletionTimestamp === undefined
      ? finishedAt + ttlSecondsAfterFinished * MICROS_PER_SECOND
      : undefined;
  }

  /** Whether its time is up; if it will be, the Job is looked at again then. */
  function isExpired(key: string, job: Job): boolean {
    const expiry = expiryOf(job);
    if (expiry === undefined) return false;
    const left = expiry - host.now();
    if (left > 0) host.enqueueAfter(key, left);
    return left <= 0;
  }

  return {
    name: 'ttl-after-finished',
    workers: 5,
    handlers: {
      Job: ({ type, object }: Change<'Job'>) => {
        if (type !== 'DELETED' && expiryOf(object) !== undefined) host.enqueue(keyOf(object));
      },
    },
    *sync(key) {
      const cached = jobs.get(key);
      if (cached === undefined || !isExpired(key, cached)) return;
      // The cache may be old: the time may have been lengthened since.
      const fresh = yield* ask({ verb: 'get', kind: 'Job', key });
      if (!fresh.ok) {
        if (fresh.reason === 'NotFound') return;
        throw new SyncError(fresh.message);
      }
      const job = fresh.object as Job;
      if (!isExpired(key, job)) return;
      const { uid } = job.metadata;
      const answer = yield* ask({ verb: 'delete', kind: 'Job', key, uid, propagation: 'Foreground' });
      if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
    },
  } satisfies Controller;
};

import { expect, it } from 'vitest';
import { ControllerWorld, SECOND } from '../../../test/doubles/controller-world.ts';
import type { CronJob, Job } from '../../sim/api/batch.ts';
import { decodeObject } from '../../sim/api/decode/decode-object.ts';
import { UTC } from '../../sim/api/time-zone.ts';
import { cronJob } from './cron-job.ts';
import { newJob } from './cron-job/new-job.ts';

/** A CronJob that starts nothing and keeps no Job that has ended. */
function cronJobWithoutHistory(): CronJob {
  const raw = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      suspend: true,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 0,
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1' }] } } },
      },
    },
  };
  const decoded = decodeObject(raw, (problem) => {
    throw new Error(problem.message);
  });
  return { ...(decoded as CronJob), status: { active: [] } };
}

it('tidies the history of the Jobs that succeeded first, each from the one that started first', () => {
  const one = new ControllerWorld({ controllers: [cronJob] });
  const owner = one.apply(cronJobWithoutHistory());
  const ended: string[] = [];
  ['Failed', 'Complete', 'Failed', 'Complete'].forEach((type, i) => {
    const job: Job = newJob(owner, i * 60 * SECOND, UTC);
    const startTime = i * 60 * SECOND;
    ended.push(job.metadata.name);
    one.apply({ ...job, status: { ...job.status, startTime, conditions: [{ type, status: 'True' }] } });
  });
  one.run(SECOND);
  const deleted = one.sent.flatMap(({ request }) => (request.verb === 'delete' ? [request.key] : []));
  expect(deleted).toEqual([1, 3, 0, 2].map((i) => `default/${ended[i]}`));
  expect(one.list('Job')).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../api/batch.ts';
import { JobRuns } from './job-runs.ts';

const SECOND = 1_000_000;

function job(status: Partial<JobStatus>): Job {
  return {
    kind: 'Job',
    metadata: {
      name: 'j',
      namespace: 'default',
      uid: 'u',
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: {},
      annotations: {},
      ownerReferences: [],
      finalizers: [],
    },
    spec: {
      parallelism: 2,
      completions: 4,
      completionMode: 'NonIndexed',
      backoffLimit: 6,
      podReplacementPolicy: 'TerminatingOrFailed',
      suspend: false,
      template: { metadata: { labels: {}, annotations: {} }, spec: { containers: [] } },
    },
    status: { conditions: [], active: 0, succeeded: 0, failed: 0, ...status },
  };
}

describe('the runs of Jobs', () => {
  it('last from their creation to their last condition', () => {
    const runs = new JobRuns();
    runs.observe({ type: 'ADDED', object: job({}), previous: undefined }, 0);
    runs.observe({ type: 'MODIFIED', object: job({ active: 2 }), previous: job({}) }, SECOND);
    const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' } as const;
    const over = job({ succeeded: 1, failed: 7, conditions: [failed] });
    runs.observe({ type: 'MODIFIED', object: over, previous: job({}) }, 9 * SECOND);
    runs.observe({ type: 'DELETED', object: over, previous: over }, 10 * SECOND);
    expect(runs.records()).toEqual([
      {
        namespace: 'default',
        name: 'j',
        startedAt: 0,
        endedAt: 9 * SECOND,
        outcome: 'Failed: BackoffLimitExceeded',
        completions: 4,
        peakActive: 2,
        podsSucceeded: 1,
        podsFailed: 7,
      },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { runWorkload } from '../bench/scheduler-perf/run-workload.ts';
import { WORKLOADS } from '../bench/scheduler-perf/workloads.ts';

/** A two-hundredth of each: enough to see that it is the workload that it says it is. */
const SHARE = 0.005;

describe('the workloads of scheduler_perf', () => {
  it.each(WORKLOADS.map((workload) => [`${workload.name}/${workload.size}`, workload] as const))(
    '%s places every pod that is measured',
    (_, workload) => {
      const result = runWorkload(workload, SHARE);
      expect(result.scheduled).toBe(Math.ceil(workload.measurePods * SHARE));
      expect(result.attempts).toBeGreaterThanOrEqual(result.scheduled);
      expect(result.hash).toBe(runWorkload(workload, SHARE).hash);
    },
  );
});

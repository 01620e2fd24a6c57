import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replicate } from '../src/cli/replicate.ts';
import { comparePaired } from '../src/experiment/statistics/paired.ts';

/**
 * What the same seeds are worth: runs of two policies move together, so the variance of their difference is a fraction of
 * what it is between runs that have nothing to do with each other. The control takes other seeds for one of the two.
 */

const LONG = process.env['ORRERY_LONG'] !== undefined;
const SEEDS = LONG ? 200 : 24;
const PAIRS = [
  ['default', 'most-allocated'],
  ['default', 'first-fit'],
  ['most-allocated', 'random'],
] as const;

const scratch = mkdtempSync(join(tmpdir(), 'orrery-crn-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'jobs.yaml');
writeFileSync(
  path,
  `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: jobs }
spec:
  duration: 10m
  cluster:
    nodes: [{ count: 4, capacity: { cpu: 4, memory: 16Gi } }]
  workload:
    - name: jobs
      count: 60
      interarrival: { exponential: { mean: 4s } }
      lifetime: { exponential: { mean: 60s } }
      deleteFinished: true
      templates:
        - { weight: 3, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 500m } } }] } }
        - { weight: 1, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 3 } } }] } }
`,
);

/** Mean CPU requested under the seeds from `first` on. */
async function runs(policy: string, first: number): Promise<number[]> {
  const values: number[] = [];
  for (let seed = first; seed < first + SEEDS; seed++) {
    const { figures } = await replicate({ path, sets: [`cluster.scheduler.policy=${policy}`], seed: String(seed) });
    values.push(figures['cpu_requested_mean']!);
  }
  return values;
}

describe('common random numbers', { timeout: 600_000 }, () => {
  const same = new Map<string, number[]>();
  const others = new Map<string, number[]>();
  beforeAll(async () => {
    for (const policy of new Set(PAIRS.flat())) same.set(policy, await runs(policy, 1));
    for (const [, policy] of PAIRS) others.set(policy, await runs(policy, 1 + SEEDS));
  }, 600_000);

  it.each(PAIRS)('make the difference of %s and %s vary at most a third as much', (a, b) => {
    expect(comparePaired(same.get(a)!, same.get(b)!, 0.95).varianceRatio).toBeGreaterThanOrEqual(3);
  });

  it.each(PAIRS)('are what does it: with other seeds for %s than for %s there is no gain', (a, b) => {
    const { varianceRatio } = comparePaired(same.get(a)!, others.get(b)!, 0.95);
    // Its standard error is about 1 / √n.
    expect(Math.abs(varianceRatio - 1)).toBeLessThan(4 / Math.sqrt(SEEDS));
  });
});

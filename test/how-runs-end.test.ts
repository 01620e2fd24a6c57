import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import type { RunRecord } from '../src/sim/recorder/run-record.ts';
import { Simulation } from '../src/sim/simulation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-how-runs-end-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const MINUTE = 60_000_000;

async function ran(path: string): Promise<RunRecord> {
  const { scenario, policies } = await prepareRun(path);
  const simulation = new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return simulation.finish();
}

it('is quiescent since its last change, though nodes renew their leases one by one after trouble', async () => {
  const run = await ran('scenarios/etcd-leader-loss.yaml');
  expect(run.endedAt).toBe(4 * MINUTE);
  expect(run.quiescentSince).toBeGreaterThan(MINUTE);
  expect(run.quiescentSince).toBeLessThan(2 * MINUTE);
});

it('is quiescent only since the last of what somebody changes', async () => {
  const label = (minute: number): string => `{ at: ${minute}m, kubectl: label pod/one step=${minute} --overwrite }`;
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(
    path,
    `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: ends }
spec:
  duration: 10m
  cluster: { nodes: [{ count: 3, capacity: { cpu: 8, memory: 16Gi } }] }
  timeline: [${[1, 3, 5, 9].map(label).join(', ')}]
---
apiVersion: v1
kind: Pod
metadata: { name: one }
spec: { containers: [{ name: c, image: "a:1" }] }
`,
  );
  const run = await ran(path);
  expect(run.quiescentSince).toBeGreaterThanOrEqual(9 * MINUTE);
});

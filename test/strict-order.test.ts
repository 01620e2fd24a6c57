import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import type { PodRecord } from '../src/sim/recorder/records.ts';
import { Simulation } from '../src/sim/simulation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-order-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A small pod that could run at once comes after a large one that has to wait. */
const TASKS = `name,arrival_seconds,duration_seconds,cpu_milli,memory_bytes
first,0,100,3000,0
large,10,50,4000,0
small,20,10,1000,0
`;

it.each([
  ['strict-fifo', ['0', '1', '2']],
  ['default', ['0', '2', '1']],
])('in a whole cluster %s starts the tasks of a trace in the order %j', async (policy, expected) => {
  writeFileSync(join(scratch, 'tasks.csv'), TASKS);
  const path = join(scratch, `${policy}.yaml`);
  writeFileSync(
    path,
    `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: order }
spec:
  duration: 10m
  cluster:
    nodes: [{ count: 1, capacity: { cpu: 4, memory: 8Gi } }]
    scheduler: { policy: ${policy} }
  traces: [{ name: t, file: tasks.csv }]
`,
  );
  const { scenario, policies } = await prepareRun(path);
  const pods: PodRecord[] = [];
  const simulation = new Simulation(scenario, policies, { pod: (pod) => pods.push(pod), event: () => undefined });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  simulation.finish();
  const order = pods.sort((a, b) => a.scheduledAt - b.scheduledAt).map(({ name }) => name.replace('t-', ''));
  expect(order).toEqual(expected);
});

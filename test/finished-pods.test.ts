import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { Simulation } from '../src/sim/simulation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-finished-pods-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const scenario = (fault: string): string => `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: swept }
spec:
  duration: 10m
  cluster:
    nodes: [{ count: 20, capacity: { cpu: 64, memory: 64Gi } }]
    controlPlane: { etcd: { members: 3 } }
  workload:
    - name: batch
      count: 1200
      interarrival: 50ms
      lifetime: 5s
      deleteFinished: true
      templates: [{ spec: { restartPolicy: Never, containers: [{ name: c, image: "a:1" }] } }]
  timeline:
    - { at: 40s, fault: ${fault} }
`;

it.each([
  ['from the API server', '{ kind: NetworkPartition, between: [workload/batch, kube-apiserver], duration: 90s }'],
  ['by an API server that is gone', '{ kind: ApiServerCrash, instance: 0, duration: 30s }'],
])('finished pods are taken away although their deleter was cut off %s', async (_how, fault) => {
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(path, scenario(fault));
  const { scenario: loaded, policies } = await prepareRun(path);
  const simulation = new Simulation(loaded, policies, { pod: () => undefined, event: () => undefined });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  simulation.finish();
  expect([...simulation.api.store.values('Pod')].map(({ metadata }) => metadata.name)).toEqual([]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import type { PodRecord } from '../src/sim/recorder/records.ts';
import { Simulation } from '../src/sim/simulation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-schedulers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SCENARIO = `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: two-schedulers }
spec:
  cluster:
    nodes: [{ name: node, count: 10, capacity: { cpu: 8, memory: 32Gi } }]
    parameters: { scheduler: { cycle: 1ms, cyclePerNode: PER_NODE } }
    furtherSchedulers:
      - config:
          apiVersion: kubescheduler.config.k8s.io/v1
          kind: KubeSchedulerConfiguration
          profiles:
            - schedulerName: packer
              pluginConfig:
                - name: NodeResourcesFit
                  args: { scoringStrategy: { type: MostAllocated, resources: [{ name: cpu, weight: 1 }] } }
              plugins:
                multiPoint: { disabled: [{ name: PodTopologySpread }, { name: NodeResourcesBalancedAllocation }] }
  workload:
    - { name: spread, count: 10, templates: [{ spec: { containers: [CONTAINER] } }] }
    - { name: packed, count: 6, start: 10s, templates: [{ spec: { schedulerName: packer, containers: [CONTAINER] } }] }
`;
const CONTAINER = '{ name: c, image: "a:1", resources: { requests: { cpu: "1" } } }';

async function play(perNode: string): Promise<{ pods: PodRecord[]; attempts: number }> {
  const path = join(scratch, `two-${perNode}.yaml`);
  writeFileSync(path, SCENARIO.replaceAll('CONTAINER', CONTAINER).replace('PER_NODE', perNode));
  const { scenario, policies } = await prepareRun(path);
  const pods: PodRecord[] = [];
  const simulation = new Simulation(scenario, policies, { pod: (pod) => pods.push(pod), event: () => undefined });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { pods, attempts: simulation.finish().schedulingAttempts };
}

describe('several schedulers at once', () => {
  it('each place the pods that name them, by their own profile', async () => {
    const { pods, attempts } = await play('0s');
    const nodesOf = (name: string): string[] => pods.filter((pod) => pod.name.startsWith(name)).map((pod) => pod.node);
    expect(attempts).toBe(16);
    expect(new Set(nodesOf('spread')).size).toBe(10);
    expect(nodesOf('packed')).toHaveLength(6);
    expect(new Set(nodesOf('packed')).size).toBe(1);
  });

  it('take longer over more nodes where a node has its price', async () => {
    const latency = ({ pods }: { pods: PodRecord[] }): number =>
      Math.max(...pods.filter(({ name }) => name.startsWith('spread')).map((pod) => pod.scheduledAt - pod.createdAt));
    const cheap = latency(await play('0s'));
    const dear = latency(await play('1ms'));
    // Ten cycles, one after the other, each looking at ten nodes.
    expect(dear - cheap).toBeGreaterThan(80_000);
  });
});

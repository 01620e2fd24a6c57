import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import type { RunRecord } from '../src/sim/recorder/run-record.ts';
import { Simulation } from '../src/sim/simulation.ts';

const SECOND = 1_000_000;
const scratch = mkdtempSync(join(tmpdir(), 'orrery-health-checks-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Story {
  readonly healthCheck?: string;
  readonly parameters?: string;
  readonly fault?: string;
}

async function simulationOf({ healthCheck, parameters, fault }: Story): Promise<Simulation> {
  const path = join(scratch, 'scenario.yaml');
  writeFileSync(
    path,
    `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: checked }
spec:
  duration: 5m
  cluster:
    nodes: [{ count: 10, capacity: { cpu: 16, memory: 64Gi } }]
    ${parameters ?? ''}
    controlPlane:
      apiServers: 3
      etcd: { members: 3 }
      ${healthCheck === undefined ? '' : `healthCheck: ${healthCheck}`}
  timeline: [${fault ?? ''}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 20
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: "a:1" }] }
`,
  );
  const { scenario, policies } = await prepareRun(path);
  return new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
}

function finish(simulation: Simulation): RunRecord {
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return simulation.finish();
}

/** How many of nine processes that connect at a moment come to each server, by the moment in seconds. */
function dealtAt(simulation: Simulation, moments: readonly number[]): Map<number, readonly number[]> {
  const { engine, api } = simulation;
  const dealt = new Map<number, readonly number[]>();
  const dials = engine.on('test/nine-connect', (second) => {
    const before = api.instances.connections;
    for (let i = 0; i < 9; i++) api.instances.connection(`newcomer-${second}-${i}`);
    dealt.set(
      second,
      api.instances.connections.map((count, i) => count - before[i]!),
    );
  });
  for (const second of moments) engine.at(second * SECOND, dials, second);
  return dealt;
}

/** What `control_plane.csv` has of a metric, by name. */
function valuesOf({ controlPlane }: RunRecord, metric: string): (readonly [string, number, number])[] {
  return controlPlane.records
    .filter((one) => one.metric === metric)
    .map(({ name, value, count, totalMicros }) => [name!, value ?? count!, (totalMicros ?? 0) / SECOND] as const);
}

const CUT_OFF = '{ at: 60s, fault: { kind: NetworkPartition, between: [kube-apiserver/0, etcd], duration: 60s } }';

describe('a load balancer that checks the health of API servers', () => {
  it('gives one that is cut off from etcd no new connections after the threshold, and gives it some again after it', async () => {
    const simulation = await simulationOf({ healthCheck: '{}', fault: CUT_OFF });
    // Each check takes 2 s to fail and comes every 2 s, or every other time: three of them are over after 14 s at most.
    const dealt = dealtAt(simulation, [50, 61, 80, 115, 200]);
    let stayed = 0;
    const looks = simulation.engine.on('test/looks', () => (stayed = simulation.api.instances.connections[0]!));
    simulation.engine.at(79 * SECOND, looks, 0);
    const run = finish(simulation);
    expect([...dealt.values()]).toEqual([
      [3, 3, 3],
      [3, 3, 3],
      [0, 4, 5],
      [0, 5, 4],
      [3, 3, 3],
    ]);
    expect(stayed).toBeGreaterThanOrEqual(6);
    const downtime = valuesOf(run, 'haproxy_server_downtime_seconds_total');
    expect(downtime.map(([name, times]) => [name, times])).toEqual([
      ['kube-apiserver-0', 1],
      ['kube-apiserver-1', 0],
      ['kube-apiserver-2', 0],
    ]);
    expect(downtime[0]![2]).toBeGreaterThan(40);
    expect(downtime[0]![2]).toBeLessThan(90);
    expect(valuesOf(run, 'haproxy_server_status').map(([, value]) => value)).toEqual([1, 1, 1]);
  });

  it('knows nothing of it where it does not ask: it deals on', async () => {
    const simulation = await simulationOf({ fault: CUT_OFF });
    const dealt = dealtAt(simulation, [80, 115]);
    const run = finish(simulation);
    expect([...dealt.values()]).toEqual([
      [3, 3, 3],
      [3, 3, 3],
    ]);
    expect(valuesOf(run, 'haproxy_server_status')).toEqual([]);
  });

  it('waits as long as its interval and its thresholds say', async () => {
    const simulation = await simulationOf({
      healthCheck: '{ interval: 10s, unhealthyThreshold: 4, healthyThreshold: 3 }',
      fault: CUT_OFF,
    });
    const dealt = dealtAt(simulation, [85, 115, 125, 160]);
    finish(simulation);
    expect([...dealt.values()].map(([first]) => first)).toEqual([3, 0, 0, 3]);
  });

  it('gives to all where nobody is ready', async () => {
    const fault = '{ at: 60s, fault: { kind: NetworkPartition, between: [kube-apiserver, etcd], duration: 60s } }';
    const simulation = await simulationOf({ healthCheck: '{}', fault });
    const dealt = dealtAt(simulation, [100]);
    const run = finish(simulation);
    expect([...dealt.values()]).toEqual([[3, 3, 3]]);
    expect(valuesOf(run, 'haproxy_server_downtime_seconds_total').map(([, times]) => times)).toEqual([1, 1, 1]);
  });

  it('gives one that was started again its first connection when it has been ready twice', async () => {
    const fault = '{ at: 60s, fault: { kind: ApiServerCrash, instance: 0, duration: 30s } }';
    const parameters = 'parameters: { apiServer: { start: 3s } }';
    const simulation = await simulationOf({ healthCheck: '{ interval: 10s }', parameters, fault });
    const dealt = dealtAt(simulation, [94, 120]);
    finish(simulation);
    expect([...dealt.values()].map(([first]) => first)).toEqual([0, 3]);
  });

  it('hears of a shutdown before it happens: no connection is cut that came late', async () => {
    const fault = '{ at: 60s, fault: { kind: ApiServerRestart, instance: 0, duration: 4m } }';
    const parameters = 'parameters: { apiServer: { shutdownDelayDuration: 20s } }';
    const simulation = await simulationOf({ healthCheck: '{}', parameters, fault });
    const dealt = dealtAt(simulation, [61, 75, 85]);
    const states: string[] = [];
    const looks = simulation.engine.on('test/looks', () => states.push(simulation.api.instances.all[0]!.state));
    for (const second of [79, 81, 139, 141]) simulation.engine.at(second * SECOND, looks, 0);
    const run = finish(simulation);
    expect([...dealt.values()].map(([first]) => first)).toEqual([3, 0, 0]);
    expect(states).toEqual(['running', 'stopping', 'stopping', 'dead']);
    expect(valuesOf(run, 'kubernetes_healthcheck').map(([name, value]) => [name, value])).toContainEqual([
      'kube-apiserver-1/readyz',
      1,
    ]);
  });

  it('costs nothing as long as all is well', async () => {
    const checked = finish(await simulationOf({ healthCheck: '{ interval: 1s }' }));
    const unchecked = finish(await simulationOf({}));
    expect(checked.fingerprint).toBe(unchecked.fingerprint);
  });
});

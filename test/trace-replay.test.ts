import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { readSwf } from '../src/scenario/traces/swf.ts';
import { readSimKube } from '../src/scenario/traces/simkube.ts';
import { simKubeScenario } from '../src/scenario/traces/simkube-scenario.ts';
import { taskHeader, taskLines } from '../src/scenario/traces/task-csv.ts';
import type { TraceTask } from '../src/scenario/traces/trace-task.ts';
import type { PodRecord } from '../src/sim/recorder/records.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const data = process.env['ORRERY_DATA'] ?? '';
const scratch = mkdtempSync(join(tmpdir(), 'orrery-replay-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SECOND = 1_000_000;

async function simulate(path: string, at?: (simulation: Simulation) => void): Promise<PodRecord[]> {
  const { scenario, policies } = await prepareRun(path);
  const pods: PodRecord[] = [];
  const simulation = new Simulation(scenario, policies, { pod: (pod) => pods.push(pod), event: () => undefined });
  if (at !== undefined) at(simulation);
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  simulation.finish();
  return pods;
}

describe.skipIf(!existsSync(join(data, 'swf')))('a log of a parallel computer (set ORRERY_DATA)', () => {
  it('NASA iPSC: every job of the log starts when it was submitted, but for the eleven that find the machine full', async () => {
    const tasks: TraceTask[] = [];
    await readSwf(join(data, 'swf', 'NASA-iPSC-1993-3.1-cln.swf.gz'), (task) => tasks.push(task));
    writeFileSync(join(scratch, 'nasa.csv'), taskHeader() + taskLines(tasks));
    const scenario = join(scratch, 'nasa.yaml');
    writeFileSync(
      scenario,
      `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: nasa }
spec:
  duration: 2400h
  cluster:
    nodes: [{ count: 1, capacity: { cpu: 128, memory: 1Ti, pods: 1000 } }]
    scheduler: { policy: strict-fifo }
    clientLimits: { controllerManager: unlimited, scheduler: unlimited, kubelet: unlimited }
    parameters:
      events: false
      network: { clientToApiServer: 0s }
      apiServer: { read: 0s, write: 0s }
      etcd: { commit: 0s }
      watch: { delivery: 0s }
      scheduler: { cycle: 0s, cyclePerNode: 0s }
      kubelet: { admission: 0s, volumeWait: 0s, sandbox: 0s, containerCreate: 0s, containerStart: 0s, statusDelay: 0s, teardown: 0s, plegPeriod: 1us }
      image: { registryRoundTrip: 0s, sizeBytes: 0 }
  traces: [{ name: nasa, file: nasa.csv }]
`,
    );
    const pods = await simulate(scenario);
    expect(pods).toHaveLength(18_239);
    // The end of a job is noticed a microsecond after it, the period of the kubelet's look.
    const waits = pods.map(({ createdAt, scheduledAt }) => Math.round((scheduledAt - createdAt) / SECOND));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(18_228);
    expect(waits.filter((wait) => wait > 0).sort((a, b) => a - b)).toEqual([
      135, 191, 646, 1844, 1909, 23_327, 23_382, 23_528, 23_587, 23_695, 23_753,
    ]);
    expect((waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toFixed(2)).toBe('8.00');
  });
});

describe.skipIf(!existsSync(join(data, 'simkube')))('traces of SimKube (set ORRERY_DATA)', () => {
  const importTo = (name: string): string => {
    const trace = readSimKube(join(data, 'simkube', `${name}.sktrace`));
    for (const { path, text } of simKubeScenario(name, trace)) {
      mkdirSync(dirname(join(scratch, name, path)), { recursive: true });
      writeFileSync(join(scratch, name, path), text);
    }
    return join(scratch, name, 'scenario.yaml');
  };

  it.each(['dsb-scaling', 'cronjob'])('%s: MessagePack and JSON say the same', (name) => {
    const at = join(data, 'simkube', name);
    expect(readSimKube(`${at}.sktrace`)).toEqual(readSimKube(`${at}.decoded.json`));
  });

  it('DeathStarBench: every Deployment has the replicas it had, from the second on at which it had them', async () => {
    const changes: string[] = [];
    const replicas = new Map<string, number>();
    let running = 0;
    const pods = await simulate(importTo('dsb-scaling'), ({ api }) => {
      api.observe(({ change: { object }, committedAt }) => {
        if (object.kind !== 'Deployment') return;
        const { name } = object.metadata;
        const short = name.replace(/-service$/, '');
        const before = replicas.get(short);
        if (before === object.spec.replicas) return;
        replicas.set(short, object.spec.replicas);
        if (before !== undefined) {
          changes.push(`${Math.floor(committedAt / SECOND)} ${short} ${before}->${object.spec.replicas}`);
        }
      });
    });
    running = pods.filter(({ phase }) => phase === 'Running').length;
    expect(changes).toEqual([
      '423 social-graph 1->3',
      '548 url-shorten 1->2',
      '548 compose-post 1->4',
      '548 home-timeline 1->2',
      '551 user-timeline 1->2',
      '553 text 1->3',
      '556 nginx-thrift 1->2',
      '563 compose-post 4->6',
      '583 text 3->5',
      '768 social-graph 3->1',
      '789 post-storage 1->3',
      '797 nginx-thrift 2->4',
      '812 nginx-thrift 4->8',
      '819 post-storage 3->5',
      '827 nginx-thrift 8->10',
      '953 url-shorten 2->1',
      '986 user-timeline 2->1',
      '988 text 5->1',
      '1134 compose-post 6->2',
    ]);
    expect([...replicas.values()].reduce((sum, count) => sum + count, 0)).toBe(42);
    expect(running).toBe(42);
  });

  it('a CronJob: three pods of half a minute, a minute apart', async () => {
    const pods = await simulate(importTo('cronjob'));
    const started = pods.map(({ createdAt }) => Math.floor(createdAt / SECOND));
    expect(started.sort((a, b) => a - b)).toEqual([60, 120, 180]);
    for (const { startedAt, finishedAt } of pods) {
      expect((finishedAt - startedAt) / SECOND).toBeGreaterThanOrEqual(30);
      expect((finishedAt - startedAt) / SECOND).toBeLessThan(32);
    }
  });
});

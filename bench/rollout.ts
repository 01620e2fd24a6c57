import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { Simulation } from '../src/sim/simulation.ts';

/**
 * What does the rollout of one Deployment cost a pod, from small ones to large ones? Everything is in it: controllers,
 * requests, watches, scheduler, kubelets, EndpointSlices and Events; what brought the first pods up is not. Small ones are
 * rolled out again and again in one process, so that all are measured on code that is equally warm.
 *
 *   npm run bench:rollout [-- REPLICAS …]
 */
const SIZES = [500, 5_000, 50_000];
const UPDATE_AT = 20 * 60 * 1_000_000;
const SLICE = 2_000;
/** Each size rolls out so many pods in all, to warm up and then to be measured. */
const PODS = 10_000;

function text(replicas: number): string {
  const nodes = Math.ceil((replicas * 1.25) / 55);
  return `# What does the rollout of one Deployment cost?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: rollout }
spec:
  duration: 4h
  seed: 1
  cluster:
    nodes: [{ count: ${nodes}, zones: [a, b, c], capacity: { cpu: 64, memory: 256Gi, pods: 110 } }]
    clientLimits:
      controllerManager: { qps: 1000, burst: 2000 }
      scheduler: { qps: 1000, burst: 2000 }
  behaviour: [{ selector: { app: web }, ready: { after: 2s } }]
  timeline: [{ at: 20m, kubectl: set image deployment/web main=registry.example/app:v2 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: main, image: 'registry.example/app:v1', resources: { requests: { cpu: 250m, memory: 256Mi } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
}

/** Microseconds of CPU that one rollout takes, and what the run comes to. */
async function rollOut(
  path: string,
): Promise<{ readonly micros: number; readonly events: number; readonly hash: string }> {
  const { scenario, policies } = await prepareRun(path, {});
  const simulation = new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
  while (simulation.now < UPDATE_AT - 1_000_000 && simulation.advance(SLICE));
  const before = simulation.engine.dispatched;
  const begun = process.cpuUsage();
  while (simulation.advance(SLICE));
  const { user, system } = process.cpuUsage(begun);
  const events = simulation.engine.dispatched - before;
  return { micros: user + system, events, hash: simulation.finish().fingerprint };
}

const folder = mkdtempSync(join(tmpdir(), 'orrery-rollout-'));
try {
  const asked = process.argv.slice(2).map(Number);
  process.stdout.write('replicas  us_per_pod  events_per_pod  memory_MB  fingerprint\n');
  for (const replicas of asked.length > 0 ? asked : SIZES) {
    const path = join(folder, 'rollout.yaml');
    writeFileSync(path, text(replicas));
    const times = Math.max(1, Math.round(PODS / replicas));
    if (times > 1) for (let i = 0; i < times; i++) await rollOut(path);
    const runs = [];
    for (let i = 0; i < times; i++) runs.push(await rollOut(path));
    const micros = runs.reduce((sum, run) => sum + run.micros, 0) / times / replicas;
    const cells = [
      String(replicas).padStart(8),
      micros.toFixed(0).padStart(10),
      (runs[0]!.events / replicas).toFixed(1).padStart(14),
      (process.memoryUsage().rss / 1e6).toFixed(0).padStart(9),
      runs[0]!.hash,
    ];
    process.stdout.write(cells.join('  ') + '\n');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

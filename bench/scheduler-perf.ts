import { mkdirSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { runWorkload } from './scheduler-perf/run-workload.ts';
import { WORKLOADS } from './scheduler-perf/workloads.ts';

/** scheduler_perf's named workloads, each beside the threshold of Kubernetes' own CI. */
const program = new Command('bench:scheduler-perf')
  .option('--workload <name>', 'only those whose name or size has this in it', '')
  .option('--share <x>', 'of the pods and nodes of each', Number, 1)
  .option('--unschedulable <n>', 'pods that fit nowhere and wait meanwhile', Number, 0)
  .parse();

const {
  workload: wanted,
  share,
  unschedulable,
} = program.opts<{
  workload: string;
  share: number;
  unschedulable: number;
}>();
const rows: Record<string, string | number>[] = [];
for (const workload of WORKLOADS) {
  if (!`${workload.name}/${workload.size}`.includes(wanted)) continue;
  const result = runWorkload(workload, share, unschedulable);
  const { threshold, name, size } = workload;
  rows.push({
    workload: `${name}/${size}`,
    pods_per_second: Math.round(result.podsPerSecond),
    cpu_us_per_pod: Math.round(result.cpuMicrosecondsPerPod),
    threshold_pods_per_second: threshold ?? '',
    over_threshold: threshold === undefined ? '' : (result.podsPerSecond / threshold).toFixed(1),
    scheduled: result.scheduled,
    attempts: result.attempts,
    simulated_s: result.simulatedSeconds.toFixed(1),
    hash: result.hash,
  });
  const beside = threshold === undefined ? 'no threshold' : `threshold ${threshold}`;
  process.stdout.write(
    `${`${name}/${size}`.padEnd(70)} ${String(Math.round(result.podsPerSecond)).padStart(6)} pods/s  ${beside.padEnd(14)}` +
      `  ${result.scheduled} scheduled in ${result.attempts} attempts, ${result.simulatedSeconds.toFixed(1)} s simulated  ${result.hash}\n`,
  );
}
mkdirSync('reports/bench', { recursive: true });
writeFileSync('reports/bench/scheduler-perf.csv', stringify(rows, { header: true, record_delimiter: 'unix' }));

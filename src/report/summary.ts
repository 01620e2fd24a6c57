import type { RunRecord } from '../sim/recorder/run-record.ts';
import { ratio, seconds, type Figure } from './columns.ts';
import { gpuFigures } from './gpu-figures.ts';

/** Quantiles of a list of durations, in microseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a run comes to: the figures that the terminal shows and that `summary.csv` holds. */
export interface Summary {
  readonly scheduling: Quantiles | undefined;
  readonly startup: Quantiles | undefined;
  readonly readiness: Quantiles | undefined;
  readonly cpuAllocatable: number;
  readonly memoryAllocatable: number;
  readonly cpuMeanRatio: string;
  readonly memoryMeanRatio: string;
  readonly figures: readonly Figure[];
}

export function summarize(run: RunRecord): Summary {
  const scheduling = quantiles(run.durations.scheduling);
  const startup = quantiles(run.durations.startup);
  const readiness = quantiles(run.durations.readiness);
  let cpuAllocatable = 0;
  let memoryAllocatable = 0;
  let cpuUsed = 0;
  let memoryUsed = 0;
  let cpuOffered = 0;
  let memoryOffered = 0;
  for (const node of run.nodes) {
    if (node.removedAt < 0) {
      cpuAllocatable += node.allocatableMilliCpu;
      memoryAllocatable += node.allocatableMemoryBytes;
    }
    const counted = node.changedAt - node.countedFrom;
    cpuOffered += node.allocatableMilliCpu * counted;
    memoryOffered += (node.allocatableMemoryBytes / 1_048_576) * counted;
    cpuUsed += node.milliCpuMicros;
    memoryUsed += node.mebibyteMicros;
  }
  const cpuMeanRatio = ratio(cpuUsed, cpuOffered);
  const memoryMeanRatio = ratio(memoryUsed, memoryOffered);
  const { last } = run;
  const figures: Figure[] = [
    { metric: 'simulated_time', value: seconds(run.endedAt), unit: 'seconds' },
    ...(run.warmUpMicros === 0 ? [] : [{ metric: 'warm_up', value: seconds(run.warmUpMicros), unit: 'seconds' }]),
    { metric: 'quiescent_since', value: seconds(run.quiescentSince), unit: 'seconds' },
    { metric: 'nodes', value: String(nodesAtEnd(run)), unit: 'nodes' },
    ...machineFigures(run),
    { metric: 'pods_created', value: String(run.podsCreated), unit: 'pods' },
    { metric: 'pods_scheduled', value: String(run.podsScheduled), unit: 'pods' },
    { metric: 'pods_ever_ready', value: String(run.podsReady), unit: 'pods' },
    { metric: 'pods_removed', value: String(run.podsRemoved), unit: 'pods' },
    { metric: 'pods_pending_at_end', value: String(last.podsPending), unit: 'pods' },
    { metric: 'pods_running_at_end', value: String(last.podsRunning), unit: 'pods' },
    { metric: 'pods_ready_at_end', value: String(last.podsReady), unit: 'pods' },
    { metric: 'pods_succeeded_at_end', value: String(last.podsSucceeded), unit: 'pods' },
    { metric: 'pods_failed_at_end', value: String(last.podsFailed), unit: 'pods' },
    ...quantileFigures('scheduling_latency', scheduling),
    ...quantileFigures('startup_latency', startup),
    ...quantileFigures('readiness_latency', readiness),
    { metric: 'cpu_requested_at_end', value: ratio(last.requestedMilliCpu, cpuAllocatable), unit: 'ratio' },
    { metric: 'memory_requested_at_end', value: ratio(last.requestedMemoryBytes, memoryAllocatable), unit: 'ratio' },
    { metric: 'cpu_requested_mean', value: cpuMeanRatio, unit: 'ratio' },
    { metric: 'memory_requested_mean', value: memoryMeanRatio, unit: 'ratio' },
    ...gpuFigures(run),
    { metric: 'rollouts', value: String(run.rollouts.length), unit: 'rollouts' },
    {
      metric: 'rollouts_completed',
      value: String(run.rollouts.filter((one) => one.completedAt >= 0).length),
      unit: 'rollouts',
    },
    { metric: 'scheduling_attempts', value: String(run.schedulingAttempts), unit: 'attempts' },
    { metric: 'api_requests', value: String(run.requests), unit: 'requests' },
    ...objectiveFigures(run),
    { metric: 'etcd_revisions', value: String(run.revisions), unit: 'revisions' },
    { metric: 'engine_events', value: String(run.engineEvents), unit: 'events' },
    { metric: 'expectations', value: String(run.expectations.length), unit: 'expectations' },
    {
      metric: 'expectations_broken',
      value: String(run.expectations.filter((one) => !one.held).length),
      unit: 'expectations',
    },
  ];
  return {
    scheduling,
    startup,
    readiness,
    cpuAllocatable,
    memoryAllocatable,
    cpuMeanRatio,
    memoryMeanRatio,
    figures,
  };
}

/** Nearest-rank quantiles: each is a value that occurred. Undefined of nothing. */
export function quantiles(values: Float64Array): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (percent: number): number => sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;
  return { count: sorted.length, p50: at(50), p90: at(90), p99: at(99), max: sorted[sorted.length - 1]! };
}

/** How many nodes there are when the run is over. */
export function nodesAtEnd({ nodes }: RunRecord): number {
  return nodes.filter(({ removedAt }) => removedAt < 0).length;
}

/** What came of the cloud's machines; nothing where there is no cloud. */
function machineFigures({ machines, nodes, endedAt }: RunRecord): Figure[] {
  if (machines.length === 0) return [];
  const began = machines.filter(({ askedAt }) => askedAt > 0).length;
  let micros = 0;
  let cost: number | undefined;
  for (const one of machines) {
    if (one.runningAt >= 0) micros += (one.goneAt < 0 ? endedAt : one.goneAt) - one.runningAt;
    if (one.cost !== undefined) cost = (cost ?? 0) + one.cost;
  }
  return [
    { metric: 'nodes_registered', value: String(nodes.filter((one) => one.registeredAt > 0).length), unit: 'nodes' },
    { metric: 'nodes_removed', value: String(nodes.filter((one) => one.removedAt >= 0).length), unit: 'nodes' },
    { metric: 'machines_asked_for', value: String(began), unit: 'machines' },
    { metric: 'machine_hours', value: ratio(micros, 3_600_000_000), unit: 'hours' },
    ...(cost === undefined ? [] : [{ metric: 'machine_cost', value: cost.toFixed(6), unit: 'money' }]),
  ];
}

/** The objectives of the API: the 99th percentile of all requests, and the windows in which one operation missed it. */
function objectiveFigures({ controlPlane }: RunRecord): Figure[] {
  return controlPlane.objectives.flatMap(({ name, p99Micros, windowsBroken }) => {
    const metric = `api_${name.replace('-', '_')}`;
    return [
      { metric: `${metric}_latency_p99`, value: p99Micros === undefined ? '' : seconds(p99Micros), unit: 'seconds' },
      { metric: `${metric}_objective_windows_broken`, value: String(windowsBroken), unit: 'windows' },
    ];
  });
}

function quantileFigures(name: string, of: Quantiles | undefined): Figure[] {
  return (['p50', 'p90', 'p99', 'max'] as const).map((which) => ({
    metric: `${name}_${which}`,
    value: of === undefined ? '' : seconds(of[which]),
    unit: 'seconds',
  }));
}

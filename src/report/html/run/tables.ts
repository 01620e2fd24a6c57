import { seconds } from '../../columns.ts';
import { grouped, percent, rounded } from '../../quantity-text.ts';
import type { JobRecord, NodeRecord, RolloutRecord } from '../../../sim/recorder/records.ts';
import type { PendingReason, RunRecord } from '../../../sim/recorder/run-record.ts';
import type { EventTally } from '../event-tally.ts';
import { joined, markup, NOTHING, type Markup } from '../markup.ts';
import type { RunObservations } from '../run-observations.ts';
import type { SlowPod } from '../slowest-pods.ts';
import { waitingReason } from '../waiting-reason.ts';
import { table, type PageColumn } from '../table.ts';

const MOST_ROWS = 100;

/** The tables of the page: the rows one would look for first, never more than {@link MOST_ROWS} of each. */
export function tables(run: RunRecord, seen: RunObservations): Markup {
  const workloads = [...run.rollouts.map(workloadOfRollout), ...run.jobs.map(workloadOfJob)].sort(
    (a, b) => Number(b.took < 0) - Number(a.took < 0) || b.took - a.took,
  );
  const nodes = [...run.nodes].sort((a, b) => useOf(b) - useOf(a));
  return joined(
    [
      part('Not running at the end', PENDING, run.pending, 'pods.csv'),
      part('Rollouts and Jobs', WORKLOADS, workloads, 'workloads.csv'),
      part('Slowest pods', SLOWEST, seen.slowest.list(), 'pods.csv'),
      part('What was reported', TALLIES, seen.events.list(), 'events.csv'),
      part('Nodes', NODES, nodes, 'nodes.csv'),
    ].filter((one) => one !== NOTHING),
  );
}

function part<T>(title: string, columns: readonly PageColumn<T>[], rows: readonly T[], file: string): Markup {
  if (rows.length === 0) return NOTHING;
  const more =
    rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${grouped(rows.length)}; ${file} has all of them.` : '';
  return markup`<section><h2>${title}</h2>${table(title, columns, rows.slice(0, MOST_ROWS), more)}</section>`;
}

const PENDING: readonly PageColumn<PendingReason>[] = [
  { name: 'Pods', cell: ({ pods }) => grouped(pods), sort: ({ pods }) => pods },
  { name: 'Reason', cell: ({ reason }) => reason },
  { name: 'Example', cell: ({ example }) => example },
];

interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly namespace: string;
  readonly startedAt: number;
  /** Microseconds; negative while it is not over. */
  readonly took: number;
  readonly state: string;
  readonly outcome: string;
}

function workloadOfRollout(one: RolloutRecord): Workload {
  const done = one.completedAt >= 0;
  return {
    name: `${one.name} #${one.revision}`,
    kind: one.kind,
    namespace: one.namespace,
    startedAt: one.startedAt,
    took: done ? one.completedAt - one.startedAt : -1,
    state: `${one.availableReplicas} of ${one.desiredReplicas} available`,
    outcome: done ? 'complete' : one.superseded ? 'superseded' : 'not complete',
  };
}

function workloadOfJob(one: JobRecord): Workload {
  return {
    name: one.name,
    kind: 'Job',
    namespace: one.namespace,
    startedAt: one.startedAt,
    took: one.endedAt >= 0 ? one.endedAt - one.startedAt : -1,
    state: `${one.podsSucceeded} of ${one.completions} succeeded, ${one.podsFailed} failed`,
    outcome: one.outcome === '' ? 'not over' : one.outcome,
  };
}

const WORKLOADS: readonly PageColumn<Workload>[] = [
  { name: 'Name', cell: ({ name }) => name },
  { name: 'Kind', cell: ({ kind }) => kind },
  { name: 'Namespace', cell: ({ namespace }) => namespace },
  moment('Started', ({ startedAt }) => startedAt),
  duration('Took', ({ took }) => took),
  { name: 'Outcome', cell: ({ outcome }) => outcome },
  { name: 'At the end', cell: ({ state }) => state },
];

const SLOWEST: readonly PageColumn<SlowPod>[] = [
  { name: 'Pod', cell: ({ pod }) => pod.name },
  { name: 'Namespace', cell: ({ pod }) => pod.namespace },
  { name: 'Node', cell: ({ pod }) => pod.node },
  moment('Created', ({ pod }) => pod.createdAt),
  duration('Until scheduled', ({ pod }) => (pod.scheduledAt >= 0 ? pod.scheduledAt - pod.createdAt : -1)),
  duration('Until running', ({ pod }) => (pod.startedAt >= 0 ? pod.startedAt - pod.createdAt : -1)),
  duration('Until ready', ({ pod }) => (pod.readyAt >= 0 ? pod.readyAt - pod.createdAt : -1)),
  { name: 'Attempts', cell: ({ pod }) => String(pod.schedulingAttempts), sort: ({ pod }) => pod.schedulingAttempts },
  { name: 'Restarts', cell: ({ pod }) => String(pod.restarts), sort: ({ pod }) => pod.restarts },
  { name: 'Phase', cell: ({ pod }) => pod.phase + (pod.reason === '' ? '' : `, ${waitingReason(pod.reason)}`) },
];

const TALLIES: readonly PageColumn<EventTally>[] = [
  { name: 'Type', cell: ({ type }) => type },
  { name: 'Reason', cell: ({ reason }) => reason },
  { name: 'Times', cell: ({ times }) => grouped(times), sort: ({ times }) => times },
  moment('First', ({ firstAt }) => firstAt),
  moment('Last', ({ lastAt }) => lastAt),
  { name: 'By', cell: ({ source }) => source },
  { name: 'The first one', cell: ({ example }) => (example.length > 200 ? `${example.slice(0, 199)}…` : example) },
];

const NODES: readonly PageColumn<NodeRecord>[] = [
  { name: 'Node', cell: ({ name }) => name },
  { name: 'Zone', cell: ({ zone }) => zone },
  { name: 'Pods', cell: ({ pods }) => grouped(pods), sort: ({ pods }) => pods },
  { name: 'Pods, most', cell: ({ peakPods }) => grouped(peakPods), sort: ({ peakPods }) => peakPods },
  { name: 'Pods ever', cell: ({ podsEver }) => grouped(podsEver), sort: ({ podsEver }) => podsEver },
  { name: 'CPU, mean', cell: (node) => percent(useOf(node)), sort: useOf },
  { name: 'CPU, most', cell: (node) => percent(peakOf(node)), sort: peakOf },
  { name: 'Memory, mean', cell: (node) => percent(memoryOf(node)), sort: memoryOf },
];

function useOf(node: NodeRecord): number {
  return share(node.milliCpuMicros, node.allocatableMilliCpu * (node.changedAt - node.countedFrom));
}

function peakOf(node: NodeRecord): number {
  return share(node.peakRequestedMilliCpu, node.allocatableMilliCpu);
}

function memoryOf(node: NodeRecord): number {
  return share(node.mebibyteMicros, (node.allocatableMemoryBytes / 1_048_576) * (node.changedAt - node.countedFrom));
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1e6) / 1e6 : 0;
}

function moment<T>(name: string, of: (row: T) => number): PageColumn<T> {
  return { name, cell: (row) => `${seconds(of(row) - (of(row) % 1_000))} s`, sort: of };
}

function duration<T>(name: string, of: (row: T) => number): PageColumn<T> {
  return { name, cell: (row) => (of(row) < 0 ? '–' : rounded(of(row))), sort: of };
}

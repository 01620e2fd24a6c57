import { GPU_COLUMNS } from './gpu-columns.ts';
import { decimal, flag, text, whole, type Table } from './column.ts';
import {
  NEVER,
  type DecisionRecord,
  type EventRecord,
  type MachineRecord,
  type NodeRecord,
  type PodRecord,
  type JobRecord,
  type RolloutRecord,
  type Sample,
} from '../sim/recorder/records.ts';

/** Microseconds as seconds with six decimals at most and no trailing zeros: exact, and the same on every machine. */
export function seconds(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  const fraction = micros - whole * 1_000_000;
  if (fraction === 0) return String(whole);
  const digits = String(1_000_000 + fraction).slice(1);
  let end = 6;
  while (digits.charCodeAt(end - 1) === 48) end--;
  return whole + '.' + digits.slice(0, end);
}

/** The moment of something, in seconds since the start; empty when it did not happen. */
function moment(at: number): string {
  return at === NEVER ? '' : seconds(at);
}

/** From one moment to another; empty unless both happened. */
function span(from: number, to: number): string {
  return from === NEVER || to === NEVER ? '' : seconds(to - from);
}

/** A ratio with four decimals; empty where there is nothing to divide by. */
export function ratio(part: number, whole: number): string {
  return whole > 0 ? fixed4(part / whole) : '';
}

function fixed4(value: number): string {
  const scaled = Math.round(value * 10_000);
  const whole = Math.floor(scaled / 10_000);
  return whole + '.' + String(10_000 + (scaled - whole * 10_000)).slice(1);
}

export const PODS: Table<PodRecord> = {
  file: 'pods.csv',
  holds: 'One row a pod, written when the pod is gone or the run ends.',
  columns: [
    text('namespace', 'Namespace of the pod.', (pod) => pod.namespace),
    text('name', 'Name of the pod.', (pod) => pod.name),
    text('owner', 'Kind and name of its controller; empty for a bare pod.', (pod) => pod.owner),
    text('node', 'The node it was bound to; empty while it has none.', (pod) => pod.node),
    text('phase', 'Its last phase.', (pod) => pod.phase),
    text('reason', 'Why it was not running as it should, in the words of its status.', (pod) => pod.reason),
    whole('priority', 'Its priority.', (pod) => String(pod.priority)),
    whole('cpu_request_millicores', 'What it requests.', (pod) => String(pod.requestedMilliCpu)),
    whole('memory_request_bytes', 'What it requests.', (pod) => String(pod.requestedMemoryBytes)),
    decimal('created_seconds', 'When the API server stored it.', (pod) => moment(pod.createdAt)),
    decimal('scheduled_seconds', 'When its binding was stored.', (pod) => moment(pod.scheduledAt)),
    decimal('started_seconds', 'When its phase became Running.', (pod) => moment(pod.startedAt)),
    decimal('ready_seconds', 'When it was first Ready.', (pod) => moment(pod.readyAt)),
    decimal('finished_seconds', 'When its phase became Succeeded or Failed.', (pod) => moment(pod.finishedAt)),
    decimal('deletion_seconds', 'When its deletion was asked for.', (pod) => moment(pod.deletionAt)),
    decimal('removed_seconds', 'When the object was gone.', (pod) => moment(pod.removedAt)),
    decimal('scheduling_latency_seconds', 'From created to scheduled.', (pod) => span(pod.createdAt, pod.scheduledAt)),
    decimal('startup_latency_seconds', 'From created to running.', (pod) => span(pod.createdAt, pod.startedAt)),
    whole('scheduling_attempts', 'How often the scheduler looked at it.', (pod) => String(pod.schedulingAttempts)),
    whole('restarts', 'Restarts of all its containers.', (pod) => String(pod.restarts)),
  ],
};

export const NODES: Table<NodeRecord> = {
  file: 'nodes.csv',
  holds:
    'One row a node, as it was at the end, of the run or its own, and on average over the run without its warm-up, or as long as it was there.',
  columns: [
    text('name', 'Name of the node.', (node) => node.name),
    text('zone', 'Its zone; empty where it has none.', (node) => node.zone),
    decimal('registered_seconds', 'When its Node was registered; 0: it was there from the start.', (node) =>
      moment(node.registeredAt),
    ),
    decimal('removed_seconds', 'When its Node was deleted; empty: it was there at the end.', (node) =>
      moment(node.removedAt),
    ),
    whole('cpu_allocatable_millicores', 'What pods can have.', (node) => String(node.allocatableMilliCpu)),
    whole('memory_allocatable_bytes', 'What pods can have.', (node) => String(node.allocatableMemoryBytes)),
    whole('pods_allocatable', 'How many pods it takes.', (node) => String(node.allocatablePods)),
    whole('cpu_requested_millicores', 'Sum of its pods at the end.', (node) => String(node.requestedMilliCpu)),
    whole('memory_requested_bytes', 'Sum of its pods at the end.', (node) => String(node.requestedMemoryBytes)),
    whole('pods', 'Pods that hold resources at the end.', (node) => String(node.pods)),
    whole('pods_peak', 'Most pods at once.', (node) => String(node.peakPods)),
    whole('pods_ever', 'Pods that were ever bound to it.', (node) => String(node.podsEver)),
    decimal('cpu_peak_ratio', 'Most requested CPU at once, of what is allocatable.', (node) =>
      ratio(node.peakRequestedMilliCpu, node.allocatableMilliCpu),
    ),
    decimal('cpu_mean_ratio', 'Requested CPU over time, of what is allocatable.', (node) =>
      ratio(node.milliCpuMicros, node.allocatableMilliCpu * (node.changedAt - node.countedFrom)),
    ),
    decimal('memory_mean_ratio', 'Requested memory over time, of what is allocatable.', (node) =>
      ratio(node.mebibyteMicros, (node.allocatableMemoryBytes / MEBIBYTE) * (node.changedAt - node.countedFrom)),
    ),
  ],
};

const MEBIBYTE = 1024 * 1024;

export const MACHINES: Table<MachineRecord> = {
  file: 'machines.csv',
  holds: 'One row a machine that was asked of the cloud. Written where the scenario has one.',
  columns: [
    text('name', 'Name of the machine and of its node, if it became one.', (one) => one.name),
    text('node_group', 'Whose machine it is: a node group, or a node pool.', (one) => one.nodeGroup),
    text('instance_type', 'Of a machine without a node group.', (one) => one.instanceType),
    text('zone', 'Its zone; empty where it has none.', (one) => one.zone),
    decimal('asked_seconds', 'When it was asked for; 0: it was there from the start.', (one) => moment(one.askedAt)),
    decimal('running_seconds', 'When it had booted; empty: never.', (one) => moment(one.runningAt)),
    decimal('gone_seconds', 'When it was gone; empty: it was there at the end.', (one) => moment(one.goneAt)),
    text('error', 'Why the cloud did not make it; else empty.', (one) => one.error),
    decimal('cost', 'From running to gone, in the money of the prices; empty where none is given.', (one) =>
      one.cost === undefined ? '' : one.cost.toFixed(6),
    ),
  ],
};

export const TIMESERIES: Table<Sample> = {
  file: 'timeseries.csv',
  holds: 'The cluster at regular moments; the interval doubles as the run grows, so that there are at most 2,048 rows.',
  columns: [
    decimal('time_seconds', 'The moment.', (sample) => seconds(sample.at)),
    whole('pods_pending', 'Pods in phase Pending.', (sample) => String(sample.podsPending)),
    whole('pods_unbound', 'Pods without a node.', (sample) => String(sample.podsUnbound)),
    whole('pods_running', 'Pods in phase Running.', (sample) => String(sample.podsRunning)),
    whole('pods_ready', 'Pods whose condition Ready is True.', (sample) => String(sample.podsReady)),
    whole('pods_succeeded', 'Pods in phase Succeeded.', (sample) => String(sample.podsSucceeded)),
    whole('pods_failed', 'Pods in phase Failed.', (sample) => String(sample.podsFailed)),
    whole('pods_terminating', 'Pods being deleted.', (sample) => String(sample.podsTerminating)),
    whole('cpu_requested_millicores', 'Sum over bound pods that have not finished.', (sample) =>
      String(sample.requestedMilliCpu),
    ),
    whole('memory_requested_bytes', 'Sum over bound pods that have not finished.', (sample) =>
      String(sample.requestedMemoryBytes),
    ),
    whole('endpoints_ready', 'Ready endpoints in all EndpointSlices.', (sample) => String(sample.endpointsReady)),
    ...GPU_COLUMNS,
  ],
};

export const EVENTS: Table<EventRecord> = {
  file: 'events.csv',
  holds: 'One row for each time an Event was written; a repetition is a row of its own with a higher count.',
  columns: [
    decimal('time_seconds', 'When it was stored.', (event) => seconds(event.at)),
    text('namespace', 'Namespace of the object it is about.', (event) => event.namespace),
    text('object', 'Kind and name of the object it is about.', (event) => event.object),
    text('type', 'Normal or Warning.', (event) => event.type),
    text('reason', 'The reason, as kubectl describe shows it.', (event) => event.reason),
    text('message', 'The message, as kubectl describe shows it.', (event) => event.message),
    text('source', 'The component that recorded it.', (event) => event.source),
    whole('count', 'How often it has happened by then.', (event) => String(event.count)),
  ],
};

/** A Job has neither revisions nor replicas: what does not fit it stays empty. */
function ofRollout(tell: (rollout: RolloutRecord) => string): (row: RolloutRecord | JobRecord) => string {
  return (row) => ('outcome' in row ? '' : tell(row));
}

function ofJob(tell: (job: JobRecord) => string): (row: RolloutRecord | JobRecord) => string {
  return (row) => ('outcome' in row ? tell(row) : '');
}

function endOf(row: RolloutRecord | JobRecord): number {
  return 'outcome' in row ? row.endedAt : row.completedAt;
}

export const WORKLOADS: Table<RolloutRecord | JobRecord> = {
  file: 'workloads.csv',
  holds:
    'One row a rollout of a Deployment, StatefulSet or DaemonSet: its creation is the first, each change of its template another. Then one row a Job.',
  columns: [
    text('namespace', 'Namespace of the workload.', (row) => row.namespace),
    text('kind', 'Deployment, StatefulSet, DaemonSet or Job.', (row) => ('outcome' in row ? 'Job' : row.kind)),
    text('name', 'Name of the workload.', (row) => row.name),
    whole(
      'rollout',
      'Its number, from 1.',
      ofRollout((rollout) => String(rollout.revision)),
    ),
    decimal('started_seconds', 'When the new template, or the Job, was stored.', (row) => moment(row.startedAt)),
    decimal(
      'completed_seconds',
      'When all replicas that are to be updated were, and all available, or when the Job was over; empty if that never was.',
      (row) => moment(endOf(row)),
    ),
    decimal('duration_seconds', 'From started to completed.', (row) => span(row.startedAt, endOf(row))),
    flag(
      'superseded',
      'Whether the next rollout began before this one was complete.',
      ofRollout((rollout) => String(rollout.superseded)),
    ),
    whole(
      'replicas_desired',
      'What is wanted at the end; of a DaemonSet the nodes that fit, of a Job the pods that have to succeed.',
      (row) => String('outcome' in row ? row.completions : row.desiredReplicas),
    ),
    whole('replicas_peak', 'Most pods at once, terminating ones not counted.', (row) =>
      String('outcome' in row ? row.peakActive : row.peakReplicas),
    ),
    whole(
      'available_lowest',
      'Fewest available replicas after it had once been whole.',
      ofRollout((rollout) => String(rollout.lowestAvailable)),
    ),
    whole(
      'replicas_updated',
      'Replicas of the newest template at the end.',
      ofRollout((rollout) => String(rollout.updatedReplicas)),
    ),
    whole(
      'replicas_ready',
      'Ready replicas at the end.',
      ofRollout((rollout) => String(rollout.readyReplicas)),
    ),
    whole(
      'replicas_available',
      'Available replicas at the end.',
      ofRollout((rollout) => String(rollout.availableReplicas)),
    ),
    whole(
      'pods_succeeded',
      'Pods of a Job that succeeded.',
      ofJob((job) => String(job.podsSucceeded)),
    ),
    whole(
      'pods_failed',
      'Pods of a Job that failed.',
      ofJob((job) => String(job.podsFailed)),
    ),
    text(
      'outcome',
      'Of a Job: Complete, or Failed and the reason; empty while it is neither.',
      ofJob((job) => job.outcome),
    ),
  ],
};

export const DECISIONS: Table<DecisionRecord> = {
  file: 'decisions.csv',
  holds: 'One row each time the scheduler looked at a pod. Only with `--decisions`.',
  columns: [
    decimal('time_seconds', 'When the decision took effect.', (one) => seconds(one.at)),
    text('namespace', 'Namespace of the pod.', (one) => one.namespace),
    text('pod', 'Name of the pod.', (one) => one.pod),
    whole('attempt', 'Its number for this pod, from 1.', (one) => String(one.attempt)),
    text('result', 'scheduled, unschedulable or error.', (one) => one.result),
    text('node', 'The node chosen.', (one) => one.node),
    whole('nodes_evaluated', 'Nodes looked at.', (one) => String(one.explanation?.evaluated ?? '')),
    whole('nodes_feasible', 'Nodes that passed every filter.', (one) => String(one.explanation?.feasible.length ?? '')),
    decimal('score', 'Total score of the node chosen; empty when it was the only one.', (one) =>
      scoreOf(one, one.node),
    ),
    text('runner_up', 'The best of the other nodes.', (one) => one.explanation?.runnerUp ?? ''),
    decimal('runner_up_score', 'Its total score.', (one) => scoreOf(one, one.explanation?.runnerUp)),
    whole('ties', 'Nodes that share the best score.', (one) => String(one.explanation?.ties ?? '')),
    text('nominated_node', 'Where pods are to make room.', (one) => one.nominatedNode),
    text('victims', 'Pods that are to make room, most important first.', (one) => one.victims.join(' ')),
    text('message', 'Why no node was found.', (one) => one.message),
  ],
};

function scoreOf({ explanation }: DecisionRecord, node: string | undefined): string {
  const scored = explanation?.feasible.find((one) => one.node === node);
  return scored === undefined || scored.scores.length === 0 ? '' : String(scored.total);
}

/** One figure of the summary. */
export interface Figure {
  readonly metric: string;
  readonly value: string;
  readonly unit: string;
}

export const SUMMARY: Table<Figure> = {
  file: 'summary.csv',
  holds:
    'One row a figure. Those of GPUs are there where nodes have any: `gpu_allocated` and `gpu_fragmentation` of all devices, `gpu_fragmentation_of_idle`, and `gpu_left_…` for each part of what is left (see timeseries.csv), at the end and as the mean over time.',
  columns: [
    text('metric', 'What was measured.', (figure) => figure.metric),
    decimal('value', 'Its value; empty where there is none.', (figure) => figure.value),
    text('unit', 'Its unit.', (figure) => figure.unit),
  ],
};

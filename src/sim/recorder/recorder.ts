import type { Change } from '../api/change.ts';
import type { Event } from '../api/core.ts';
import type { EventNote } from '../api/event-note.ts';
import type { ApiObject } from '../api/kinds.ts';
import { moreReadyEndpoints, type EndpointSlice } from '../api/service.ts';
import { ControlPlaneMetrics, type ControlPlaneReport } from './control-plane-metrics.ts';
import { GpuLoads, type GpuState } from './gpu-loads.ts';
import { NodeLoads } from './node-loads.ts';
import { PodLives } from './pod-lives.ts';
import type { JobRecord, PodRecord, RecordSink, RolloutRecord, NodeRecord, Sample } from './records.ts';
import { JobRuns } from './job-runs.ts';
import { Rollouts } from './rollouts.ts';
import type { RollingKind } from './standing.ts';
import type { Durations, PendingReason } from './run-record.ts';
import { TimeSeries } from './time-series.ts';

/** What the recorder has seen when the run is over. */
export interface Recording {
  readonly durations: Durations;
  readonly last: Sample;
  readonly samples: readonly Sample[];
  readonly sampleIntervalMicros: number;
  readonly nodes: readonly NodeRecord[];
  readonly gpus: GpuState | undefined;
  readonly rollouts: readonly RolloutRecord[];
  readonly jobs: readonly JobRecord[];
  readonly pending: readonly PendingReason[];
  readonly controlPlane: ControlPlaneReport;
  readonly lives: PodLives;
}

/**
 * Observes what is committed and what the scheduler tries. It schedules nothing, draws no number and is called by no
 * component: whoever composes a run lets it listen. Rows that are complete go to the sink at once.
 */
export class Recorder {
  readonly controlPlane = new ControlPlaneMetrics();
  readonly #sink: RecordSink;
  readonly #loads = new NodeLoads();
  readonly #gpus = new GpuLoads();
  readonly #lives: PodLives;
  readonly #rollouts = new Rollouts();
  readonly #jobs = new JobRuns();
  readonly #series = new TimeSeries();
  #endpointsReady = 0;

  /** Whether the warm-up lies behind. */
  #isWarm = false;
  readonly #warmUpMicros: number;

  /** @param warmUpMicros what happens before does not count in durations and means */
  constructor(sink: RecordSink, warmUpMicros = 0) {
    this.#sink = sink;
    this.#warmUpMicros = warmUpMicros;
    this.#lives = new PodLives(this.#loads, sink, warmUpMicros);
  }

  /** Pods by state, for a progress line. */
  get pods(): Readonly<PodLives> {
    return this.#lives;
  }

  /** A version was committed at `at`. */
  committed(change: Change, at: number): void {
    if (!this.#isWarm && this.#warmUpMicros <= at) this.#beginToCount();
    if (this.#series.nextAt < at) this.#series.catchUp(at, (moment) => this.#sample(moment));
    const object: ApiObject = change.object;
    switch (object.kind) {
      case 'Pod':
        this.#lives.observe(change as Change<'Pod'>, at);
        this.#gpus.observe(change as Change<'Pod'>, at);
        break;
      case 'DaemonSet':
      case 'Deployment':
      case 'StatefulSet':
        this.#rollouts.observe(change as Change<RollingKind>, at);
        break;
      case 'Job':
        this.#jobs.observe(change as Change<'Job'>, at);
        break;
      case 'Node':
        if (change.type === 'ADDED') {
          this.#loads.addNode(object, at);
          this.#gpus.addNode(object, at);
        } else if (change.type === 'DELETED') {
          this.#loads.removeNode(object.metadata.name, at);
        }
        break;
      case 'Lease':
        if (change.type !== 'DELETED') this.controlPlane.leaseWritten(object);
        break;
      case 'EndpointSlice':
        this.#endpointsReady += moreReadyEndpoints(
          change.previous as EndpointSlice | undefined,
          change.type === 'DELETED' ? undefined : object,
        );
        break;
      case 'Event':
        if (change.type !== 'DELETED') this.#writeEvent(at, object.involvedObject, object);
        break;
      default:
    }
  }

  /** A component's Event was committed at `at`. */
  eventWritten(note: EventNote, at: number): void {
    this.#writeEvent(at, note, note);
  }

  /** The scheduler looked at a pod; `reason` says why it found no node, empty when it did. */
  attempted(uid: string, reason: string): void {
    this.#lives.attempted(uid, reason);
  }

  /** Closes the books at `at` and writes the rows of the pods that are still there. */
  finish(at: number): Recording {
    if (!this.#isWarm && this.#warmUpMicros <= at) this.#beginToCount();
    this.#series.catchUp(at, (moment) => this.#sample(moment));
    for (const record of this.#lives.alive()) this.#sink.pod(record);
    return {
      durations: {
        scheduling: this.#lives.scheduling.values(),
        startup: this.#lives.startup.values(),
        readiness: this.#lives.readiness.values(),
      },
      last: this.#sample(at),
      samples: this.#series.samples(),
      sampleIntervalMicros: this.#series.intervalMicros,
      nodes: this.#loads.finish(at),
      gpus: this.#gpus.finish(at),
      rollouts: this.#rollouts.records(),
      jobs: this.#jobs.records(),
      pending: pendingReasons(this.#lives.alive()),
      controlPlane: this.controlPlane.finish(at),
      lives: this.#lives,
    };
  }

  /** Before the first change after the warm-up: what has been summed up is forgotten. */
  #beginToCount(): void {
    this.#isWarm = true;
    this.#loads.beginToCount(this.#warmUpMicros);
    this.#gpus.beginToCount(this.#warmUpMicros);
  }

  #writeEvent(
    at: number,
    about: EventNote | Event['involvedObject'],
    { type, reason, message, source, count }: EventNote | Event,
  ): void {
    const { kind, namespace, name } = about;
    this.#sink.event({ at, namespace, object: `${kind}/${name}`, type, reason, message, source, count });
  }

  #sample(at: number): Sample {
    const lives = this.#lives;
    return {
      at,
      podsPending: lives.pending,
      podsUnbound: lives.unbound,
      podsRunning: lives.running,
      podsReady: lives.ready,
      podsSucceeded: lives.succeeded,
      podsFailed: lives.failed,
      podsTerminating: lives.terminating,
      requestedMilliCpu: this.#loads.requestedMilliCpu,
      requestedMemoryBytes: this.#loads.requestedMemoryBytes,
      endpointsReady: this.#endpointsReady,
      gpus: this.#gpus.state(),
    };
  }
}

/** Pods that are not running as they should, by reason, most frequent first. */
function pendingReasons(alive: Iterable<PodRecord>): readonly PendingReason[] {
  const reasons = new Map<string, { pods: number; example: string }>();
  for (const pod of alive) {
    if (pod.phase === 'Succeeded' || pod.deletionAt >= 0) continue;
    if (pod.phase === 'Running' && pod.reason === '') continue;
    const reason = pod.reason !== '' ? pod.reason : pod.node === '' ? 'not yet scheduled' : 'starting';
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, { pods: 1, example: `${pod.namespace}/${pod.name}` });
    else known.pods++;
  }
  return [...reasons]
    .map(([reason, { pods, example }]) => ({ reason, pods, example }))
    .sort((a, b) => b.pods - a.pods || (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0));
}

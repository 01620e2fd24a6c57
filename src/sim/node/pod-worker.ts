import type { Pod, PodSpec } from '../api/pod.ts';
import type { EventHandle, EventKind } from '../engine/engine.ts';
import { ContainerRecord, Role, RunState } from './container.ts';
import type { Kubelet } from './kubelet.ts';
import { pickUp, takeOver } from './pod-adoption.ts';
import { ownConditions, wholeSecond } from './pod-conditions.ts';
import { isSidecar } from './pod-phase.ts';
import type { PodRemains } from './pod-remains.ts';
import { makePodStatus, withProbeResult } from './pod-status.ts';
import { Stage } from './pod-stage.ts';
import { PodSync } from './pod-sync.ts';
import { PodTermination } from './pod-termination.ts';
import { hasProbe, probeFailure, type ProbeListener, type ProbeWorker } from './prober.ts';
import { StatusWriter } from './status-writer.ts';
import { NO_EVENT } from './no-event.ts';

const MICROS_PER_SECOND = 1_000_000;
/** Wait after a failed sync, before jitter (kubernetes-behaviour.md 4.1). */
const SYNC_BACK_OFF = 10 * MICROS_PER_SECOND;
const LONGEST_REQUEUE = 60 * MICROS_PER_SECOND;
const DEFAULT_GRACE_SECONDS = 30;

/**
 * One pod on its node: the state machine that the kubelet's pod worker is (kubernetes-behaviour.md 4.2). Syncs never
 * overlap, and one that runs is not interrupted. The status is made at the start of a sync from what the last relist
 * saw. What takes time is an engine event, which comes back to the method its kind is named after.
 */
export class PodWorker implements ProbeListener {
  readonly kubelet: Kubelet;
  readonly slot: number;
  readonly uid: string;
  readonly key: string;
  /** Under which keyed draws know the pod. */
  readonly entity: number;
  readonly containers: readonly ContainerRecord[];
  readonly initCount: number;
  readonly writer: StatusWriter;
  readonly sync: PodSync;

  /** The latest version the watch has brought. */
  pod: Pod;
  stage: Stage = Stage.Admitting;
  /** Its requests are counted on the node. */
  charged = false;
  /** Deleted from the API while the kubelet still had it. */
  apiGone = false;
  startTime = 0;
  podIP: string | undefined;
  /** A sync has begun since the address was there: it may be told. */
  podIPSeen = false;
  sandboxReady = false;
  /** Set when the kubelet itself fails the pod, e.g. DeadlineExceeded. */
  verdict: { readonly reason: string; readonly message: string } | undefined;

  #termination: PodTermination | undefined;
  #firstSync = -1;
  #syncAgain = false;
  #toTerminate = false;
  /** Some container has ended since the last relist. */
  #unseen = false;
  #requeues = 0;

  #stepEvent: EventHandle = NO_EVENT;
  #requeueEvent: EventHandle = NO_EVENT;
  #relistEvent: EventHandle = NO_EVENT;
  #deadlineEvent: EventHandle = NO_EVENT;

  constructor(kubelet: Kubelet, slot: number, key: string, entity: number, pod: Pod) {
    this.kubelet = kubelet;
    this.slot = slot;
    this.key = key;
    this.uid = pod.metadata.uid;
    this.entity = entity;
    this.pod = pod;
    const containers: ContainerRecord[] = [];
    for (const spec of pod.spec.initContainers ?? []) {
      containers.push(new ContainerRecord(containers.length, isSidecar(spec) ? Role.Sidecar : Role.Init, spec));
    }
    this.initCount = containers.length;
    for (const spec of pod.spec.containers) containers.push(new ContainerRecord(containers.length, Role.Regular, spec));
    this.containers = containers;
    this.writer = new StatusWriter(this);
    this.sync = new PodSync(this);
  }

  get spec(): PodSpec {
    return this.pod.spec;
  }

  get isDeleted(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }

  /** The pod's own grace in seconds. */
  get grace(): number {
    return this.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  }

  /** The grace of the pod's termination in seconds: what the DELETE granted, at least 1 (4.6). */
  get graceOfTermination(): number {
    if (this.apiGone) return 1;
    return Math.max(1, this.isDeleted ? (this.pod.metadata.deletionGracePeriodSeconds ?? this.grace) : this.grace);
  }

  get termination(): PodTermination {
    return (this.#termination ??= new PodTermination(this));
  }

  // Admission.

  /** Accepted: the first sync follows when the admission handlers are through. */
  admit(): void {
    const { engine, kinds, durations } = this.kubelet.services;
    this.startTime = wholeSecond(engine.now);
    if (this.isDeleted) this.#toTerminate = true;
    this.step(durations.admission.of(this.entity, 0), kinds.admitted);
  }

  admitted(): void {
    this.#stepEvent = NO_EVENT;
    this.stage = Stage.Idle;
    this.#armDeadline();
    if (this.#toTerminate) this.termination.begin();
    else this.#beginSync();
  }

  /** Refused for good: the pod has failed without ever being synced (4.2). */
  reject(reason: string, message: string): void {
    const { now } = this.kubelet.services.engine;
    this.stage = Stage.Terminated;
    this.kubelet.record(this.pod, 'Warning', reason, message);
    this.writer.publish({
      phase: 'Failed',
      conditions: this.pod.status.conditions,
      reason,
      message: 'Pod was rejected: ' + message,
      startTime: wholeSecond(now),
      observedGeneration: this.pod.metadata.generation,
    });
  }

  /**
   * A pod that ran before the kubelet came: its containers go on as the runtime has them, or where that is not known as
   * their statuses say.
   */
  adopt(remains?: PodRemains): void {
    const { engine, prober } = this.kubelet.services;
    const { status } = this.pod;
    this.stage = Stage.Idle;
    this.startTime = status.startTime ?? wholeSecond(engine.now);
    this.podIP = remains === undefined ? status.podIP : remains.podIP;
    this.podIPSeen = true;
    this.sync.volumesAreMounted = remains?.lost !== true;
    this.sandboxReady = remains?.lost !== true;
    this.#firstSync = engine.now;
    this.writer.found({ ...status, conditions: ownConditions(status.conditions) });
    for (const container of this.containers) {
      prober.workersOf(container, engine.now);
      const left = remains?.containers[container.index];
      if (remains === undefined || left === undefined) takeOver(this, container);
      else pickUp(this, container, left, remains.lost && !this.isDeleted);
      if (container.state !== RunState.Running) continue;
      const { started, ready } = left ?? container.status!;
      this.#beginLife(container);
      container.started ||= started;
      container.ready ||= ready;
    }
    this.#armDeadline();
    if (this.isDeleted) this.termination.begin();
    else this.#beginSync();
  }

  // What the watch brings.

  update(pod: Pod): void {
    const before = this.pod;
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (before.metadata.deletionTimestamp === undefined) this.terminate();
      return;
    }
    if (this.stage >= Stage.Ending) return;
    if (this.kubelet.link.wasCut) this.writer.reconcile(pod.status);
    if (pod.spec !== before.spec) this.#specChanged(before.spec, pod.spec);
    else if (pod.spec.readinessGates !== undefined && pod.status.conditions !== before.status.conditions) {
      this.requestSync();
    }
  }

  /** The object is gone: nothing is reported any more, and what runs is killed. */
  removed(): void {
    this.apiGone = true;
    this.writer.drop();
    if (this.stage === Stage.Terminated) this.forget();
    else if (this.stage < Stage.Terminating) this.terminate();
  }

  /** The pod has to end. A sync under way is awaited, unless it waits for volumes (4.6). */
  terminate(): void {
    if (this.stage === Stage.Idle || this.stage === Stage.Ending) this.termination.begin();
    else if (this.stage === Stage.Terminated) this.termination.reclaimWhenDeleted();
    else if (this.stage < Stage.Terminating) {
      this.#toTerminate = true;
      if (this.sync.waitsForVolumes) this.termination.begin();
    }
  }

  #specChanged(before: PodSpec, after: PodSpec): void {
    const specs = [...(after.initContainers ?? []), ...after.containers];
    for (const container of this.containers) {
      const spec = specs[container.index];
      if (spec === undefined || spec === container.spec) continue;
      if (spec.image !== container.spec.image) container.definitionChanged = container.state === RunState.Running;
      container.spec = spec;
    }
    if (before.activeDeadlineSeconds !== after.activeDeadlineSeconds) this.#armDeadline();
    this.requestSync();
  }

  // Syncs.

  /** A sync, as soon as the present one is over. */
  requestSync(): void {
    if (this.stage === Stage.Syncing) this.#syncAgain = true;
    else if (this.stage === Stage.Idle) this.#beginSync();
  }

  /** The wait after a failed sync is over. */
  requeued(): void {
    this.#requeueEvent = NO_EVENT;
    this.requestSync();
  }

  #beginSync(): void {
    const { engine, kinds, prober } = this.kubelet.services;
    const { now } = engine;
    this.stage = Stage.Syncing;
    this.#syncAgain = false;
    this.#requeueEvent = this.#cancel(this.#requeueEvent);
    if (this.#firstSync < 0) {
      this.#firstSync = now;
      for (const container of this.containers) prober.workersOf(container, now);
    }
    for (const container of this.containers) {
      if (!container.begun && container.seen === RunState.Running) this.#beginLife(container);
    }
    this.#judgeDeadline(now);
    this.podIPSeen = this.podIP !== undefined;
    const { status, terminal } = makePodStatus(this, false, now);
    this.writer.publish(status);
    if (terminal) {
      this.stage = Stage.Ending;
      this.step(this.kubelet.nextRelist(now + 1) - now, kinds.terminate);
      return;
    }
    for (const container of this.containers) {
      if (container.seen === RunState.Running && container.started && !container.ready)
        prober.poke(this.slot, container);
    }
    this.sync.begin();
  }

  /** The one step the pod waits for: an engine event after a delay. */
  step(delay: number, kind: EventKind, ref?: unknown, container = 0): void {
    this.#stepEvent = this.kubelet.services.engine.after(delay, kind, this.slot, container, ref);
  }

  /**
   * The end of a sync. What a successful one has changed is seen at once (on-demand relist) and calls for the next sync;
   * a failed one waits for the next relist of all [REC 4.3].
   */
  syncEnded(): void {
    const { engine, kinds } = this.kubelet.services;
    this.stage = Stage.Idle;
    if (this.#toTerminate) {
      this.termination.begin();
      return;
    }
    const changed = this.sync.changed || this.#syncAgain || this.#unseen;
    if (this.sync.failed) {
      this.#requeue();
      if (changed && this.#relistEvent === NO_EVENT) {
        this.#relistEvent = engine.at(this.kubelet.nextRelist(engine.now + 1), kinds.relist, this.slot);
      }
    } else if (changed) {
      this.seeAll();
      this.#beginSync();
    }
  }

  #requeue(): void {
    const { engine, jitter, kinds } = this.kubelet.services;
    const { now } = engine;
    // What held a container back may have passed while others of the plan took their time.
    const { heldBackUntil } = this.sync;
    const heldBack = Math.max(0, heldBackUntil - now);
    const delay = heldBackUntil === 0 ? SYNC_BACK_OFF : Math.min(heldBack, LONGEST_REQUEUE);
    const stretched = Math.round(delay * (1 + jitter.uniform(this.entity, this.#requeues++) / 2));
    this.#requeueEvent = engine.at(this.kubelet.nextSyncTick(now + stretched), kinds.requeued, this.slot);
  }

  // Relists.

  /** A relist of all containers: every exit is known. */
  seeAll(): void {
    this.#relistEvent = this.#cancel(this.#relistEvent);
    if (!this.#unseen) return;
    this.#unseen = false;
    for (const container of this.containers) container.exitUnseen = false;
  }

  relist(): void {
    this.#relistEvent = NO_EVENT;
    this.seeAll();
    this.requestSync();
  }

  /** A container has ended, with a code, by itself or stopped. */
  containerEnded(container: ContainerRecord, code: number, reason: string): void {
    const { engine, kinds, prober } = this.kubelet.services;
    engine.cancel(container.exitEvent);
    engine.cancel(container.readyEvent);
    container.exitEvent = NO_EVENT;
    container.readyEvent = NO_EVENT;
    prober.stop(container);
    container.state = RunState.Exited;
    container.exitUnseen = true;
    this.#unseen = true;
    container.finishedAt = engine.now;
    container.exitCode = code;
    container.exitReason = reason;
    if (this.stage < Stage.Terminating && this.#relistEvent === NO_EVENT) {
      this.#relistEvent = engine.at(this.kubelet.nextRelist(engine.now), kinds.relist, this.slot);
    }
    if (this.#termination !== undefined) this.#termination.ended(container);
  }

  // Readiness, startup, liveness.

  /** A new life has been seen: probes begin, and what nobody probes is up. */
  #beginLife(container: ContainerRecord): void {
    const { engine, kinds, prober } = this.kubelet.services;
    const life = container.life!;
    container.begun = true;
    container.started = !hasProbe(container, 'startup');
    prober.begin(this.slot, container);
    if (hasProbe(container, 'readiness')) return;
    const readyAt = container.startedAt + life.readyAge;
    if (readyAt <= engine.now) container.ready = true;
    else if (readyAt !== Infinity) {
      container.readyEvent = engine.at(readyAt, kinds.becameReady, this.slot, container.index);
    }
  }

  /** A container without a readiness probe is ready by its behaviour. */
  becameReady(container: ContainerRecord): void {
    container.readyEvent = NO_EVENT;
    this.#readinessChanged(container, true);
  }

  probeFailed(_container: ContainerRecord, worker: ProbeWorker): void {
    this.kubelet.record(this.pod, 'Warning', 'Unhealthy', probeFailure(worker));
  }

  probeDecided(container: ContainerRecord, worker: ProbeWorker, ok: boolean): void {
    if (worker.kind === 'readiness') {
      this.#readinessChanged(container, ok);
    } else if (!ok) {
      container.condemnedBy = worker.kind;
      this.requestSync();
    } else if (worker.kind === 'startup') {
      container.started = true;
      this.kubelet.services.prober.release(this.slot, container);
      this.#tellAtOnce(container);
      this.requestSync();
    }
  }

  #readinessChanged(container: ContainerRecord, ready: boolean): void {
    container.ready = ready;
    this.#tellAtOnce(container);
    this.requestSync();
  }

  /** Between syncs the next one tells; in the middle of one, and when there is none any more, nobody waits for it. */
  #tellAtOnce(container: ContainerRecord): void {
    if (this.stage !== Stage.Syncing && this.stage !== Stage.Terminating) return;
    this.writer.publish(withProbeResult(this, container, this.kubelet.services.engine.now));
  }

  // The active deadline.

  #armDeadline(): void {
    const { engine, kinds } = this.kubelet.services;
    this.#deadlineEvent = this.#cancel(this.#deadlineEvent);
    const seconds = this.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const due = Math.max(engine.now, this.startTime + seconds * MICROS_PER_SECOND);
    this.#deadlineEvent = engine.at(this.kubelet.nextSyncTick(due), kinds.deadline, this.slot);
  }

  deadlinePassed(): void {
    this.#deadlineEvent = NO_EVENT;
    this.requestSync();
  }

  #judgeDeadline(now: number): void {
    const seconds = this.spec.activeDeadlineSeconds;
    if (seconds === undefined || this.verdict !== undefined) return;
    if (now < this.startTime + seconds * MICROS_PER_SECOND) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.verdict = { reason: 'DeadlineExceeded', message };
    this.kubelet.record(this.pod, 'Normal', 'DeadlineExceeded', message);
  }

  // The end.

  /** No sync, relist or deadline will come any more. */
  stopSyncing(): void {
    this.#stepEvent = this.#cancel(this.#stepEvent);
    this.#requeueEvent = this.#cancel(this.#requeueEvent);
    this.#deadlineEvent = this.#cancel(this.#deadlineEvent);
    this.sync.waitsForVolumes = false;
    this.seeAll();
    for (const container of this.containers) {
      // One that has only just started is shown as it is.
      if (!container.begun && container.state === RunState.Running) this.#beginLife(container);
      this.kubelet.services.engine.cancel(container.readyEvent);
      container.readyEvent = NO_EVENT;
    }
  }

  /** The sandbox is stopped, and its address free. */
  sandboxGone(): void {
    if (!this.sandboxReady) return;
    this.sandboxReady = false;
    if (this.podIP !== undefined && this.spec.hostNetwork !== true) this.kubelet.giveAddress(this.podIP);
  }

  /**
   * The kubelet ends, and with it all that it had in mind. The containers are left to themselves.
   *
   * @returns what a later kubelet finds of the pod; undefined where nothing is left to look after
   */
  abandon(): PodRemains | undefined {
    const { engine, prober } = this.kubelet.services;
    this.#stepEvent = this.#cancel(this.#stepEvent);
    this.#requeueEvent = this.#cancel(this.#requeueEvent);
    this.#relistEvent = this.#cancel(this.#relistEvent);
    this.#deadlineEvent = this.#cancel(this.#deadlineEvent);
    for (const container of this.containers) {
      for (const event of [container.exitEvent, container.readyEvent, container.stopEvent]) engine.cancel(event);
      prober.stop(container);
    }
    this.#termination?.cancel();
    this.writer.drop();
    const isLeft = !this.apiGone && this.stage >= Stage.Idle && this.#firstSync >= 0;
    this.stage = Stage.Gone;
    if (!isLeft) return undefined;
    return { pod: this.pod, podIP: this.podIP, containers: this.containers, lost: !this.sandboxReady };
  }

  /** The API server has all there is to say for now. */
  statusWritten(): void {
    if (this.stage === Stage.Terminated) this.termination.settle();
  }

  /** The kubelet has nothing more to do with the pod. */
  forget(): void {
    this.#relistEvent = this.#cancel(this.#relistEvent);
    this.#termination?.cancel();
    this.writer.drop();
    this.stage = Stage.Gone;
    this.kubelet.forget(this);
  }

  #cancel(handle: EventHandle): EventHandle {
    if (handle !== NO_EVENT) this.kubelet.services.engine.cancel(handle);
    return NO_EVENT;
  }
}

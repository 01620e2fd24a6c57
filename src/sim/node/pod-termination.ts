import { LARGEST_SAMPLE } from '../engine/samplers.ts';
import type { Response } from '../api/request.ts';
import { Role, RunState, Stopping, type ContainerRecord } from './container.ts';
import { finalStatus, makePodStatus } from './pod-status.ts';
import { Stage } from './pod-stage.ts';
import type { PodWorker } from './pod-worker.ts';
import { NO_EVENT } from './no-event.ts';

const MICROS_PER_SECOND = 1_000_000;
/** However little grace is left, a container gets this many seconds between SIGTERM and SIGKILL. */
const LEAST_STOP_SECONDS = 2;
const SIGKILLED = 137;
const RECONCILE_PERIOD = 10_000_000;

/** A grace is any number of seconds to Kubernetes; beyond 71 years they are all the same here. */
function micros(seconds: number): number {
  return Math.min(seconds * MICROS_PER_SECOND, LARGEST_SAMPLE);
}

/**
 * How a pod, or one container of it, is brought to its end (kubernetes-behaviour.md 4.6): preStop, the sidecar's turn,
 * SIGTERM, SIGKILL; then the last status and, for a deleted pod, the DELETE with grace 0.
 */
export class PodTermination {
  readonly #worker: PodWorker;
  #afterKill: Map<ContainerRecord, () => void> | undefined;
  /** Set while the whole pod is being stopped. */
  #afterAll: (() => void) | undefined;
  #goneAt = -1;
  #reclaimEvent = NO_EVENT;
  #reclaimed = false;
  #deleting = false;
  #retryEvent = NO_EVENT;

  constructor(worker: PodWorker) {
    this.#worker = worker;
  }

  /** Ends the pod for good. */
  begin(): void {
    const worker = this.#worker;
    worker.stopSyncing();
    worker.stage = Stage.Terminating;
    const { engine, prober } = worker.kubelet.services;
    if (!worker.apiGone) worker.writer.publish(makePodStatus(worker, false, engine.now).status);
    for (const container of worker.containers) prober.podEnds(container);
    this.killAll(worker.graceOfTermination, () => this.#gone());
  }

  /** Stops everything that runs at the same time, sidecars after the others; `then` is called when nothing runs. */
  killAll(graceSeconds: number, then: () => void): void {
    this.#afterAll = then;
    for (const container of this.#worker.containers) {
      if (container.state === RunState.Running && container.stopping === Stopping.No) {
        this.#stop(container, graceSeconds, 'Stopping container ' + container.spec.name);
      }
    }
    if (this.#afterAll !== undefined) this.#lookWhetherGone();
  }

  /** Kills one container of a pod that goes on; `then` is called when it is dead. */
  kill(container: ContainerRecord, graceSeconds: number, message: string, then: () => void): void {
    (this.#afterKill ??= new Map()).set(container, then);
    this.#stop(container, graceSeconds, message);
  }

  #stop(container: ContainerRecord, graceSeconds: number, message: string): void {
    const worker = this.#worker;
    const { engine, behaviours, kinds } = worker.kubelet.services;
    worker.kubelet.record(worker.pod, 'Normal', 'Killing', message);
    container.stopSince = engine.now;
    container.graceLeft = graceSeconds;
    const preStop = container.spec.lifecycle?.preStop;
    if (preStop === undefined || graceSeconds <= 0) {
      this.#awaitTurn(container);
      return;
    }
    const hook = behaviours.hook(worker.pod, container.spec, 'preStop', container.attempt);
    const allowed = micros(graceSeconds);
    const ok = hook.ok && hook.duration <= allowed;
    container.stopping = Stopping.PreStop;
    const duration = Math.min(hook.duration, allowed);
    container.stopEvent = engine.after(duration, kinds.preStopDone, worker.slot, container.index, ok);
  }

  preStopDone(container: ContainerRecord, ok: boolean): void {
    container.stopEvent = NO_EVENT;
    const worker = this.#worker;
    if (!ok) worker.kubelet.record(worker.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
    this.#spendGrace(container);
    this.#awaitTurn(container);
  }

  /** A sidecar waits until the main containers and the sidecars after it have ended, as long as its grace lasts. */
  #awaitTurn(container: ContainerRecord): void {
    const worker = this.#worker;
    if (this.#afterAll === undefined || this.#isTurnOf(container)) {
      this.#signal(container);
      return;
    }
    const { engine, kinds } = worker.kubelet.services;
    container.stopping = Stopping.WaitingItsTurn;
    const rest = micros(Math.max(0, container.graceLeft));
    container.stopEvent = engine.after(rest, kinds.turnOver, worker.slot, container.index);
  }

  /** The grace of a waiting sidecar has run out. */
  turnOver(container: ContainerRecord): void {
    container.stopEvent = NO_EVENT;
    this.#spendGrace(container);
    this.#signal(container);
  }

  #isTurnOf(container: ContainerRecord): boolean {
    if (container.role !== Role.Sidecar) return true;
    return this.#worker.containers.every(
      (one) =>
        one.state !== RunState.Running ||
        one === container ||
        (one.role !== Role.Regular && one.index < container.index),
    );
  }

  /** Grace is counted in whole seconds, what is spent cut off. */
  #spendGrace(container: ContainerRecord): void {
    const { now } = this.#worker.kubelet.services.engine;
    container.graceLeft -= Math.floor((now - container.stopSince) / MICROS_PER_SECOND);
    container.stopSince = now;
  }

  #signal(container: ContainerRecord): void {
    const worker = this.#worker;
    const { engine, kinds } = worker.kubelet.services;
    const life = container.life!;
    container.stopping = Stopping.Signalled;
    const timeout = micros(Math.max(LEAST_STOP_SECONDS, container.graceLeft));
    const obeys = life.stopDelay < timeout;
    const stopsAt = engine.now + (obeys ? life.stopDelay : timeout);
    // It may come to its own end before.
    if (container.startedAt + life.exitAge <= stopsAt) return;
    engine.cancel(container.exitEvent);
    container.exitEvent = NO_EVENT;
    container.stopCode = obeys ? life.stopCode : SIGKILLED;
    if (stopsAt === engine.now) worker.containerEnded(container, container.stopCode, '');
    else container.stopEvent = engine.at(stopsAt, kinds.stopped, worker.slot, container.index);
  }

  /** A container has ended, by itself or because it was told to. */
  ended(container: ContainerRecord): void {
    const worker = this.#worker;
    worker.kubelet.services.engine.cancel(container.stopEvent);
    container.stopEvent = NO_EVENT;
    container.stopping = Stopping.No;
    const then = this.#afterKill?.get(container);
    if (then !== undefined) {
      this.#afterKill!.delete(container);
      then();
      return;
    }
    if (this.#afterAll === undefined) return;
    for (const other of worker.containers) {
      if (other.stopping !== Stopping.WaitingItsTurn || !this.#isTurnOf(other)) continue;
      worker.kubelet.services.engine.cancel(other.stopEvent);
      other.stopEvent = NO_EVENT;
      this.#spendGrace(other);
      this.#signal(other);
    }
    this.#lookWhetherGone();
  }

  #lookWhetherGone(): void {
    const then = this.#afterAll;
    if (then === undefined || this.#worker.containers.some((one) => one.state === RunState.Running)) return;
    this.#afterAll = undefined;
    then();
  }

  /** No container runs any more. */
  #gone(): void {
    const worker = this.#worker;
    const { engine } = worker.kubelet.services;
    worker.stage = Stage.Terminated;
    this.#goneAt = engine.now;
    worker.sandboxGone();
    worker.kubelet.discharge(worker);
    if (worker.apiGone) {
      worker.forget();
      return;
    }
    worker.seeAll();
    const { status, terminal } = makePodStatus(worker, true, engine.now);
    worker.writer.publish(status);
    if (worker.isDeleted || !terminal || finalStatus(status) !== status) this.#awaitReclaim();
    else worker.statusWritten();
  }

  /** A pod that has ended is deleted: the kubelet takes the object away when it has reclaimed what the pod held. */
  reclaimWhenDeleted(): void {
    if (this.#reclaimed) this.#deleteObject();
    else this.#awaitReclaim();
  }

  #awaitReclaim(): void {
    if (this.#reclaimEvent !== NO_EVENT) return;
    const worker = this.#worker;
    const { engine, durations, kinds } = worker.kubelet.services;
    const at = Math.max(engine.now, Math.max(this.#goneAt, 0) + durations.teardown.of(worker.entity, 0));
    this.#reclaimEvent = engine.at(at, kinds.reclaimed, worker.slot);
  }

  reclaimed(): void {
    this.#reclaimEvent = NO_EVENT;
    this.#reclaimed = true;
    const { writer } = this.#worker;
    writer.publish(finalStatus(writer.status));
    this.#worker.statusWritten();
  }

  /** Whether the object can be taken away, or forgotten: everything is said. */
  settle(): void {
    const worker = this.#worker;
    if (worker.stage !== Stage.Terminated || !worker.writer.settled || this.#reclaimEvent !== NO_EVENT) return;
    if (!worker.isDeleted) worker.forget();
    else if (this.#reclaimed) this.#deleteObject();
    else this.#awaitReclaim();
  }

  #deleteObject(): void {
    if (this.#deleting) return;
    this.#deleting = true;
    const { key, uid, kubelet } = this.#worker;
    kubelet.client.send({ verb: 'delete', kind: 'Pod', key, uid, gracePeriodSeconds: 0 }, (response) =>
      this.#deleted(response),
    );
  }

  #deleted(response: Response): void {
    const worker = this.#worker;
    // The watch tells of the end; a finalizer may still hold it up.
    if (worker.stage === Stage.Gone || response.ok) return;
    if (response.reason === 'NotFound' || response.reason === 'Conflict') return;
    const { engine, kinds } = worker.kubelet.services;
    this.#retryEvent = engine.at(worker.kubelet.nextTick(RECONCILE_PERIOD), kinds.retryDelete, worker.slot);
  }

  retryDelete(): void {
    this.#retryEvent = NO_EVENT;
    this.#deleting = false;
    this.#deleteObject();
  }

  /** The pod is forgotten: nothing of it is pending any more. */
  cancel(): void {
    const { engine } = this.#worker.kubelet.services;
    engine.cancel(this.#reclaimEvent);
    engine.cancel(this.#retryEvent);
  }
}

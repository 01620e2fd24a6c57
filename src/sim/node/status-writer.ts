import { conditionStatus, type PodStatus } from '../api/pod.ts';
import type { Response } from '../api/request.ts';
import type { PodWorker } from './pod-worker.ts';
import { NO_EVENT } from './no-event.ts';

/** The status manager's full pass, in which failed writes are tried again (kubernetes-behaviour.md 4.1). */
const RECONCILE_PERIOD = 10_000_000;

/**
 * Brings a pod's status to the API server: one write under way at most, and what changes meanwhile goes with the next
 * one. So a slow API server sees fewer writes, never an old status after a newer one.
 */
export class StatusWriter {
  readonly #worker: PodWorker;
  /** As last made. */
  status: PodStatus;
  /** As last accepted by the API server, or found there. */
  #written: PodStatus;
  #inFlight: PodStatus | undefined;
  #event = NO_EVENT;
  #writes = 0;
  #dropped = false;

  constructor(worker: PodWorker) {
    this.#worker = worker;
    this.status = worker.pod.status;
    this.#written = worker.pod.status;
  }

  /** Nothing waits to be written. */
  get settled(): boolean {
    return this.#dropped || (this.status === this.#written && this.#inFlight === undefined);
  }

  /** Takes over what stands in the API server already. */
  found(status: PodStatus): void {
    this.status = status;
    this.#written = status;
  }

  publish(status: PodStatus): void {
    if (status === this.status) return;
    this.status = status;
    if (this.#dropped || this.#inFlight !== undefined || this.#event !== NO_EVENT) return;
    const { engine, kinds, durations } = this.#worker.kubelet.services;
    const delay = durations.statusDelay.of(this.#worker.entity, this.#writes);
    if (delay === 0) this.send();
    else this.#event = engine.after(delay, kinds.sendStatus, this.#worker.slot);
  }

  send(): void {
    this.#event = NO_EVENT;
    const worker = this.#worker;
    const { status } = this;
    this.#inFlight = status;
    this.#writes++;
    worker.kubelet.client.send(
      { verb: 'patch-status', kind: 'Pod', key: worker.key, uid: worker.uid, status },
      (response) => this.#answered(status, response),
    );
  }

  /**
   * What stands in the API server is not what was written: somebody else has said that the pod is not ready. The next
   * full pass sets it right (kubernetes-behaviour.md 4.1).
   */
  reconcile(found: PodStatus): void {
    if (this.#dropped || this.#inFlight !== undefined || this.#event !== NO_EVENT) return;
    const ours = conditionStatus(this.status.conditions, 'Ready');
    if (this.status !== this.#written || ours === conditionStatus(found.conditions, 'Ready')) return;
    const { engine, kinds } = this.#worker.kubelet.services;
    this.#event = engine.at(this.#worker.kubelet.nextTick(RECONCILE_PERIOD), kinds.sendStatus, this.#worker.slot);
  }

  /** The pod is gone from the API: nothing is written any more. */
  drop(): void {
    this.#dropped = true;
    this.#worker.kubelet.services.engine.cancel(this.#event);
    this.#event = NO_EVENT;
  }

  #answered(sent: PodStatus, response: Response): void {
    this.#inFlight = undefined;
    if (this.#dropped) return;
    const { engine, kinds } = this.#worker.kubelet.services;
    if (!response.ok) {
      if (response.reason === 'NotFound' || response.reason === 'Conflict') return;
      this.#event = engine.at(this.#worker.kubelet.nextTick(RECONCILE_PERIOD), kinds.sendStatus, this.#worker.slot);
      return;
    }
    this.#written = sent;
    if (this.status !== sent) this.send();
    else this.#worker.statusWritten();
  }
}

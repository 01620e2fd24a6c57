import { Role, RunState, type ContainerRecord } from './container.ts';
import { startContainer } from './container-start.ts';
import type { PodWorker } from './pod-worker.ts';
import { withSandbox } from './pod-status.ts';
import { firstPlan, NOTHING_TO_DO, planSync, type SyncPlan } from './sync-plan.ts';

const NO_ADDRESS_LEFT = 'rpc error: code = Unknown desc = failed to setup network for sandbox: no address left';

/**
 * What one sync does with a pod, step after step (kubernetes-behaviour.md 4.2): volumes, sandbox, kills, starts. The
 * steps of a pod's syncs are here, one sync at a time; when the next one comes is the worker's business.
 */
export class PodSync {
  readonly #worker: PodWorker;
  /** Something could not be done: the pod is looked at again after a while. */
  failed = false;
  /** Something was started, or died in the attempt. */
  changed = false;
  /** When the first container that is held back by its crashes may start; 0: none is. */
  heldBackUntil = 0;
  /** Of what a sync waits for, the one thing that need not be awaited when the pod is to end. */
  waitsForVolumes = false;
  volumesAreMounted = false;

  #sandboxAttempts = 0;
  #plan: SyncPlan = NOTHING_TO_DO;
  #killed = 0;
  #started = 0;

  constructor(worker: PodWorker) {
    this.#worker = worker;
  }

  begin(): void {
    this.failed = false;
    this.changed = false;
    this.heldBackUntil = 0;
    if (this.volumesAreMounted) {
      this.#syncRuntime();
      return;
    }
    const worker = this.#worker;
    const { durations, kinds } = worker.kubelet.services;
    const wait = worker.kubelet.mountsVolumes(worker.spec) ? durations.volumeWait.of(worker.entity, 0) : 0;
    this.waitsForVolumes = true;
    if (wait === 0) this.volumesMounted();
    else worker.step(wait, kinds.volumesMounted);
  }

  volumesMounted(): void {
    this.waitsForVolumes = false;
    this.volumesAreMounted = true;
    this.#syncRuntime();
  }

  #syncRuntime(): void {
    const worker = this.#worker;
    if (worker.sandboxReady) {
      this.#carryOut(planSync(worker.spec, worker.containers));
      return;
    }
    const { kinds, runtime } = worker.kubelet.services;
    const call = runtime.runSandbox(worker.pod, { entity: worker.entity, number: this.#sandboxAttempts++ });
    worker.step(call.duration, kinds.sandboxCreated, call.error);
  }

  sandboxCreated(error: string | undefined): void {
    const worker = this.#worker;
    const { kubelet } = worker;
    let failure = error;
    if (failure === undefined) {
      worker.podIP = worker.spec.hostNetwork === true ? kubelet.hostIP : kubelet.takeAddress();
      if (worker.podIP === undefined) failure = NO_ADDRESS_LEFT;
    }
    if (failure !== undefined) {
      kubelet.record(worker.pod, 'Warning', 'FailedCreatePodSandBox', 'Failed to create pod sandbox: ' + failure);
      this.failed = true;
      worker.syncEnded();
      return;
    }
    worker.sandboxReady = true;
    this.changed = true;
    worker.writer.publish(withSandbox(worker, kubelet.services.engine.now));
    this.#carryOut(firstPlan(worker.spec, worker.containers));
  }

  #carryOut(plan: SyncPlan): void {
    this.#plan = plan;
    this.#killed = 0;
    this.#started = 0;
    if (!plan.killPod) {
      this.#killNext();
      return;
    }
    const worker = this.#worker;
    worker.termination.killAll(worker.grace, () => {
      worker.sandboxGone();
      this.changed = true;
      worker.syncEnded();
    });
  }

  /** Goes through the plan's kills, one after the other, and then its starts. */
  #killNext(): void {
    while (this.#killed < this.#plan.kill.length) {
      const container = this.#plan.kill[this.#killed++]!;
      if (container.state !== RunState.Running) continue;
      const grace = this.#graceOfKill(container);
      this.#worker.termination.kill(container, grace, this.#killMessage(container), () => this.#killNext());
      return;
    }
    this.#startNext();
  }

  #graceOfKill(container: ContainerRecord): number {
    const { condemnedBy, spec } = container;
    const probe = condemnedBy === undefined ? undefined : spec[`${condemnedBy}Probe`];
    return probe?.terminationGracePeriodSeconds ?? this.#worker.grace;
  }

  #killMessage(container: ContainerRecord): string {
    const { name } = container.spec;
    const { condemnedBy } = container;
    if (condemnedBy === undefined) return 'Container ' + name + ' definition changed, will be restarted';
    if (container.role === Role.Sidecar) return 'Init container ' + name + ' failed ' + condemnedBy + ' probe';
    const restarts = this.#plan.start.includes(container) ? ', will be restarted' : '';
    return 'Container ' + name + ' failed ' + condemnedBy + ' probe' + restarts;
  }

  /** Starts one container after the other. One that fails holds up nobody, save that an init container ends the sync. */
  #startNext(): void {
    while (this.#started < this.#plan.start.length) {
      const container = this.#plan.start[this.#started]!;
      if (startContainer(this.#worker, container)) return;
      this.failed = true;
      this.#started = container.role === Role.Init ? this.#plan.start.length : this.#started + 1;
    }
    this.#worker.syncEnded();
  }

  /** A container of the plan runs, its postStart hook included. */
  containerUp(): void {
    this.changed = true;
    this.#started++;
    this.#startNext();
  }

  /** A container of the plan could not be brought up; `died`: there is a dead one more to be seen. */
  startFailed(container: ContainerRecord, died = false): void {
    this.failed = true;
    if (died) this.changed = true;
    this.#started = container.role === Role.Init ? this.#plan.start.length : this.#started + 1;
    this.#startNext();
  }

  /** CrashLoopBackOff of a container: the pod is looked at again when the first one is over. */
  holdBackUntil(time: number): void {
    if (this.heldBackUntil === 0 || time < this.heldBackUntil) this.heldBackUntil = time;
  }
}

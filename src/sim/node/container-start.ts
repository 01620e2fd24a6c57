import { parseImageName, pullPolicyOf } from '../api/image-name.ts';
import { newBackOff, raiseBackOff, remainingBackOff } from './back-off.ts';
import { NEVER, RunState, Stopping, type ContainerRecord } from './container.ts';
import { terminatedState } from './container-status.ts';
import type { Occasion } from './container-runtime.ts';
import { goDuration } from '../api/go-duration.ts';
import type { PullResult } from './image-store.ts';
import type { PodWorker } from './pod-worker.ts';

/** Occasions of draws are made of container and attempt; in pods with more containers some share their luck. */
const CONTAINERS_PER_POD = 64;

function occasionOf(worker: PodWorker, container: ContainerRecord): Occasion {
  const attempt = container.state === RunState.Absent ? 0 : container.attempt + 1;
  return { entity: worker.entity, number: attempt * CONTAINERS_PER_POD + (container.index % CONTAINERS_PER_POD) };
}

/**
 * Starts one container within a sync: crash back-off, image, create, start, postStart (kubernetes-behaviour.md 4.2). What
 * fails at once returns false; else the sync hears `containerUp` or `startFailed` in the end.
 */
export function startContainer(worker: PodWorker, container: ContainerRecord): boolean {
  return !isHeldBack(worker, container) && ensureImage(worker, container);
}

/** CrashLoopBackOff: whether the container died too recently. Where not, the next time will be later (4.4). */
function isHeldBack(worker: PodWorker, container: ContainerRecord): boolean {
  const { kubelet } = worker;
  const { now } = kubelet.services.engine;
  // One that this very sync has killed still counts as running: its predecessor's end is looked at [REC].
  const diedAt = container.exitUnseen ? container.lastFinishedAt : container.finishedAt;
  const died = container.exitUnseen ? container.lastFinishedAt !== NEVER : container.state === RunState.Exited;
  if (!died) return false;
  const crashes = (container.crashes ??= newBackOff());
  const rest = remainingBackOff(crashes, diedAt, now);
  if (rest === 0) {
    raiseBackOff(crashes, diedAt, now);
    return false;
  }
  const { name } = container.spec;
  const { metadata } = worker.pod;
  const pod = metadata.name + '_' + metadata.namespace + '(' + metadata.uid + ')';
  kubelet.record(worker.pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod}`);
  container.waitingReason = 'CrashLoopBackOff';
  container.waitingMessage = `back-off ${goDuration(crashes.delay)} restarting failed container=${name} pod=${pod}`;
  worker.sync.holdBackUntil(now + rest);
  return true;
}

/** The image by its pull policy, and its back-off a container (4.3). */
function ensureImage(worker: PodWorker, container: ContainerRecord): boolean {
  const { kubelet } = worker;
  const { engine, runtime } = kubelet.services;
  const { image } = container.spec;
  const policy = container.spec.imagePullPolicy ?? pullPolicyOf(image);
  if (policy !== 'Always' && kubelet.images.has(image)) {
    const what = `Container image "${image}" already present on machine and can be accessed by the pod`;
    kubelet.record(worker.pod, 'Normal', 'Pulled', what);
    create(worker, container);
    return true;
  }
  if (parseImageName(image) === undefined) {
    const what = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    kubelet.record(worker.pod, 'Warning', 'InspectFailed', what);
    return cannotStart(worker, container, 'InvalidImageName', what);
  }
  if (policy === 'Never') {
    const what = `Container image "${image}" is not present with pull policy of Never`;
    kubelet.record(worker.pod, 'Warning', 'ErrImageNeverPull', what);
    return cannotStart(worker, container, 'ErrImageNeverPull', what);
  }
  const { pulls } = container;
  if (pulls !== undefined && remainingBackOff(pulls, pulls.raisedAt, engine.now) > 0) {
    const what = `Back-off pulling image "${image}"`;
    kubelet.record(worker.pod, 'Normal', 'BackOff', what);
    return cannotStart(worker, container, 'ImagePullBackOff', `${what}: ErrImagePull: ${container.lastPullError}`);
  }
  kubelet.record(worker.pod, 'Normal', 'Pulling', `Pulling image "${image}"`);
  kubelet.images.pull({
    image,
    askedAt: engine.now,
    begin: (present, occasion) =>
      runtime.pullImage(worker.pod, container.spec, container.pullAttempts++, present, occasion),
    done: (result) => pulled(worker, container, result),
  });
  return true;
}

function pulled(worker: PodWorker, container: ContainerRecord, result: PullResult): void {
  const { kubelet } = worker;
  const { now } = kubelet.services.engine;
  const { image } = container.spec;
  if (result.error === undefined) {
    const took = goDuration(wholeMilliseconds(result.took));
    const inAll = goDuration(wholeMilliseconds(result.tookWithWaiting));
    kubelet.record(
      worker.pod,
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${inAll} including waiting). Image size: ${result.sizeBytes} bytes.`,
    );
    create(worker, container);
    return;
  }
  container.lastPullError = result.error;
  raiseBackOff((container.pulls ??= newBackOff()), now, now);
  kubelet.record(worker.pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${result.error}`);
  cannotStart(worker, container, 'ErrImagePull', result.error);
  worker.sync.startFailed(container);
}

function wholeMilliseconds(micros: number): number {
  return micros - (micros % 1_000);
}

/** `said`: what the Event says, where that is not the reason. */
function cannotStart(
  worker: PodWorker,
  container: ContainerRecord,
  reason: string,
  message: string,
  said = reason,
): false {
  container.waitingReason = reason;
  container.waitingMessage = message;
  worker.kubelet.record(worker.pod, 'Warning', 'Failed', 'Error: ' + said);
  return false;
}

function create(worker: PodWorker, container: ContainerRecord): void {
  const { kinds, runtime } = worker.kubelet.services;
  const step = runtime.createContainer(worker.pod, container.spec, occasionOf(worker, container));
  worker.step(step.duration, kinds.containerCreated, step.error, container.index);
}

/** CreateContainer has returned. */
export function containerCreated(worker: PodWorker, container: ContainerRecord, error: string | undefined): void {
  if (error !== undefined) {
    cannotStart(worker, container, 'CreateContainerError', error, error);
    worker.sync.startFailed(container);
    return;
  }
  const { kinds, runtime } = worker.kubelet.services;
  worker.kubelet.record(worker.pod, 'Normal', 'Created', 'Container created');
  const step = runtime.startContainer(worker.pod, container.spec, occasionOf(worker, container));
  worker.step(step.duration, kinds.containerStarted, step.error, container.index);
}

/** What the runtime says of a container that could not be started. */
const START_ERROR_CODE = 128;

/** StartContainer has failed: the container that was created is dead. */
function startFailed(worker: PodWorker, container: ContainerRecord, error: string): void {
  countDeath(container);
  container.state = RunState.Exited;
  container.startedAt = NEVER;
  container.finishedAt = worker.kubelet.services.engine.now;
  container.exitCode = START_ERROR_CODE;
  container.exitReason = 'StartError';
  container.exitUnseen = false;
  cannotStart(worker, container, 'RunContainerError', error, error);
  worker.sync.startFailed(container, true);
}

/** A life before the one that begins now becomes the last state. */
function countDeath(container: ContainerRecord): void {
  if (container.state !== RunState.Exited) return;
  container.lastState = terminatedState(container);
  container.lastFinishedAt = container.finishedAt;
  container.attempt++;
}

/** StartContainer has returned: a new life begins. */
export function containerStarted(worker: PodWorker, container: ContainerRecord, error: string | undefined): void {
  if (error !== undefined) {
    startFailed(worker, container, error);
    return;
  }
  const { engine, behaviours, kinds } = worker.kubelet.services;
  worker.kubelet.record(worker.pod, 'Normal', 'Started', 'Container started');
  countDeath(container);
  const life = behaviours.life(worker.pod, container.spec, container.attempt);
  container.state = RunState.Running;
  container.exitUnseen = false;
  container.startedAt = engine.now;
  container.life = life;
  container.begun = false;
  container.started = false;
  container.ready = false;
  container.waitingReason = '';
  container.waitingMessage = '';
  container.condemnedBy = undefined;
  container.definitionChanged = false;
  container.stopping = Stopping.No;
  if (life.exitAge !== Infinity) {
    container.exitEvent = engine.after(life.exitAge, kinds.containerExited, worker.slot, container.index);
  }
  if (container.spec.lifecycle?.postStart === undefined) {
    worker.sync.containerUp();
    return;
  }
  const hook = behaviours.hook(worker.pod, container.spec, 'postStart', container.attempt);
  worker.step(hook.duration, kinds.postStartDone, hook.ok, container.index);
}

/** The postStart hook has returned. Where it failed the container is killed with the whole grace (4.4). */
export function postStartDone(worker: PodWorker, container: ContainerRecord, ok: boolean): void {
  if (ok || container.state !== RunState.Running) {
    worker.sync.containerUp();
    return;
  }
  worker.kubelet.record(worker.pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
  worker.termination.kill(container, worker.grace, 'FailedPostStartHook', () => {
    container.waitingReason = 'PostStartHookError';
    container.waitingMessage = 'PostStartHook failed';
    worker.sync.startFailed(container);
  });
}

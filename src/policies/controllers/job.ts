import { JOB_TRACKING_FINALIZER, type Job } from '../../sim/api/batch.ts';
import type { Change } from '../../sim/api/change.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { compileLabelSelector } from '../../sim/api/label-selector.ts';
import { controllerOf, type OwnerReference } from '../../sim/api/meta.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { BackoffStore } from './job/back-off.ts';
import { isFinished, newCondition, withCondition } from './job/conditions.ts';
import { deleteActivePods, managePods, type PodHands } from './job/manage-pods.ts';
import { deadlineOf, syncContext, type SyncContext } from './job/sync-context.ts';
import { trackPods, type TrackHands } from './job/track-pods.ts';
import { FinalizerExpectations, isTracked, untrack } from './job/tracking-finalizer.ts';
import { completionsReached, isComplete, verdictOf } from './job/verdict.ts';
import { claim, controllerReference } from './ownership.ts';
import { Expectations } from './replica-set/expectations.ts';
import { BEHIND, WrittenVersions } from './replica-set/written-versions.ts';
import { ask } from './requests.ts';
import { wholeSecond } from './whole-second.ts';

/** Pod events of a Job are gathered for this long before it is looked at. Microseconds. */
const BATCH_PERIOD = 1_000_000;
const MICROS_PER_SECOND = 1_000_000;
/** Keys of pods that are looked at for themselves; no namespace has a name with a `#`. */
const ORPHAN_PREFIX = '#orphan/';
/** Who looks after a Job that names nobody. */
const OWN_NAME = 'kubernetes.io/job-controller';

/** Runs pods until a Job's work is done (kubernetes-behaviour.md 3.5). */
export function job(settings: JobSettings = JOB_DEFAULTS): ControllerFactory {
  return (host) => new JobController(host, settings);
}

export interface JobSettings {
  /** The gate StaleControllerConsistencyJob. */
  readonly waitsForItsWrites: boolean;
}

const JOB_DEFAULTS: JobSettings = { waitsForItsWrites: true };

class JobController implements Controller, PodHands, TrackHands {
  readonly name = 'job';
  readonly workers = 5;
  readonly retryBackoff = { baseMicros: 1_000_000, maxMicros: 60_000_000 };
  readonly handlers = {
    Job: (change: Change<'Job'>) => this.#jobChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly expectations: Expectations;
  readonly finalizers = new FinalizerExpectations();
  readonly #host: ControllerHost;
  readonly #jobs: ControllerLister<'Job'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #backoffs = new BackoffStore();
  readonly #written: WrittenVersions;
  /** By uid of the Job: its pods share one list of owners. */
  readonly #references = new Map<string, readonly OwnerReference[]>();

  constructor(host: ControllerHost, settings: JobSettings) {
    this.#host = host;
    this.#written = new WrittenVersions(settings.waitsForItsWrites);
    this.#jobs = host.lister('Job');
    this.#pods = host.lister('Pod');
    this.expectations = new Expectations(() => host.now());
  }

  // ---- What happens to the queue ----

  #jobChanged({ type, object, previous }: Change<'Job'>): void {
    this.#written.observe('Job', object.metadata.resourceVersion);
    const key = keyOf(object);
    if (type === 'DELETED') {
      this.#host.enqueue(key);
      this.#references.delete(object.metadata.uid);
      this.#written.forget(key, object.metadata.uid);
      this.#releaseFinalizers(object);
      return;
    }
    if (previous === undefined) {
      this.#host.enqueue(key);
      return;
    }
    // What only the status says comes from pods, or from this controller itself: there is no hurry.
    if (previous.metadata.generation === object.metadata.generation) this.#enqueueBatched(key);
    else this.#host.enqueue(key);
    if (isFinished(object)) this.#releaseFinalizers(object);
    this.#rearmDeadline(key, previous, object);
  }

  #rearmDeadline(key: string, before: Job, after: Job): void {
    const { activeDeadlineSeconds } = after.spec;
    const { startTime } = after.status;
    if (activeDeadlineSeconds === undefined || startTime === undefined) return;
    if (before.spec.activeDeadlineSeconds === activeDeadlineSeconds) return;
    this.#host.enqueueAfter(key, startTime + activeDeadlineSeconds * MICROS_PER_SECOND - this.#host.now());
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    this.#written.observe('Pod', object.metadata.resourceVersion);
    if (type === 'DELETED') this.#podGoes(object, true);
    else if (object.metadata.deletionTimestamp !== undefined) this.#podGoes(object, false);
    else if (previous === undefined) this.#podAdded(object);
    else this.#podUpdated(object, previous);
  }

  #podAdded(pod: Pod): void {
    if (controllerOf(pod.metadata) === undefined) return this.#orphanSeen(pod, true);
    const owner = this.#ownerOf(pod);
    if (owner === undefined) return;
    const key = keyOf(owner);
    this.expectations.creationObserved(key);
    this.#enqueueBatched(key);
  }

  #podUpdated(pod: Pod, before: Pod): void {
    const changedHands = controllerOf(pod.metadata)?.uid !== controllerOf(before.metadata)?.uid;
    if (changedHands) this.#ownedPodChanged(before, pod);
    if (controllerOf(pod.metadata) !== undefined) return this.#ownedPodChanged(pod, pod);
    this.#orphanSeen(pod, changedHands || before.metadata.labels !== pod.metadata.labels);
  }

  #ownedPodChanged(owned: Pod, pod: Pod): void {
    const owner = this.#ownerOf(owned);
    if (owner === undefined) return;
    const key = keyOf(owner);
    if (!isTracked(pod)) this.finalizers.settled(key, pod.metadata.uid);
    this.#enqueueBatched(key);
  }

  /** A pod that is asked to go, or is gone. */
  #podGoes(pod: Pod, isGone: boolean): void {
    const reference = controllerOf(pod.metadata);
    if (reference !== undefined && reference.kind !== 'Job') return;
    const owner = this.#ownerOf(pod);
    if (owner === undefined || isFinished(owner)) {
      if (isTracked(pod) && !isGone) this.#enqueueOrphan(pod);
      return;
    }
    const key = keyOf(owner);
    this.expectations.deletionObserved(key, keyOf(pod));
    if (isGone || !isTracked(pod)) this.finalizers.settled(key, pod.metadata.uid);
    this.#enqueueBatched(key);
  }

  /** A pod without a controller: nobody counts it, but somebody may adopt it. */
  #orphanSeen(pod: Pod, mayBeAdopted: boolean): void {
    if (isTracked(pod)) this.#enqueueOrphan(pod);
    if (!mayBeAdopted) return;
    for (const candidate of this.#jobs.list(pod.metadata.namespace)) {
      const { selector } = candidate.spec;
      if (selector === undefined || !compileLabelSelector(selector)(pod.metadata.labels)) continue;
      this.#enqueueBatched(keyOf(candidate));
    }
  }

  /** The Job that controls a pod, if the cache knows it. */
  #ownerOf(pod: Pod): Job | undefined {
    const reference = controllerOf(pod.metadata);
    if (reference?.kind !== 'Job') return undefined;
    const owner = this.#jobs.get(objectKey(pod.metadata.namespace, reference.name));
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  #releaseFinalizers({ metadata }: Job): void {
    for (const pod of this.#pods.ownedBy(metadata.uid)) if (isTracked(pod)) this.#enqueueOrphan(pod);
  }

  #enqueueOrphan(pod: Pod): void {
    this.#host.enqueue(ORPHAN_PREFIX + keyOf(pod));
  }

  #enqueueBatched(key: string): void {
    this.#host.enqueueAfter(key, BATCH_PERIOD);
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    if (key.startsWith(ORPHAN_PREFIX)) return yield* this.#freeOrphan(key.slice(ORPHAN_PREFIX.length));
    if (!this.#written.hasRead(key)) return BEHIND;
    const job = this.#jobs.get(key);
    if (job === undefined) {
      this.expectations.forget(key);
      this.finalizers.forget(key);
      this.#backoffs.forget(key);
      return;
    }
    if (!isOurs(job)) return;
    if (isFinished(job)) {
      this.#backoffs.forget(key);
      return;
    }
    yield* this.#syncJob(key, job);
  }

  *#syncJob(key: string, job: Job): SyncSteps {
    const mayAct = this.expectations.satisfied(key);
    const expectedUntracked = this.finalizers.of(key);
    const pods = yield* this.#claimPods(job);
    const now = this.#host.now();
    const context = syncContext(key, job, pods, expectedUntracked, this.#backoffs);
    const { status } = context;
    if (status.startTime === undefined && !job.spec.suspend) status.startTime = now;
    context.finished = verdictOf(context, now);
    let failure: string | undefined;
    let conditionChanged = false;
    if (context.finished !== undefined) {
      failure = yield* deleteActivePods(context, this);
      // Pods that could not be deleted, or that the cache does not show yet, have to be counted first.
      if (context.active > 0 || !mayAct) context.finished = undefined;
    } else {
      const deadline = deadlineOf(job, status.startTime);
      if (deadline !== undefined) this.#host.enqueueAfter(key, deadline - now);
      const manages = mayAct && job.metadata.deletionTimestamp === undefined;
      if (manages) failure = yield* managePods(context, this);
      if (isComplete(context)) context.finished = completionsReached(this.#host.now());
      else if (manages) conditionChanged = this.#noteSuspension(context);
    }
    if (status.startTime !== undefined) status.startTime = wholeSecond(status.startTime);
    const countsChanged =
      status.active !== context.active || status.ready !== context.ready || status.terminating !== context.terminating;
    status.active = context.active;
    status.ready = context.ready;
    status.terminating = context.terminating;
    yield* trackPods(context, conditionChanged || countsChanged, this);
    if (failure !== undefined) throw new SyncError(failure);
  }

  /** Tells by condition and Event when a Job goes to rest and when it goes on. */
  #noteSuspension(context: SyncContext): boolean {
    const { status, job } = context;
    const { suspend } = job.spec;
    const now = this.#host.now();
    const next = suspend
      ? newCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
      : newCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now);
    const conditions = withCondition(status.conditions, next);
    if (conditions === status.conditions) return false;
    status.conditions = conditions;
    status.startTime = suspend ? undefined : now;
    this.record(context, 'Normal', suspend ? 'Suspended' : 'Resumed', next.message!);
    return true;
  }

  /** The pods that are the Job's own, after adopting and releasing what needs it. */
  *#claimPods(job: Job): Steps<readonly Pod[]> {
    const { selector } = job.spec;
    const owned = this.#pods.ownedBy(job.metadata.uid);
    if (selector === undefined) return owned;
    const matches = compileLabelSelector(selector);
    const orphans = this.#pods.orphans(job.metadata.namespace, selector);
    if (orphans.length === 0 && owned.every((pod) => matches(pod.metadata.labels))) return owned;
    return yield* claim(job, [...owned, ...orphans], matches, JOB_TRACKING_FINALIZER);
  }

  /** Takes the finalizer off a pod that no Job will count any more. */
  *#freeOrphan(key: string): SyncSteps {
    const pod = this.#pods.get(key);
    if (pod === undefined || !isTracked(pod)) return;
    const reference = controllerOf(pod.metadata);
    if (reference !== undefined) {
      if (reference.kind !== 'Job') return;
      const owner = this.#ownerOf(pod);
      if (owner !== undefined && (!isOurs(owner) || !isFinished(owner))) return;
    }
    const answer = yield* ask(untrack(pod));
    if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
  }

  // ---- What the parts of a sync need ----

  now(): number {
    return this.#host.now();
  }

  record({ job }: SyncContext, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#host.record(job, type, reason, message);
  }

  owners({ job }: SyncContext): readonly OwnerReference[] {
    const { uid } = job.metadata;
    let owners = this.#references.get(uid);
    if (owners === undefined) this.#references.set(uid, (owners = Object.freeze([controllerReference(job)])));
    return owners;
  }

  wrote({ key, job }: SyncContext, pod: Pod): void {
    this.#written.wroteAt(key, job.metadata.uid, 'Pod', pod.metadata.resourceVersion);
  }

  wroteStatus({ key }: SyncContext, { metadata }: Job): void {
    this.#written.wroteAt(key, metadata.uid, 'Job', metadata.resourceVersion);
  }

  again({ key }: SyncContext, delayMicros: number): void {
    this.#host.enqueueAfter(key, Math.max(BATCH_PERIOD, delayMicros));
  }

  counted({ key, backoff }: SyncContext): void {
    this.#backoffs.keep(key, backoff);
  }

  finished(context: SyncContext): void {
    const { finished, job } = context;
    if (finished === undefined) return;
    if (finished.type === 'Failed') {
      return this.record(context, 'Warning', finished.reason ?? '', finished.message ?? '');
    }
    const { completions } = job.spec;
    if (completions !== undefined && job.status.succeeded > completions) {
      const message = 'Too many succeeded pods running after completion count reached';
      this.record(context, 'Warning', 'TooManySucceededPods', message);
    }
    this.record(context, 'Normal', 'Completed', 'Job completed');
  }
}

/** Whether no other controller claims to look after it. */
function isOurs({ spec }: Job): boolean {
  return spec.managedBy === undefined || spec.managedBy === OWN_NAME;
}

import type { Pod } from '../../api/pod.ts';
import { MICROS_PER_SECOND } from '../../engine/time.ts';
import { backoffExpiration, floorToSecond, type BackoffLimits } from './backoff.ts';
import type { HintTable } from './hints.ts';
import { type ClusterEvent, type ClusterHappening, type Requeue } from './hints.ts';
import { InFlight } from './in-flight.ts';
import { QueuedPod, type Room } from './queued-pod.ts';
import { UnschedulablePods } from './unschedulable-pods.ts';
import { WaitingRoom } from './waiting-room.ts';
import type { Change } from '../../api/change.ts';

/** What the queue asks its scheduler. */
export interface SchedulingQueueOptions {
  readonly now: () => number;
  /** QueueSort: negative when `a` goes first. */
  readonly compare: (a: QueueKey, b: QueueKey) => number;
  /** The PreEnqueue plugin that refuses the pod, asking `first` before all others; `undefined`: it may enter. */
  readonly preEnqueue: (pod: Pod, first: string | undefined) => string | undefined;
  readonly hints: HintTable;
  readonly backoff: BackoffLimits;
  /** How long a pod waits for an event at most. */
  readonly maxUnschedulableMicros: number;
}

/** What QueueSort sees. */
export interface QueueKey {
  readonly pod: Pod;
  readonly enqueuedAt: number;
}

const FLUSH_UNSCHEDULABLE_PERIOD = 30 * MICROS_PER_SECOND;

/**
 * kube-scheduler's priority queue (semantics sheet 5): pods that can be tried now, pods that back off, pods that wait for
 * something to change, and the record of what changed while pods were being tried.
 *
 * It has no timer: its owner calls `flush` at the times `nextFlushAt` names.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: WaitingRoom;
  readonly #backoff: WaitingRoom;
  readonly #errorBackoff: WaitingRoom;
  readonly #unschedulable: UnschedulablePods;
  readonly #inFlight = new InFlight();
  #sequence = 0;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    const { compare } = options;
    this.#active = new WaitingRoom((a, b) => compare(a, b) || a.sequence - b.sequence);
    this.#backoff = new WaitingRoom((a, b) => a.expiration - b.expiration || compare(a, b) || a.sequence - b.sequence);
    this.#errorBackoff = new WaitingRoom((a, b) => a.expiration - b.expiration || a.sequence - b.sequence);
    this.#unschedulable = new UnschedulablePods(options.hints);
  }

  get activeCount(): number {
    return this.#active.size;
  }
  get backoffCount(): number {
    return this.#backoff.size + this.#errorBackoff.size;
  }
  /** Of those that back off: pods whose last attempt ended in an error. */
  get errorBackoffCount(): number {
    return this.#errorBackoff.size;
  }
  get unschedulableCount(): number {
    return this.#unschedulable.size - this.#unschedulable.gatedCount;
  }
  get gatedCount(): number {
    return this.#unschedulable.gatedCount;
  }

  /** Pods that wait anywhere; not those in flight. */
  pods(): IterableIterator<QueuedPod> {
    return this.#pods.values();
  }

  get(key: string): QueuedPod | undefined {
    return this.#pods.get(key);
  }

  isInFlight(uid: string): boolean {
    return this.#inFlight.has(uid);
  }

  inFlightUids(): IterableIterator<string> {
    return this.#inFlight.uids();
  }

  /** A pod the scheduler has not seen before. */
  add(pod: Pod, key = keyOfPod(pod)): void {
    this.delete(key);
    this.#toActive(new QueuedPod(pod, this.#options.now(), this.#sequence++, key));
  }

  /** `events` are what changed about the pod (semantics sheet 5.6). */
  update(change: Change<'Pod'>, events: readonly ClusterEvent[]): void {
    const pod = change.object;
    if (this.#inFlight.has(pod.metadata.uid)) {
      for (const event of events) this.#inFlight.record({ event, change });
      return;
    }
    const queued = this.#pods.get(keyOfPod(pod));
    if (queued === undefined) {
      this.add(pod);
      return;
    }
    if (queued.room !== 'unschedulable') {
      queued.pod = pod;
      this.#reseat(queued);
      return;
    }
    this.#unschedulable.replace(queued, pod);
    for (const event of events) {
      const answer = this.#worthRequeuing(queued, { event, change });
      if (answer !== 'skip' && this.#requeue(queued, answer)) return;
    }
  }

  delete(key: string): void {
    const queued = this.#pods.get(key);
    if (queued === undefined) return;
    this.#leaveRoom(queued);
    queued.room = 'none';
    this.#pods.delete(key);
  }

  /**
   * The pod to try next, or undefined. Where nothing is active, a pod that backs off is taken before its time, so that an
   * idle scheduler never waits; a pod whose last attempt ended in an error is not.
   */
  pop(): QueuedPod | undefined {
    let room = this.#active;
    let queued = room.peek();
    if (queued === undefined) {
      room = this.#backoff;
      queued = room.peek();
      if (queued === undefined) return undefined;
    }
    room.pop();
    queued.room = 'none';
    this.#pods.delete(queued.key);
    queued.attempts++;
    this.#inFlight.begin(queued.pod.metadata.uid);
    return queued;
  }

  get canPop(): boolean {
    return this.#active.size > 0 || this.#backoff.size > 0;
  }

  /** The pod's attempt is over, or has got so far that what happens meanwhile no longer matters to it. */
  done(uid: string): void {
    this.#inFlight.end(uid);
  }

  /**
   * Takes a pod back after a failed attempt (semantics sheet 5.5); who rejected it stands in its plugin sets, and nobody
   * means that the attempt ended in an error. `pod` is the newest version.
   */
  addUnschedulable(queued: QueuedPod, pod: Pod): void {
    const { uid } = queued.pod.metadata;
    if (this.#pods.has(queued.key)) {
      this.#inFlight.end(uid);
      return;
    }
    queued.pod = pod;
    if (queued.hasRejectors) {
      queued.unschedulableCount++;
      queued.consecutiveErrors = 0;
    } else {
      queued.consecutiveErrors++;
    }
    queued.timestamp = this.#options.now();
    queued.sequence = this.#sequence++;
    queued.backoffExpiration = undefined;
    const answer = this.#afterFlight(queued, uid);
    this.#inFlight.end(uid);
    if (answer === 'skip') this.#park(queued);
    else this.#requeue(queued, answer);
  }

  /** Straight to the active pods, whatever it waits for. */
  activate(pod: Pod): void {
    const queued = this.#pods.get(keyOfPod(pod));
    if (queued === undefined) {
      if (this.#inFlight.has(pod.metadata.uid)) {
        this.#inFlight.record({ event: WILDCARD, change: { type: 'MODIFIED', object: pod, previous: pod } });
      }
      return;
    }
    if (queued.room !== 'active') this.#toActive(queued);
  }

  /**
   * Something happened that may help pods that wait. `eligible` restricts which of them are looked at. Costs nothing for
   * pods whose rejectors have not registered for the event.
   */
  moveAll(event: ClusterEvent, change: Change | undefined, eligible?: (pod: Pod) => boolean): void {
    if (this.#options.hints.interested(event).length === 0) return;
    const { size } = this.#unschedulable;
    if (size === 0 && this.#inFlight.size === 0) return;
    const happening: ClusterHappening = { event, change };
    if (size > 0) {
      for (const [queued, answer] of this.#unschedulable.helpedBy(happening, eligible)) this.#requeue(queued, answer);
    }
    this.#inFlight.record(happening);
  }

  /** Moves what has backed off long enough, and what has waited too long for an event. */
  flush(): void {
    const now = this.#options.now();
    for (const room of [this.#backoff, this.#errorBackoff]) {
      for (;;) {
        const queued = room.peek();
        if (queued === undefined || this.#isBackingOff(queued)) break;
        room.pop();
        this.#enterActive(queued);
      }
    }
    if (now % FLUSH_UNSCHEDULABLE_PERIOD !== 0) return;
    const overdueSince = now - this.#options.maxUnschedulableMicros;
    const overdue = this.#unschedulable.waitingSince(overdueSince);
    for (const queued of overdue) this.#requeue(queued, 'after-backoff');
    // Gated pods stay, but that they have waited so long is an event like any other to pods in flight.
    const oldestGated = this.#unschedulable.oldestGatedTimestamp() ?? now;
    if (overdue.length > 0 || oldestGated < overdueSince) this.#inFlight.record({ event: WILDCARD, change: undefined });
  }

  /** The next time at which `flush` would move a pod: a whole second. `undefined`: never, as things are. */
  nextFlushAt(): number | undefined {
    let next = Infinity;
    for (const room of [this.#backoff, this.#errorBackoff]) {
      const queued = room.peek();
      if (queued !== undefined) next = Math.min(next, this.#expiration(queued) + MICROS_PER_SECOND);
    }
    const oldest = this.#unschedulable.oldestTimestamp();
    if (oldest !== undefined) next = Math.min(next, flushAfter(oldest + this.#options.maxUnschedulableMicros));
    const oldestGated = this.#unschedulable.oldestGatedTimestamp();
    if (oldestGated !== undefined && this.#inFlight.size > 0) {
      const overdue = oldestGated + this.#options.maxUnschedulableMicros;
      next = Math.min(next, flushAfter(Math.max(overdue, this.#options.now())));
    }
    return next === Infinity ? undefined : next;
  }

  #expiration(queued: QueuedPod): number {
    return backoffExpiration(queued, this.#options.backoff);
  }

  #isBackingOff(queued: QueuedPod): boolean {
    return this.#expiration(queued) >= floorToSecond(this.#options.now());
  }

  #worthRequeuing(queued: QueuedPod, happening: ClusterHappening): Requeue {
    const profile = schedulerNameOf(queued.pod);
    const { hints } = this.#options;
    if (queued.gated && hints.rejector(profile, queued.gatingPlugin).hintsFor(happening.event).length === 0) {
      return 'skip';
    }
    return hints.worthRequeuing(queued, profile, happening);
  }

  #afterFlight(queued: QueuedPod, uid: string): Requeue {
    if (!queued.hasRejectors) return 'after-backoff';
    let answer: Requeue = 'skip';
    for (const happening of this.#inFlight.since(uid)) {
      if (happening.event === WILDCARD) {
        const about = happening.change?.object;
        if (about === undefined || about.metadata.uid === uid) answer = 'after-backoff';
        continue;
      }
      const one = this.#worthRequeuing(queued, happening);
      if (one === 'immediately') return one;
      if (one === 'after-backoff') answer = one;
    }
    return answer;
  }

  /** True when the pod left the unschedulable pods; false when PreEnqueue gated it. */
  #requeue(queued: QueuedPod, answer: Requeue): boolean {
    if (answer === 'after-backoff' && this.#isBackingOff(queued)) return this.#toBackoff(queued);
    return this.#toActive(queued);
  }

  #toActive(queued: QueuedPod): boolean {
    if (this.#gate(queued)) return false;
    this.#leaveRoom(queued);
    this.#enterActive(queued);
    return true;
  }

  /** The pod is in no room. */
  #enterActive(queued: QueuedPod): void {
    queued.initialAttemptTimestamp ??= this.#options.now();
    this.#settle(queued, 'active');
    this.#active.enter(queued, 0);
  }

  #toBackoff(queued: QueuedPod): boolean {
    if (this.#gate(queued)) return false;
    this.#leaveRoom(queued);
    this.#settle(queued, queued.hasRejectors ? 'backoff' : 'error-backoff');
    this.#roomOf(queued).enter(queued, this.#expiration(queued));
    return true;
  }

  #settle(queued: QueuedPod, room: Room): void {
    if (queued.room === 'none') this.#pods.set(queued.key, queued);
    queued.room = room;
  }

  #roomOf({ room }: QueuedPod): WaitingRoom {
    return room === 'active' ? this.#active : room === 'backoff' ? this.#backoff : this.#errorBackoff;
  }

  /** A new version of a pod that waits among the active or backing off. */
  #reseat(queued: QueuedPod): void {
    const { expiration } = queued.seat!;
    const room = this.#roomOf(queued);
    room.leave(queued);
    room.enter(queued, expiration);
  }

  /** Asks PreEnqueue, the plugin that gated last first. A gated pod waits among the unschedulable. */
  #gate(queued: QueuedPod): boolean {
    const gatedBy = this.#options.preEnqueue(queued.pod, queued.gated ? queued.gatingPlugin : undefined);
    if (gatedBy === undefined) {
      if (!queued.gated) return false;
      this.#leaveRoom(queued);
      queued.gatingPlugin = '';
      return false;
    }
    this.#leaveRoom(queued);
    queued.gatingPlugin = gatedBy;
    queued.rejectedBy(gatedBy);
    this.#park(queued);
    return true;
  }

  #park(queued: QueuedPod): void {
    this.#settle(queued, 'unschedulable');
    this.#unschedulable.enter(queued);
  }

  /** Out of its room, on its way to another; the queue still knows it. */
  #leaveRoom(queued: QueuedPod): void {
    if (queued.place !== undefined) this.#unschedulable.leave(queued);
    else if (queued.seat !== undefined) this.#roomOf(queued).leave(queued);
  }
}

/** Helps every pod it is about. */
const WILDCARD: ClusterEvent = '*';
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** The first flush of pods that waited too long after a time. */
function flushAfter(time: number): number {
  return (Math.floor(time / FLUSH_UNSCHEDULABLE_PERIOD) + 1) * FLUSH_UNSCHEDULABLE_PERIOD;
}

export function schedulerNameOf(pod: Pod): string {
  return pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME;
}

function keyOfPod(pod: Pod): string {
  const { namespace, name } = pod.metadata;
  return namespace === '' ? name : `${namespace}/${name}`;
}

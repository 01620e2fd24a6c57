import type { Engine, EventHandle, EventKind } from '../engine/engine.ts';
import { sampler, type Sampler } from '../engine/samplers.ts';
import type { Stream } from '../engine/streams.ts';
import type { Change } from '../api/change.ts';
import { KINDS, keyOf, type Kind } from '../api/kinds.ts';
import type { Node } from '../api/node.ts';
import { conditionOf, isPodTerminal, type Pod, type PodStatus } from '../api/pod.ts';
import type { ApiServer, Client, EventRecorder } from '../api/request.ts';
import type { DecisionExplanation } from '../policy-api/explanation.ts';
import { PolicyError } from '../policy-api/policy-error.ts';
import {
  SCHEDULER_INFORMERS,
  type BindingSteps,
  type SchedulerHost,
  type SchedulingDecision,
  type SchedulingPolicy,
  type SchedulingPolicyFactory,
} from '../policy-api/scheduler.ts';
import type { ListedKinds, Lister, WaitingPod } from '../policy-api/scheduling.ts';
import { isRejection, type Status } from '../policy-api/status.ts';
import type { Parameters } from '../scenario.ts';
import { wholeSecond } from './api-server/outcome.ts';
import { Informer } from './informer.ts';
import { nodeEvents, podEvents } from './scheduling-events.ts';
import { SchedulingQueue, schedulerNameOf } from './scheduling-queue.ts';
import { HintTable } from './scheduling-queue-hints.ts';
import type { QueuedPod } from './scheduling-queue-pod.ts';

export interface SchedulerOptions {
  readonly engine: Engine;
  readonly api: ApiServer;
  readonly recorder: EventRecorder;
  readonly parameters: Parameters;
  readonly policy: SchedulingPolicyFactory;
  /** Tells several schedulers of one run apart. */
  readonly name?: string;
  /** Which pods' decisions are to be explained to `onAttempt`. Explaining takes time, not simulated time. */
  readonly explains?: ((pod: Pod) => boolean) | undefined;
}

/** One attempt to place a pod, as an observer is told of it. `at` is when it ended, in microseconds. */
export interface SchedulingAttempt {
  readonly pod: Pod;
  readonly at: number;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  readonly nodeName: string | undefined;
  /** This one included. */
  readonly attempts: number;
  readonly message: string | undefined;
  /** Nodes that were looked at. */
  readonly evaluated: number;
  /** Where one was asked for. */
  readonly explanation: DecisionExplanation | undefined;
  /** Pods that are to make room, most important first. */
  readonly victims: readonly Pod[];
}

/** A pod between its scheduling cycle and the answer to its binding. */
interface Binding {
  readonly queued: QueuedPod;
  readonly pod: Pod;
  readonly nodeName: string;
  readonly steps: BindingSteps;
}

/** A binding that waits at Permit. */
interface Held extends Binding {
  /** Plugin to the time at which its patience ends. */
  readonly waits: Map<string, number>;
  alarm: EventHandle;
}

interface Failure {
  readonly message: string;
  readonly unschedulablePlugins: Iterable<string>;
  readonly pendingPlugins: Iterable<string>;
  /** `''` clears the nomination, absent leaves it as it is. */
  readonly nominatedNodeName: string | undefined;
}

/** kube-scheduler's `--pod-max-in-unschedulable-pods-duration`. */
const MAX_UNSCHEDULABLE_MICROS = 300_000_000;
/** An Event's note is cut there. */
const LONGEST_NOTE = 1024;
const NOBODY: readonly string[] = Object.freeze([]);

/**
 * The scheduler as a component: watches, keeps the queue, lets its policy decide one pod at a time, and carries out what
 * it decided (semantics sheet 1.3, 1.7). A cycle sees the cluster as it was when it began and takes effect when its time
 * is over; bindings are asynchronous and may overlap later cycles.
 *
 * It has one pending event at most for its cycle and one for its queue's next flush.
 */
export class Scheduler {
  /** Told of every attempt when it ends. */
  onAttempt: ((attempt: SchedulingAttempt) => void) | undefined;
  readonly policy: SchedulingPolicy;
  readonly queue: SchedulingQueue;
  readonly #engine: Engine;
  readonly #api: ApiServer;
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #name: string;
  readonly #explains: SchedulerOptions['explains'];
  readonly #cycleTime: Sampler;
  readonly #cyclePerNode: number;
  readonly #cycleStream: Stream;
  readonly #pods = new Map<string, Pod>();
  readonly #informers = new Map<Kind, CountedInformer>();
  readonly #held = new Map<string, Held>();
  /** Preemptors whose victims are being evicted, each with the last of them. */
  readonly #preempting = new Map<string, Pod>();
  readonly #cycleKind: EventKind;
  readonly #flushKinds: { readonly foreground: EventKind; readonly background: EventKind };
  readonly #permitKind: EventKind;
  #inCycle:
    | {
        readonly queued: QueuedPod;
        readonly decision: SchedulingDecision;
        readonly explanation: DecisionExplanation | undefined;
      }
    | undefined;
  /** Of the cycle that ends. */
  #explanation: DecisionExplanation | undefined;
  #flush: { readonly at: number; readonly foreground: boolean; readonly handle: EventHandle } | undefined;
  #attempts = 0;

  constructor(options: SchedulerOptions) {
    const { engine, api, parameters } = options;
    this.#engine = engine;
    this.#api = api;
    this.#recorder = options.recorder;
    this.#explains = options.explains;
    this.#name = options.name ?? 'scheduler';
    const name = this.#name;
    this.#client = api.client(name, parameters.scheduler.client);
    this.#cycleTime = sampler(parameters.scheduler.cycle);
    this.#cyclePerNode = parameters.scheduler.cyclePerNode;
    this.#cycleStream = engine.stream(`${name}/cycle`);
    this.#cycleKind = engine.on(`${name}/cycle-ended`, () => this.#endCycle());
    this.#flushKinds = {
      foreground: engine.on(`${name}/back-off-over`, () => this.#flushQueue()),
      background: engine.on(`${name}/queue-flush`, () => this.#flushQueue(), { background: true }),
    };
    this.#permitKind = engine.on(`${name}/permit-timeout`, (_a, _b, ref) => this.#permitTimedOut(ref as Held));

    this.policy = options.policy(this.#host());
    this.queue = new SchedulingQueue({
      now: () => engine.now,
      compare: (a, b) => this.policy.compare(a, b),
      preEnqueue: (pod, first) => this.#preEnqueue(pod, first),
      hints: new HintTable(this.policy.hints),
      backoff: this.policy.backoff,
      maxUnschedulableMicros: MAX_UNSCHEDULABLE_MICROS,
    });
    api.watch({ kind: 'Node', receive: (change) => this.#nodeChanged(change as Change<'Node'>) });
    for (const kind of this.#informedKinds()) this.#informer(kind);
    api.watch({ kind: 'Pod', receive: (change) => this.#podChanged(change as Change<'Pod'>) });
  }

  /** How many attempts were begun so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Pods with a node that wait at Permit. */
  get heldCount(): number {
    return this.#held.size;
  }

  // What the policy can ask.

  #host(): SchedulerHost {
    return {
      now: () => this.#engine.now,
      lister: (kind) => this.#lister(kind),
      random: (name) => this.#engine.stream(`${this.#name}/${name}`),
      isPreempting: (uid) => this.#isPreempting(uid),
      waitingPods: () => this.#waitingPods(),
      activate: (pods) => {
        for (const pod of pods) this.queue.activate(pod);
        this.#wake();
      },
    };
  }

  #lister<K extends keyof ListedKinds>(kind: K): Lister<K> {
    if (kind === 'Pod') return new MapLister(this.#pods) as unknown as Lister<K>;
    if (!(kind in KINDS)) return NOTHING_LISTED as unknown as Lister<K>;
    return this.#informer(kind as Kind) as unknown as Lister<K>;
  }

  #informer(kind: Kind): CountedInformer {
    let informer = this.#informers.get(kind);
    if (informer === undefined) {
      this.#informers.set(kind, (informer = new CountedInformer(kind)));
      const known = informer;
      this.#api.watch({
        kind,
        receive: (change) => {
          known.receive(change);
          this.#otherChanged(kind, change);
        },
      });
    }
    return informer;
  }

  /** Watched from the start, whether or when a plugin asks: a cache that is empty at the first cycle would mislead it. */
  #informedKinds(): Kind[] {
    const kinds = new Set<Kind>(SCHEDULER_INFORMERS);
    for (const profile of this.policy.hints) {
      for (const { events } of profile.plugins) {
        for (const event of events.flatMap((hint) => hint.events)) {
          const resource = event.split('/')[0]!;
          if (resource in KINDS && resource !== 'Pod' && resource !== 'Node') kinds.add(resource as Kind);
        }
      }
    }
    return [...kinds].sort();
  }

  *#waitingPods(): Generator<WaitingPod> {
    for (const held of [...this.#held.values()]) {
      yield {
        pod: held.pod,
        nodeName: held.nodeName,
        pendingPlugins: [...held.waits.keys()],
        allow: (plugin) => this.#allow(held, plugin),
        reject: (plugin, reason) => this.#reject(held, plugin, reason),
      };
    }
  }

  // What the watches deliver.

  #nodeChanged(change: Change<'Node'>): void {
    const { object: node, previous, type } = change;
    if (type === 'DELETED') {
      this.queue.moveAll('Node/Delete', change);
      this.policy.removeNode(node.metadata.name);
    } else {
      this.policy.setNode(node);
      if (previous === undefined) this.queue.moveAll('Node/Add', change);
      else for (const event of nodeEvents(previous as Node, node)) this.queue.moveAll(event, change);
    }
    this.#wake();
  }

  #otherChanged(kind: Kind, change: Change): void {
    // Before the constructor is through there is no queue and nothing can wait in it.
    if ((this.queue as SchedulingQueue | undefined) === undefined) return;
    const action = change.type === 'ADDED' ? 'Add' : change.type === 'DELETED' ? 'Delete' : 'Update';
    this.queue.moveAll(`${kind}/${action}`, change);
    this.#wake();
  }

  /** A pod that has finished is gone for the scheduler. */
  #podChanged(change: Change<'Pod'>): void {
    const key = change.key ?? keyOf(change.object);
    const known = this.#pods.get(key);
    const gone = change.type === 'DELETED' || isPodTerminal(change.object);
    if (known !== undefined && (gone || known.metadata.uid !== change.object.metadata.uid)) {
      this.#pods.delete(key);
      this.#podGone({ type: 'DELETED', object: gone ? change.object : known, previous: known }, known);
    }
    if (!gone) {
      const previous = known?.metadata.uid === change.object.metadata.uid ? known : undefined;
      this.#pods.set(key, change.object);
      this.#podSeen({ type: previous === undefined ? 'ADDED' : 'MODIFIED', object: change.object, previous, key });
    }
    this.#wake();
  }

  #podSeen(change: Change<'Pod'>): void {
    const { object: pod, previous } = change;
    if (isAssigned(pod)) {
      this.policy.setPod(pod);
      if (previous !== undefined && isAssigned(previous)) {
        for (const event of podEvents(previous, pod)) this.queue.moveAll(event, change);
        return;
      }
      this.queue.delete(change.key ?? keyOf(pod));
      this.policy.denominate(pod.metadata.uid);
      this.queue.moveAll('AssignedPod/Add', change);
      return;
    }
    if (!this.policy.schedulerNames.includes(schedulerNameOf(pod))) return;
    const { uid } = pod.metadata;
    if (previous === undefined) {
      this.queue.add(pod);
      if (nominationOf(pod) !== '') this.policy.nominate(pod, nominationOf(pod));
      return;
    }
    if (this.policy.isAssumed(uid)) {
      const dying = pod.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined;
      if (dying) this.#giveUpAssumed(change);
      return;
    }
    const inFlight = this.queue.isInFlight(uid);
    this.queue.update(change, podEvents(previous, pod));
    if (!inFlight) this.#updateNomination(previous, pod);
    if (nominationOf(previous) !== '' && nominationOf(previous) !== nominationOf(pod)) this.#nominationFreed(previous);
  }

  #podGone(change: Change<'Pod'>, known: Pod): void {
    const { uid } = known.metadata;
    if (isAssigned(known)) {
      this.policy.removePod(uid);
      this.queue.moveAll('AssignedPod/Delete', change);
      return;
    }
    if (!this.policy.schedulerNames.includes(schedulerNameOf(known))) return;
    this.queue.delete(keyOf(known));
    this.policy.denominate(uid);
    if (this.policy.isAssumed(uid)) this.#giveUpAssumed(change);
    else if (nominationOf(known) !== '') this.#nominationFreed(known);
  }

  /** An assumed pod that is deleted before it is bound: its place is free again. */
  #giveUpAssumed(change: Change<'Pod'>): void {
    const { uid } = change.object.metadata;
    const held = this.#held.get(uid);
    if (held !== undefined) {
      this.#reject(held, '', 'the pod is being deleted');
      return;
    }
    this.policy.removePod(uid);
    this.queue.moveAll('AssignedPod/Delete', { ...change, type: 'DELETED' });
  }

  /** A nomination that is no more helps pods of no higher priority. */
  #nominationFreed(pod: Pod): void {
    const priority = pod.spec.priority ?? 0;
    this.queue.moveAll(
      'AssignedPod/Delete',
      { type: 'DELETED', object: pod, previous: pod },
      (other) => (other.spec.priority ?? 0) <= priority,
    );
  }

  /** A nomination held in memory outlives an update that knows nothing of it (semantics sheet 5.9). */
  #updateNomination(previous: Pod, pod: Pod): void {
    const { uid } = pod.metadata;
    const inMemory = this.policy.nominatedNode(uid);
    const node = nominationOf(previous) === '' && nominationOf(pod) === '' ? inMemory : nominationOf(pod);
    if (inMemory !== undefined) this.policy.denominate(uid);
    if (node !== undefined && node !== '') this.policy.nominate(pod, node);
  }

  // Cycles.

  #wake(): void {
    while (this.#inCycle === undefined) {
      const queued = this.queue.pop();
      if (queued === undefined) break;
      this.#beginCycle(queued);
    }
    this.#armFlush();
  }

  #beginCycle(queued: QueuedPod): void {
    const { pod } = queued;
    const { uid } = pod.metadata;
    if (pod.metadata.deletionTimestamp !== undefined) {
      const { namespace, name } = pod.metadata;
      this.#recorder.record(pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${namespace}/${name}`);
      this.queue.done(uid);
      return;
    }
    if (this.policy.isAssumed(uid)) {
      this.queue.done(uid);
      return;
    }
    this.#attempts++;
    const explanation = this.#explains?.(pod) === true ? this.policy.explain?.(pod) : undefined;
    const decision = this.#decide(pod);
    this.#inCycle = { queued, decision, explanation };
    const time = this.#cycleTime(this.#cycleStream) + decision.evaluated * this.#cyclePerNode;
    this.#engine.after(time, this.#cycleKind);
  }

  #endCycle(): void {
    const { queued, decision, explanation } = this.#inCycle!;
    this.#inCycle = undefined;
    this.#explanation = explanation;
    if (decision.kind === 'node') {
      this.#place(queued, decision.nodeName, decision.evaluated, decision.steps);
    } else if (decision.kind === 'unschedulable') {
      this.#report(queued, 'unschedulable', undefined, decision.evaluated, decision.message, decision.victims);
      if (decision.victims.length > 0) this.#preempt(queued.pod, decision.nominatedNodeName!, decision.victims);
      this.#fail(queued, decision, true);
    } else {
      this.#report(queued, 'error', undefined, decision.evaluated, decision.message);
      this.#fail(queued, failureOf(decision.message, undefined), false);
    }
    this.#wake();
  }

  #place(queued: QueuedPod, nodeName: string, evaluated: number, steps: BindingSteps): void {
    const { pod } = queued;
    const binding: Binding = { queued, pod, nodeName, steps };
    this.policy.assume(pod, nodeName);
    const reserved = this.#ask('Reserve', pod, () => steps.reserve());
    const permitted =
      reserved === undefined
        ? this.#ask('Permit', pod, () => steps.permit())
        : { status: reserved, waits: new Map<string, number>() };
    if (permitted.status !== undefined) {
      this.#report(queued, outcomeOf(permitted.status), undefined, evaluated, messageOf(permitted.status));
      this.#takeBack(binding);
      const { status } = permitted;
      const rejected = isRejection(status);
      const reason = messageOf(status);
      const message = rejected ? `0/${this.policy.nodeCount} nodes are available: 1 ${reason}.` : reason;
      this.#fail(queued, failureOf(message, rejected ? status.plugin : undefined), rejected);
      return;
    }
    this.#report(queued, 'scheduled', nodeName, evaluated, undefined);
    if (permitted.waits.size > 0) this.#hold(binding, permitted.waits);
    else this.#bind(binding);
  }

  #report(
    queued: QueuedPod,
    result: SchedulingAttempt['result'],
    nodeName: string | undefined,
    evaluated: number,
    message: string | undefined,
    victims: readonly Pod[] = [],
  ): void {
    if (this.onAttempt === undefined) return;
    const { pod, attempts } = queued;
    const explanation = this.#explanation;
    this.onAttempt({ pod, at: this.#engine.now, result, nodeName, attempts, message, evaluated, explanation, victims });
  }

  // Permit.

  #hold(binding: Binding, waits: ReadonlyMap<string, number>): void {
    const until = new Map<string, number>();
    let first = Infinity;
    for (const [plugin, timeout] of waits) {
      until.set(plugin, this.#engine.now + timeout);
      first = Math.min(first, this.#engine.now + timeout);
    }
    const held: Held = { ...binding, waits: until, alarm: 0 };
    held.alarm = this.#engine.at(first, this.#permitKind, 0, 0, held);
    this.#held.set(binding.pod.metadata.uid, held);
  }

  #allow(held: Held, plugin: string): void {
    if (!held.waits.delete(plugin) || held.waits.size > 0) return;
    this.#release(held);
    this.#bind(held);
  }

  #permitTimedOut(held: Held): void {
    for (const [plugin, until] of held.waits) {
      if (until > this.#engine.now) continue;
      this.#reject(held, plugin, `timed out waiting at plugin ${plugin}`);
      return;
    }
    let next = Infinity;
    for (const until of held.waits.values()) next = Math.min(next, until);
    held.alarm = this.#engine.at(next, this.#permitKind, 0, 0, held);
  }

  #reject(held: Held, plugin: string, reason: string): void {
    this.#release(held);
    this.#takeBack(held);
    const message = `0/${this.policy.nodeCount} nodes are available: 1 ${reason}.`;
    this.#fail(held.queued, failureOf(message, plugin === '' ? undefined : plugin), true);
    this.#placeFreed(held, held.pod.metadata.uid);
    this.#wake();
  }

  #release(held: Held): void {
    this.#held.delete(held.pod.metadata.uid);
    this.#engine.cancel(held.alarm);
  }

  // Binding.

  #bind(binding: Binding): void {
    const { pod, nodeName, steps } = binding;
    const { uid } = pod.metadata;
    this.queue.done(uid);
    const status = this.#ask('PreBind', pod, () => steps.preBind()) ?? this.#ask('Bind', pod, () => steps.bind());
    if (status !== undefined) {
      this.#bindingFailed(binding, messageOf(status), isRejection(status), status.plugin);
      return;
    }
    const annotations = steps.annotations && this.#ask('Bind', pod, () => steps.annotations!());
    this.#client.send({ verb: 'bind', key: keyOf(pod), uid, node: nodeName, annotations }, (response) => {
      if (!response.ok) {
        this.#bindingFailed(binding, `running Bind plugin "DefaultBinder": ${response.message}`, false, undefined);
        return;
      }
      const text = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`;
      this.#recorder.record(pod, 'Normal', 'Scheduled', text);
      this.#ask('PostBind', pod, () => steps.postBind());
    });
  }

  #bindingFailed(binding: Binding, message: string, rejected: boolean, plugin: string | undefined): void {
    const { queued, pod } = binding;
    this.#takeBack(binding);
    if (!rejected) this.#placeFreed(binding, undefined);
    this.#fail(queued, failureOf(message, rejected ? plugin : undefined), rejected);
    if (rejected) this.#placeFreed(binding, pod.metadata.uid);
    this.#wake();
  }

  /** Undoes Reserve and the assumption; a pod that the watch has confirmed meanwhile stays. */
  #takeBack(binding: Binding): void {
    this.#ask('Unreserve', binding.pod, () => binding.steps.unreserve());
    const { uid } = binding.pod.metadata;
    if (this.policy.isAssumed(uid)) this.policy.removePod(uid);
  }

  /** The place of a pod that was assumed and is not coming can help others. */
  #placeFreed(binding: Binding, except: string | undefined): void {
    const object: Pod = { ...binding.pod, spec: { ...binding.pod.spec, nodeName: binding.nodeName } };
    const eligible = except === undefined ? undefined : (pod: Pod): boolean => pod.metadata.uid !== except;
    this.queue.moveAll('AssignedPod/Delete', { type: 'DELETED', object, previous: object }, eligible);
  }

  // Failure (semantics sheet 1.7).

  /** `rejected`: some plugin did not want the pod; otherwise something went wrong. */
  #fail(queued: QueuedPod, failure: Failure, rejected: boolean): void {
    const { uid } = queued.pod.metadata;
    queued.clearRejectors();
    for (const plugin of failure.unschedulablePlugins) queued.unschedulablePlugins.add(plugin);
    for (const plugin of failure.pendingPlugins) queued.pendingPlugins.add(plugin);
    const fresh = this.#pods.get(queued.key);
    if (fresh === undefined || isAssigned(fresh) || fresh.metadata.uid !== uid) {
      this.queue.done(uid);
      return;
    }
    this.queue.addUnschedulable(queued, fresh);
    const nomination = failure.nominatedNodeName ?? nominationOf(fresh);
    if (nomination === '') this.policy.denominate(uid);
    else this.policy.nominate(fresh, nomination);
    this.#recorder.record(fresh, 'Warning', 'FailedScheduling', cut(failure.message));
    this.#patchFailure(fresh, failure, rejected);
  }

  #patchFailure(pod: Pod, failure: Failure, rejected: boolean): void {
    const reason = rejected ? 'Unschedulable' : 'SchedulerError';
    const old = conditionOf(pod.status.conditions, 'PodScheduled');
    const sameCondition = old?.status === 'False' && old.reason === reason && old.message === failure.message;
    const nomination = failure.nominatedNodeName;
    const sameNomination = nomination === undefined || nomination === nominationOf(pod);
    if (sameCondition && sameNomination) return;
    const lastTransitionTime = old?.status === 'False' ? (old.lastTransitionTime ?? 0) : wholeSecond(this.#engine.now);
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message: failure.message,
      lastTransitionTime,
    } as const;
    const status: Partial<PodStatus> = {
      conditions: [condition],
      ...(sameNomination ? {} : { nominatedNodeName: nomination === '' ? undefined : nomination }),
    };
    this.#client.send(
      { verb: 'patch-status', kind: 'Pod', key: keyOf(pod), uid: pod.metadata.uid, status },
      () => undefined,
    );
  }

  // Preemption (semantics sheet 6.6).

  /** Evicts the victims, the last one when all others have been asked to go. */
  #preempt(preemptor: Pod, nodeName: string, victims: readonly Pod[]): void {
    const { uid } = preemptor.metadata;
    this.#clearLowerNominations(preemptor, nodeName);
    const going = victims.filter((victim) => !this.#isGoing(victim));
    const last = going.pop();
    if (last === undefined) return;
    this.#preempting.set(uid, last);
    let waiting = going.length;
    let failed = false;
    const finish = (ok: boolean): void => {
      this.#preempting.delete(uid);
      if (ok) return;
      this.queue.activate(this.#pods.get(keyOf(preemptor)) ?? preemptor);
      this.#wake();
    };
    const evictLast = (): void => {
      if (failed) finish(false);
      else this.#evict(preemptor, nodeName, last, finish);
    };
    for (const victim of going) {
      this.#evict(preemptor, nodeName, victim, (ok) => {
        failed ||= !ok;
        if (--waiting === 0) evictLast();
      });
    }
    if (waiting === 0) evictLast();
  }

  #evict(preemptor: Pod, nodeName: string, victim: Pod, done: (ok: boolean) => void): void {
    const { uid } = victim.metadata;
    const held = this.#held.get(uid);
    if (held !== undefined) {
      this.#reject(held, '', 'preempted');
      done(true);
      return;
    }
    const key = keyOf(victim);
    const status: Partial<PodStatus> = {
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'PreemptionByScheduler',
          message: `${schedulerNameOf(preemptor)}: preempting to accommodate a higher priority pod`,
          lastTransitionTime: wholeSecond(this.#engine.now),
        },
      ],
    };
    this.#client.send({ verb: 'patch-status', kind: 'Pod', key, uid, status }, (patched) => {
      if (!patched.ok) {
        done(patched.reason === 'NotFound');
        return;
      }
      this.#client.send({ verb: 'delete', kind: 'Pod', key, uid }, (deleted) => {
        if (deleted.ok) {
          const text = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`;
          this.#recorder.record(victim, 'Normal', 'Preempted', text);
        }
        done(deleted.ok || deleted.reason === 'NotFound');
      });
    });
  }

  /** Pods of lower priority that have the node in mind would wait there in vain. */
  #clearLowerNominations(preemptor: Pod, nodeName: string): void {
    const priority = preemptor.spec.priority ?? 0;
    for (const pod of this.policy.nominatedPods(nodeName)) {
      if ((pod.spec.priority ?? 0) >= priority) continue;
      if (pod.metadata.uid === preemptor.metadata.uid) continue;
      this.policy.denominate(pod.metadata.uid);
      if (nominationOf(pod) === '') continue;
      const { uid } = pod.metadata;
      const status: Partial<PodStatus> = { nominatedNodeName: undefined };
      this.#client.send({ verb: 'patch-status', kind: 'Pod', key: keyOf(pod), uid, status }, () => undefined);
    }
  }

  #isGoing(victim: Pod): boolean {
    const fresh = this.#pods.get(keyOf(victim));
    return (
      fresh === undefined ||
      fresh.metadata.uid !== victim.metadata.uid ||
      fresh.metadata.deletionTimestamp !== undefined
    );
  }

  #isPreempting(uid: string): boolean {
    const last = this.#preempting.get(uid);
    return last !== undefined && !this.#isGoing(last);
  }

  // Flushes.

  #flushQueue(): void {
    this.#flush = undefined;
    this.queue.flush();
    this.#wake();
  }

  /**
   * A pod whose last attempt ended in an error is tried again only after its back-off, and the run waits for that; not so
   * where there is no node at all, for then nothing but new nodes can help.
   */
  #armFlush(): void {
    const at = this.queue.nextFlushAt();
    const foreground = this.queue.errorBackoffCount > 0 && this.policy.nodeCount > 0;
    if (this.#flush !== undefined) {
      if (this.#flush.at === at && this.#flush.foreground === foreground) return;
      this.#engine.cancel(this.#flush.handle);
      this.#flush = undefined;
    }
    if (at === undefined) return;
    const kind = foreground ? this.#flushKinds.foreground : this.#flushKinds.background;
    this.#flush = { at, foreground, handle: this.#engine.at(at, kind) };
  }

  #decide(pod: Pod): SchedulingDecision {
    try {
      return this.policy.decide(pod);
    } catch (error) {
      throw this.#named(error, 'decision', pod);
    }
  }

  #preEnqueue(pod: Pod, first: string | undefined): string | undefined {
    try {
      return this.policy.preEnqueue(pod, first);
    } catch (error) {
      throw this.#named(error, 'PreEnqueue', pod);
    }
  }

  /** What a policy throws is named. */
  #ask<T>(decision: string, pod: Pod, answer: () => T): T {
    try {
      return answer();
    } catch (error) {
      throw this.#named(error, decision, pod);
    }
  }

  #named(error: unknown, decision: string, pod: Pod): PolicyError {
    return PolicyError.from(error, this.#name, `${decision} of pod ${keyOf(pod)}`, this.#engine.now);
  }
}

class MapLister {
  readonly #objects: ReadonlyMap<string, Pod>;
  constructor(objects: ReadonlyMap<string, Pod>) {
    this.#objects = objects;
  }
  get(key: string): Pod | undefined {
    return this.#objects.get(key);
  }
  list(namespace?: string): readonly Pod[] {
    const pods = [...this.#objects.values()];
    return namespace === undefined ? pods : pods.filter((pod) => pod.metadata.namespace === namespace);
  }
}

/** A cache whose version tells plugins whether what they derived from it still holds. */
class CountedInformer extends Informer<Kind> {
  version = 0;

  override receive(change: Change): void {
    this.version++;
    super.receive(change);
  }
}

const NOTHING_LISTED = { get: () => undefined, list: () => NOBODY, version: 0 };

function isAssigned(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '';
}

function nominationOf(pod: Pod): string {
  return pod.status.nominatedNodeName ?? '';
}

function messageOf(status: Status): string {
  return status.reasons.join(', ');
}

function outcomeOf(status: Status): 'unschedulable' | 'error' {
  return isRejection(status) ? 'unschedulable' : 'error';
}

function failureOf(message: string, plugin: string | undefined): Failure {
  return {
    message,
    unschedulablePlugins: plugin === undefined ? NOBODY : [plugin],
    pendingPlugins: NOBODY,
    nominatedNodeName: '',
  };
}

function cut(message: string): string {
  const suffix = ' ...';
  return message.length <= LONGEST_NOTE ? message : message.slice(0, LONGEST_NOTE - suffix.length) + suffix;
}

import { workMicros, type Clockwork } from '../../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../../engine/engine.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Change } from '../../api/change.ts';
import { KINDS, keyOf, type Kind } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { ApiServer, Client, ClientRateLimit, EventRecorder } from '../../api/request.ts';
import type { DecisionExplanation } from '../../policy-api/explanation.ts';
import {
  SCHEDULER_INFORMERS,
  type BindingSteps,
  type SchedulerHost,
  type SchedulingDecision,
  type SchedulingPolicy,
  type SchedulingPolicyFactory,
} from '../../policy-api/scheduler.ts';
import type { ListedKinds, Lister } from '../../policy-api/scheduling.ts';
import { isPreBindSteps } from '../../policy-api/pre-bind.ts';
import { isRejection, type Status } from '../../policy-api/status.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import { HintTable } from '../scheduling-queue/hints.ts';
import type { QueuedPod } from '../scheduling-queue/queued-pod.ts';
import { SchedulingQueue } from '../scheduling-queue/scheduling-queue.ts';
import type { SchedulingAttempt } from './attempt.ts';
import { failureOf, failureStatus, messageOf, noteOf, outcomeOf, refusedThere, type Failure } from './failure.ts';
import { CountedInformer, NOTHING_LISTED, PodLister } from './listers.ts';
import { isAssigned, nominationOf } from './nomination.ts';
import { PermitRoom, type Binding } from './permit-room.ts';
import { PolicyGuard } from './policy-guard.ts';
import { PreBindings } from './pre-bindings.ts';
import { Preemptions } from './preemptions.ts';
import { WatchedCluster } from './watched-cluster.ts';

export interface SchedulerOptions {
  readonly engine: Clockwork;
  readonly api: ApiServer;
  /** Makes what writes its Events, given the token bucket of its clients. */
  readonly recorder: (limit: ClientRateLimit | undefined) => EventRecorder;
  readonly parameters: Parameters;
  readonly policy: SchedulingPolicyFactory;
  /** Tells several schedulers of one run apart. */
  readonly name?: string;
  /** Which pods' decisions are to be explained to `onAttempt`. Explaining takes time, not simulated time. */
  readonly explains?: ((pod: Pod) => boolean) | undefined;
  /** It fills its caches and its queue, and schedules nothing until it leads. */
  readonly standby?: boolean;
}

/** kube-scheduler's `--pod-max-in-unschedulable-pods-duration`. */
const MAX_UNSCHEDULABLE_MICROS = 300_000_000;

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
  readonly #engine: Clockwork;
  readonly #api: ApiServer;
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #name: string;
  readonly #explains: SchedulerOptions['explains'];
  readonly #cycleTime: Sampler;
  readonly #cyclePerNode: number;
  readonly #cycleStream: Stream;
  readonly #informers = new Map<Kind, CountedInformer>();
  readonly #guard: PolicyGuard;
  readonly #permits: PermitRoom;
  readonly #preBindings: PreBindings;
  readonly #preemptions: Preemptions;
  readonly #cluster: WatchedCluster;
  readonly #cycleKind: EventKind;
  readonly #flushKinds: { readonly foreground: EventKind; readonly background: EventKind };
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
  #leads: boolean;

  constructor(options: SchedulerOptions) {
    const { engine, api, parameters } = options;
    this.#engine = engine;
    this.#leads = options.standby !== true;
    this.#api = api;
    this.#explains = options.explains;
    this.#name = options.name ?? 'scheduler';
    const name = this.#name;
    this.#cycleTime = sampler(parameters.scheduler.cycle);
    this.#cyclePerNode = parameters.scheduler.cyclePerNode;
    this.#cycleStream = engine.stream(`${name}/cycle`);
    this.#cycleKind = engine.on(`${name}/cycle-ended`, () => this.#endCycle());
    this.#flushKinds = {
      foreground: engine.on(`${name}/back-off-over`, () => this.#flushQueue()),
      background: engine.on(`${name}/queue-flush`, () => this.#flushQueue(), { background: true }),
    };
    this.#guard = new PolicyGuard(name, () => engine.now);
    this.#permits = new PermitRoom(engine, name, {
      allowed: (binding) => this.#bind(binding),
      rejected: (binding, plugin, reason) => this.#turnedAway(binding, plugin, reason),
      preempted: (binding) => this.#bindingFailed(binding, 'waiting on permit for pod: preempted', false, undefined),
    });

    this.policy = options.policy(this.#host());
    const { client: limit = parameters.scheduler.client } = this.policy;
    const bucket = limit === 'unlimited' ? undefined : limit;
    this.#client = api.client(name, bucket);
    this.#recorder = options.recorder(bucket);
    this.#preBindings = new PreBindings({
      engine,
      name,
      client: this.#client,
      guard: this.#guard,
      done: (binding, status) => this.#preBound(binding, status),
    });
    this.queue = new SchedulingQueue({
      now: () => engine.now,
      compare: (a, b) => this.policy.compare(a, b),
      preEnqueue: (pod, first) => this.#guard.ask('PreEnqueue', pod, () => this.policy.preEnqueue(pod, first)),
      hints: new HintTable(this.policy.hints),
      backoff: this.policy.backoff,
      maxUnschedulableMicros: MAX_UNSCHEDULABLE_MICROS,
    });
    this.#cluster = new WatchedCluster(this.policy, this.queue, this.#permits);
    this.#preemptions = new Preemptions({
      client: this.#client,
      recorder: this.#recorder,
      policy: this.policy,
      permits: this.#permits,
      preBindings: this.#preBindings,
      pods: this.#cluster.pods,
      now: () => engine.now,
      failed: (preemptor) => {
        this.queue.activate(this.#cluster.pods.get(keyOf(preemptor)) ?? preemptor);
        this.#wake();
      },
    });
    this.#watch('Node', (change) => this.#cluster.nodeChanged(change as Change<'Node'>));
    for (const kind of this.#informedKinds()) this.#informer(kind);
    this.#watch('Pod', (change) => this.#cluster.podChanged(change as Change<'Pod'>));
  }

  /** How many attempts were begun so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Pods with a node that wait at Permit. */
  get heldCount(): number {
    return this.#permits.size;
  }

  // What the policy can ask.

  #host(): SchedulerHost {
    return {
      now: () => this.#engine.now,
      lister: (kind) => this.#lister(kind),
      random: (name) => this.#engine.stream(`${this.#name}/${name}`),
      isPreempting: (uid) => this.#preemptions.isPreempting(uid),
      waitingPods: () => this.#permits.waitingPods(),
      activate: (pods) => {
        for (const pod of pods) this.queue.activate(pod);
        this.#wake();
      },
    };
  }

  #lister<K extends keyof ListedKinds>(kind: K): Lister<K> {
    if (kind === 'Pod') return new PodLister(() => this.#cluster.pods) as unknown as Lister<K>;
    if (!(kind in KINDS)) return NOTHING_LISTED as unknown as Lister<K>;
    return this.#informer(kind as Kind) as unknown as Lister<K>;
  }

  #informer(kind: Kind): CountedInformer {
    let informer = this.#informers.get(kind);
    if (informer === undefined) {
      this.#informers.set(kind, (informer = new CountedInformer(kind)));
      const known = informer;
      const receive = (change: Change): void => {
        known.receive(change);
        // Before the constructor is through there is no queue and nothing can wait in it.
        if ((this.#cluster as WatchedCluster | undefined) === undefined) return;
        this.#cluster.otherChanged(kind, change);
        this.#wake();
      };
      this.#api.watch({ kind, receive }, this.#name);
    }
    return informer;
  }

  #watch(kind: Kind, tell: (change: Change) => void): void {
    const receive = (change: Change): void => {
      tell(change);
      this.#wake();
    };
    this.#api.watch({ kind, receive }, this.#name);
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

  // Cycles.

  /** Begins no cycle until it leads again; what is under way comes to its end, and it goes on watching. */
  standBy(): void {
    this.#leads = false;
  }

  /** The election is won. */
  lead(): void {
    this.#leads = true;
    this.#wake();
  }

  #wake(): void {
    if (!this.#leads) return;
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
    const decision = this.#guard.ask('decision', pod, () => this.policy.decide(pod));
    this.#inCycle = { queued, decision, explanation };
    const time = this.#cycleTime(this.#cycleStream) + decision.evaluated * this.#cyclePerNode;
    this.#engine.after(workMicros(this.#engine, time), this.#cycleKind);
  }

  #endCycle(): void {
    const { queued, decision, explanation } = this.#inCycle!;
    this.#inCycle = undefined;
    this.#explanation = explanation;
    if (decision.kind === 'node') {
      this.#place(queued, decision.nodeName, decision.evaluated, decision.steps);
    } else if (decision.kind === 'unschedulable') {
      this.#report(queued, 'unschedulable', undefined, decision.evaluated, decision.message, decision.victims);
      if (decision.victims.length > 0)
        this.#preemptions.begin(queued.pod, decision.nominatedNodeName!, decision.victims);
      this.#fail(queued, decision, true);
    } else {
      this.#report(queued, 'error', undefined, decision.evaluated, decision.message);
      this.#fail(queued, failureOf(decision.message, undefined), decision.isRejection === true);
    }
    this.#wake();
  }

  #place(queued: QueuedPod, nodeName: string, evaluated: number, steps: BindingSteps): void {
    const { pod } = queued;
    const binding: Binding = { queued, pod, nodeName, steps };
    this.policy.assume(pod, nodeName);
    const reserved = this.#guard.ask('Reserve', pod, () => steps.reserve());
    const permitted =
      reserved === undefined
        ? this.#guard.ask('Permit', pod, () => steps.permit())
        : { status: reserved, waits: new Map<string, number>() };
    if (permitted.status !== undefined) {
      this.#report(queued, outcomeOf(permitted.status), undefined, evaluated, messageOf(permitted.status));
      this.#takeBack(binding);
      const { status } = permitted;
      const rejected = isRejection(status);
      const reason = messageOf(status);
      const message = rejected ? refusedThere(reason) : reason;
      this.#fail(queued, failureOf(message, rejected ? status.plugin : undefined), rejected);
      return;
    }
    this.#report(queued, 'scheduled', nodeName, evaluated, undefined);
    if (permitted.waits.size > 0) this.#permits.hold(binding, permitted.waits);
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

  #turnedAway(binding: Binding, plugin: string, reason: string): void {
    this.#takeBack(binding);
    this.#fail(binding.queued, failureOf(refusedThere(reason), plugin), true);
    this.#placeFreed(binding, binding.pod.metadata.uid);
    this.#wake();
  }

  // Binding.

  #bind(binding: Binding): void {
    const { pod, steps } = binding;
    this.queue.done(pod.metadata.uid);
    const preBound = this.#guard.ask('PreBind', pod, () => steps.preBind());
    if (isPreBindSteps(preBound)) this.#preBindings.begin(binding, preBound);
    else this.#preBound(binding, preBound);
  }

  #preBound(binding: Binding, refusal: Status | undefined): void {
    const { pod, nodeName, steps } = binding;
    const { uid } = pod.metadata;
    const status = refusal ?? this.#guard.ask('Bind', pod, () => steps.bind());
    if (status !== undefined) {
      this.#bindingFailed(binding, messageOf(status), isRejection(status), status.plugin);
      return;
    }
    const annotations = steps.annotations && this.#guard.ask('Bind', pod, () => steps.annotations!());
    this.#client.send({ verb: 'bind', key: binding.queued.key, uid, node: nodeName, annotations }, (response) => {
      if (!response.ok) {
        this.#bindingFailed(binding, `running Bind plugin "DefaultBinder": ${response.message}`, false, undefined);
        return;
      }
      const text = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`;
      this.#recorder.record(pod, 'Normal', 'Scheduled', text);
      this.#guard.ask('PostBind', pod, () => steps.postBind());
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
    this.#guard.ask('Unreserve', binding.pod, () => binding.steps.unreserve());
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
    for (const plugin of failure.unschedulablePlugins) queued.rejectedBy(plugin);
    for (const plugin of failure.pendingPlugins) queued.waitsFor(plugin);
    const fresh = this.#cluster.pods.get(queued.key);
    if (fresh === undefined || isAssigned(fresh) || fresh.metadata.uid !== uid) {
      this.queue.done(uid);
      return;
    }
    this.queue.addUnschedulable(queued, fresh);
    const nomination = failure.nominatedNodeName ?? nominationOf(fresh);
    if (nomination === '') this.policy.denominate(uid);
    else this.policy.nominate(fresh, nomination);
    this.#recorder.record(fresh, 'Warning', 'FailedScheduling', noteOf(failure));
    const status = failureStatus(fresh, failure, rejected, this.#engine.now);
    if (status === undefined) return;
    this.#client.send({ verb: 'patch-status', kind: 'Pod', key: keyOf(fresh), uid, status }, () => undefined);
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
}

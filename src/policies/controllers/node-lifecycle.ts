import type { Change } from '../../sim/api/change.ts';
import { NODE_LEASE_NAMESPACE } from '../../sim/api/core.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { ConditionStatus } from '../../sim/api/meta.ts';
import type { Node } from '../../sim/api/node.ts';
import { conditionOf, conditionStatus } from '../../sim/api/pod.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { markPodsNotReady } from './node-lifecycle/mark-pods-not-ready.ts';
import { NODE_LIFECYCLE_DEFAULTS, type NodeLifecycleSettings } from './node-lifecycle/settings.ts';
import { SignsOfLife } from './node-lifecycle/signs-of-life.ts';
import { olderLabels, writeOlderLabels } from './node-lifecycle/node-labels.ts';
import { hasTaint, mirrorConditions, TAINT_NOT_READY, TAINT_UNREACHABLE } from './node-lifecycle/taints.ts';
import { UpdateWorkers } from './node-lifecycle/update-workers.ts';
import { unknownConditions } from './node-lifecycle/unknown-conditions.ts';
import { insistOnTaints, writeTaints } from './node-lifecycle/write-taints.ts';
import { Zones } from './node-lifecycle/zones.ts';
import { PassClock } from './pass-clock.ts';
import { PodsOnNodes } from './pods-on-nodes.ts';
import { ask } from './requests.ts';

/** What a pass over the nodes takes that finds nothing to do. The period counts from its end. */
/** A Lease that was not renewed for so long was missed. */
const MISSED_AFTER_MICROS = 15_000_000;
const IDLE_PASS_MICROS = 2_000;
const TAINTING_PERIOD_MICROS = 100_000;
/** RetryOnConflict of taints: 100 ms, and as much again by chance. */
const CONFLICT_BACKOFF_MICROS = 100_000;
const STATUS_ATTEMPTS = 5;
/** Nodes that a pass looks at side by side. */
const NODES_AT_ONCE = 8;
/**
 * Watches the nodes (kubernetes-behaviour.md 3.9): silent ones become Unknown, conditions become NoSchedule taints at
 * once, and NoExecute taints at the rate their zone's state allows. Passes of the monitor and of the tainting loop that
 * would find nothing to do are not made.
 */
export function nodeLifecycle(settings: NodeLifecycleSettings = NODE_LIFECYCLE_DEFAULTS): ControllerFactory {
  return (host) => new NodeLifecycle(host, settings);
}

class NodeLifecycle implements Controller {
  readonly name = 'node';
  readonly eventSource = 'node-controller';
  /** Eight for nodes' health, eight for changed nodes, four for pods. */
  readonly workers = 20;
  readonly handlers = {
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Lease: (change: Change<'Lease'>) => this.#leaseChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #settings: NodeLifecycleSettings;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #podsOnNodes: PodsOnNodes;
  readonly #signs: SignsOfLife;
  readonly #zones: Zones;
  readonly #monitor: PassClock;
  readonly #tainting: PassClock;
  readonly #updates: UpdateWorkers;

  /** Nodes that the next pass has to look at: something about them is new. */
  readonly #attention = new Set<string>();
  #registered: Node[] = [];
  #removed: Node[] = [];
  /** Nodes whose pods could not all be told that they are not ready. */
  readonly #retry = new Set<string>();
  readonly #notReady = new Set<string>();
  readonly #noExecute = new Set<string>();
  /** Written by this controller, and not yet back from the watch. */
  readonly #writtenUnknown = new Set<string>();

  #passAt = 0;
  /** Of the pass that is under way: nodes not yet through, and those of them that nobody looks at yet. */
  #underWay = 0;
  #waiting: string[] = [];
  #endsNoSoonerThan = 0;
  /** Until when the machine stands still. */
  #stalledUntil = 0;
  /** Nodes whose worker sleeps until it tries its taints again: nobody else takes them up meanwhile. */
  readonly #sleeping = new Map<string, number>();
  #taintedBefore: readonly string[] = [];

  constructor(host: ControllerHost, settings: NodeLifecycleSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#nodes = host.lister('Node');
    this.#pods = host.lister('Pod');
    this.#podsOnNodes = new PodsOnNodes(this.#pods);
    // The loops began when the controller manager did, at some moment before the run.
    this.#monitor = new PassClock(
      settings.nodeMonitorPeriod,
      IDLE_PASS_MICROS,
      Math.floor(host.random() * settings.nodeMonitorPeriod),
    );
    this.#tainting = new PassClock(TAINTING_PERIOD_MICROS, 0, Math.floor(host.random() * TAINTING_PERIOD_MICROS));
    this.#signs = new SignsOfLife(this.#monitor, settings);
    this.#zones = new Zones(settings);
    this.#updates = new UpdateWorkers((name) => host.enqueue(`node ${name}`));
  }

  // ---- What happens to the queue ----

  #nodeChanged({ type, object: node, previous }: Change<'Node'>): void {
    const { name } = node.metadata;
    if (type === 'DELETED') {
      this.#forget(node);
      return;
    }
    const now = this.#host.now();
    const status = readyOf(node);
    this.#writtenUnknown.delete(name);
    if (status === 'True') this.#notReady.delete(name);
    else this.#notReady.add(name);
    if (hasNoExecute(node)) this.#noExecute.add(name);
    else this.#noExecute.delete(name);
    if (previous === undefined) {
      this.#signs.nodeAppears(node, now);
      // What is there before the run begins has been known for long.
      if (now === 0) this.#zones.admit(node);
      else this.#registered.push(node);
    } else if (heartbeatOf(node) !== heartbeatOf(previous)) {
      this.#signs.seen(name, now);
    }
    const calm =
      previous !== undefined &&
      readyOf(previous) === status &&
      previous.spec.taints === node.spec.taints &&
      previous.metadata.labels === node.metadata.labels;
    const settled = previous === undefined && now === 0 && status === 'True' && !hasNoExecute(node);
    if (!calm && !settled) this.#attention.add(name);
    if (previous?.status.conditions !== node.status.conditions || previous.spec !== node.spec) {
      if (mirrorConditions(node) !== undefined) this.#updates.add(name);
    }
    if (previous?.metadata.labels !== node.metadata.labels && olderLabels(node) !== undefined) {
      this.#updates.add(name);
    }
    this.#arm();
  }

  #forget(node: Node): void {
    const { name } = node.metadata;
    this.#attention.delete(name);
    this.#retry.delete(name);
    this.#notReady.delete(name);
    this.#noExecute.delete(name);
    this.#signs.forget(name);
    this.#sleeping.delete(name);
    this.#removed.push(node);
    this.#arm();
  }

  #leaseChanged({ type, object: lease }: Change<'Lease'>): void {
    if (type === 'DELETED' || lease.metadata.namespace !== NODE_LEASE_NAMESPACE) return;
    this.#signs.leaseChanged(lease, this.#host.now());
    this.#arm();
  }

  #podChanged(change: Change<'Pod'>): void {
    this.#podsOnNodes.apply(change);
    if (this.#notReady.size === 0 || change.type === 'DELETED') return;
    const { nodeName } = change.object.spec;
    if (nodeName === undefined || !this.#notReady.has(nodeName)) return;
    if (change.previous?.spec.nodeName !== nodeName) this.#host.enqueue(`pod ${keyOf(change.object)}`);
  }

  /** The next pass of the monitor that has something to do. */
  #arm(): void {
    const now = this.#host.now();
    // Passes for their own sake keep no run from ending; those that have something to do are expected below.
    if (this.#settings.everyPass) this.#host.enqueuePeriodically('monitor', this.#monitor.after(now) - now);
    if (this.#underWay > 0) return;
    const news = this.#attention.size + this.#registered.length + this.#removed.length > 0;
    const due = news ? this.#monitor.after(now) : this.#signs.nextOverdueAt(this.#nodes);
    // Where every beat is simulated, every node would be silent for too long some time, were it not for its next one.
    if (this.#settings.everyPass && !news && due !== undefined && due > now + this.#usualPatience) return;
    if (due !== undefined) this.#host.enqueueAfter('monitor', Math.max(0, due - now));
  }

  /** Until a node that beats as it should would be silent for too long, at the least. */
  get #usualPatience(): number {
    const { nodeMonitorGracePeriod, nodeStartupGracePeriod, nodeMonitorPeriod } = this.#settings;
    return Math.min(nodeMonitorGracePeriod, nodeStartupGracePeriod) - MISSED_AFTER_MICROS - nodeMonitorPeriod;
  }

  #armTainting(): void {
    const next = this.#zones.nextTaintAt;
    if (next === undefined) return;
    const now = this.#host.now();
    this.#host.enqueueAfter('taint', this.#tainting.atOrAfter(Math.max(next, now + 1)) - now);
  }

  // ---- The syncs ----

  *sync(key: string): SyncSteps {
    const at = key.indexOf(' ');
    const name = key.slice(at + 1);
    switch (at < 0 ? key : key.slice(0, at)) {
      case 'monitor':
        this.#beginPass();
        return;
      case 'health':
        yield* this.#lookAtNode(name);
        return;
      case 'disruption':
        yield* this.#handleDisruption();
        return;
      case 'taint':
        if (!this.#isStalled(key, 0)) yield* this.#taintNodes();
        return;
      case 'node':
        if (this.#isAsleep(name) || this.#isStalled(key, this.#host.now() - this.#passAt)) return;
        if (!(yield* this.#mirrorConditions(name, !this.#sleeping.delete(name)))) return;
        yield* writeOlderLabels(this.#nodes.get(name));
        this.#updates.done(name);
        return;
      default:
        yield* this.#lookAtPod(name);
    }
  }

  #beginPass(): void {
    if (this.#underWay > 0) return;
    const now = this.#host.now();
    const passAt = this.#monitor.atOrBefore(now);
    // It was planned before the last pass had taken its time.
    if (passAt > now) {
      this.#arm();
      return;
    }
    this.#passAt = passAt;
    for (const node of this.#registered) {
      const { name } = node.metadata;
      this.#zones.admit(node);
      this.#attention.add(name);
      this.#host.record(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    }
    for (const node of this.#removed) {
      const { name } = node.metadata;
      this.#host.record(node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
    }
    const overdue = this.#signs.overdue(this.#passAt, this.#nodes);
    this.#endsNoSoonerThan = overdue.length > 1 ? now + this.#settings.longPassMicros : now;
    if (overdue.length === 1) this.#stalledUntil = now + this.#settings.stallMicros;
    const names = new Set([...this.#attention, ...overdue]);
    const news = names.size + this.#removed.length > 0;
    this.#attention.clear();
    this.#registered = [];
    this.#removed = [];
    if (!news) {
      this.#arm();
      return;
    }
    this.#taintedBefore = [...this.#noExecute];
    this.#underWay = names.size;
    this.#waiting = this.#signs.inOrder(names);
    for (const name of this.#waiting.splice(0, NODES_AT_ONCE)) this.#host.enqueue(`health ${name}`);
    if (names.size === 0) {
      this.#underWay = 1;
      this.#nodeIsThrough();
    }
  }

  #nodeIsThrough(): void {
    this.#underWay--;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#host.enqueue(`health ${next}`);
    if (this.#underWay === 0) {
      this.#underWay = 1;
      this.#host.enqueueAfter('disruption', this.#endsNoSoonerThan - this.#host.now());
    }
  }

  *#lookAtNode(name: string): Steps<void> {
    try {
      const found = yield* this.#updateHealth(name);
      if (found === undefined) return;
      const { node, observed, current } = found;
      this.#zones.admit(node);
      this.#zones.judged(name, current);
      yield* this.#evictByTaint(node, current);
      const turned = current !== 'True' && observed === 'True';
      if (turned) {
        this.#host.record(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      }
      if (turned || (this.#retry.has(name) && observed !== 'True')) {
        const told = yield* markPodsNotReady(this.#podsOnNodes.of(name), this.#host);
        if (!told) {
          this.#retry.add(name);
          this.#attention.add(name);
          return;
        }
      }
      this.#retry.delete(name);
    } finally {
      this.#nodeIsThrough();
    }
  }

  /** A silent node's conditions become Unknown; gives what was seen of Ready before, and what it is now. */
  *#updateHealth(
    name: string,
  ): Steps<{ node: Node; observed: ConditionStatus | undefined; current: ConditionStatus | undefined } | undefined> {
    let node = this.#nodes.get(name);
    for (let attempt = 0; attempt < STATUS_ATTEMPTS && node !== undefined; attempt++) {
      const observed = readyOf(node);
      if (!this.#signs.isOverdue(node, this.#passAt)) return { node, observed, current: observed };
      const conditions = unknownConditions(node, this.#host.now());
      if (conditions === undefined) return { node, observed, current: observed };
      const status = { ...node.status, conditions };
      const answer = yield* ask({ verb: 'update', object: { ...node, status }, subresource: 'status' });
      if (answer.ok) {
        this.#writtenUnknown.add(name);
        return { node: answer.object as Node, observed: observed ?? 'Unknown', current: 'Unknown' };
      }
      const fresh = yield* ask({ verb: 'get', kind: 'Node', key: name });
      node = fresh.ok ? (fresh.object as Node) : undefined;
    }
    if (node !== undefined) this.#attention.add(name);
    return undefined;
  }

  *#evictByTaint(node: Node, ready: ConditionStatus | undefined): Steps<void> {
    const { name } = node.metadata;
    if (ready === 'True') {
      yield* this.#markReachable(node);
      return;
    }
    const [wanted, opposite] =
      ready === 'False' ? [TAINT_NOT_READY, TAINT_UNREACHABLE] : [TAINT_UNREACHABLE, TAINT_NOT_READY];
    if (hasTaint(node, opposite, 'NoExecute')) {
      const change = { add: [noExecute(wanted)], remove: [noExecute(opposite)] };
      if (!(yield* insistOnTaints(name, change, this.#host.now))) this.#attention.add(name);
      return;
    }
    const queue = this.#zones.queueOf(node);
    const isTainted = hasTaint(node, wanted, 'NoExecute');
    if (!isTainted) queue.remove(name);
    if (queue.add(name, this.#host.now(), isTainted)) this.#armTainting();
  }

  *#markReachable(node: Node): Steps<void> {
    const remove = [TAINT_UNREACHABLE, TAINT_NOT_READY]
      .filter((key) => hasTaint(node, key, 'NoExecute'))
      .map((key) => noExecute(key));
    this.#zones.queueOf(node).remove(node.metadata.name);
    if (remove.length === 0) return;
    if (!(yield* insistOnTaints(node.metadata.name, { add: [], remove }, this.#host.now))) {
      this.#attention.add(node.metadata.name);
    }
  }

  /** The end of a pass: what the zones' states are now, and how fast nodes may be tainted from here on. */
  *#handleDisruption(): Steps<void> {
    try {
      const entered = this.#zones.handleDisruption(this.#nodes.list(), this.#host.now(), () =>
        this.#signs.allSeen(this.#passAt),
      );
      if (entered) {
        for (const name of this.#taintedBefore) {
          const node = this.#nodes.get(name);
          if (node !== undefined) yield* this.#markReachable(node);
        }
      }
    } finally {
      this.#underWay = 0;
      this.#monitor.endedAt(this.#host.now());
      if (this.#notReady.size === 0) this.#podsOnNodes.drop();
      this.#arm();
      this.#armTainting();
    }
  }

  /** One pass of the tainting loop: every zone's queue, as far as its tokens go. */
  *#taintNodes(): Steps<void> {
    for (const queue of this.#zones.queues()) {
      for (let name = queue.take(this.#host.now()); name !== undefined; name = queue.take(this.#host.now())) {
        const node = this.#nodes.get(name);
        const ready = node === undefined || this.#writtenUnknown.has(name) ? undefined : readyOf(node);
        // It is well again, as far as the cache knows; the monitor comes back to it.
        if (node === undefined || ready === 'True') {
          queue.settle(name);
          if (node !== undefined) this.#attention.add(name);
          continue;
        }
        const unknown = ready !== 'False';
        const wanted = noExecute(unknown ? TAINT_UNREACHABLE : TAINT_NOT_READY);
        const opposite = noExecute(unknown ? TAINT_NOT_READY : TAINT_UNREACHABLE);
        const change = { add: [wanted], remove: [opposite] };
        const written = yield* writeTaints(name, change, this.#host.now, !queue.isRetry(name));
        if (written === 'conflict' || written === 'failed') queue.retryAt(name, this.#host.now() + this.#backoff());
        else queue.settle(name);
      }
    }
    this.#arm();
    this.#armTainting();
  }

  /** Gives whether the worker is through with the taints; else it waits and tries again. */
  *#mirrorConditions(name: string, isFirstTry: boolean): Steps<boolean> {
    const node = this.#nodes.get(name);
    const change = node === undefined ? undefined : mirrorConditions(node);
    if (node === undefined || change === undefined) return true;
    const written = yield* writeTaints(name, change, this.#host.now, isFirstTry);
    if (written !== 'conflict' && written !== 'failed') return true;
    this.#sleep(name, this.#host.now() + this.#backoff());
    return false;
  }

  /** What falls due while the machine stands still begins at the end of it, after what it would have waited for besides. */
  #isStalled(key: string, besides: number): boolean {
    const left = this.#stalledUntil - this.#host.now();
    if (left <= 0) return false;
    this.#host.enqueueAfter(key, left + besides);
    return true;
  }

  #sleep(name: string, until: number): void {
    this.#sleeping.set(name, until);
    this.#host.enqueueAfter(`node ${name}`, until - this.#host.now());
  }

  #isAsleep(name: string): boolean {
    const until = this.#sleeping.get(name);
    return until !== undefined && until > this.#host.now();
  }

  #backoff(): number {
    return CONFLICT_BACKOFF_MICROS + Math.floor(this.#host.random() * CONFLICT_BACKOFF_MICROS);
  }

  /** A pod that comes to a node that is not ready is not ready either. */
  *#lookAtPod(key: string): Steps<void> {
    const pod = this.#pods.get(key);
    const { nodeName } = pod?.spec ?? {};
    if (pod === undefined || nodeName === undefined || !this.#notReady.has(nodeName)) return;
    if (this.#nodes.get(nodeName) === undefined) return;
    if (!(yield* markPodsNotReady([pod], this.#host))) throw new SyncError(`pod ${key} could not be marked not ready`);
  }
}

function readyOf(node: Node): ConditionStatus | undefined {
  return conditionStatus(node.status.conditions, 'Ready');
}

function heartbeatOf(node: Node): number | undefined {
  return conditionOf(node.status.conditions, 'Ready')?.lastHeartbeatTime;
}

function noExecute(key: string): { readonly key: string; readonly effect: 'NoExecute' } {
  return { key, effect: 'NoExecute' };
}

function hasNoExecute(node: Node): boolean {
  return hasTaint(node, TAINT_UNREACHABLE, 'NoExecute') || hasTaint(node, TAINT_NOT_READY, 'NoExecute');
}

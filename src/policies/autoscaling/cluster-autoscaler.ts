import type { Change } from '../../sim/api/change.ts';
import { deepFreeze } from '../../sim/api/freeze.ts';
import type { ApiObject } from '../../sim/api/kinds.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import type { Node } from '../../sim/api/node.ts';
import { conditionOf, isPodTerminal, type Pod } from '../../sim/api/pod.ts';
import type { CloudProvider } from '../../sim/policy-api/cloud.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  ControllerProcess,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { PassClock } from '../controllers/pass-clock.ts';
import { PodsOnNodes } from '../controllers/pods-on-nodes.ts';
import { ScaleDownActuator } from './cluster-autoscaler/actuator.ts';
import { NodeGroupBackoff } from './cluster-autoscaler/back-off.ts';
import { ClusterSnapshot } from './simulation/cluster-snapshot.ts';
import { ClusterState, isNodeReady } from './cluster-autoscaler/cluster-state.ts';
import { DeletionsInProgress } from './cluster-autoscaler/deletions-in-progress.ts';
import {
  cleanDeletionCandidate,
  isDeletionCandidate,
  isToBeDeleted,
  markDeletionCandidate,
} from './cluster-autoscaler/deletion-taints.ts';
import { RemainingBudgets } from './cluster-autoscaler/disruption-budgets.ts';
import { DrainabilityRules, isDaemonSetPod } from './cluster-autoscaler/drainability.ts';
import { isUnschedulable, podsToHelp, standingOf } from './cluster-autoscaler/pending-pods.ts';
import { ScaleDownPlanner } from './cluster-autoscaler/planner.ts';
import { withoutNode } from './cluster-autoscaler/removal.ts';
import { planScaleUp, type ScaleUpPlan } from './cluster-autoscaler/scale-up.ts';
import { CLUSTER_AUTOSCALER_DEFAULTS, type ClusterAutoscalerSettings } from './cluster-autoscaler/settings.ts';
import { instantiate, templateOf, type NodeTemplate } from './simulation/templates.ts';

const SCAN = 'scan';
/** A pass that finds nothing to do takes about so long. */
const IDLE_PASS = 2_000;
/** A pod whose condition is older is no news. */
const MAX_POD_CHANGE_AGE = 10_000_000;
/** Pods younger than this may be the first of many. */
const UNSCHEDULABLE_POD_BUFFER = 2_000_000;

/** What Events are about that are about no node and no pod. */
const STATUS_OBJECT: ApiObject = deepFreeze({
  kind: 'ConfigMap',
  metadata: {
    ...newObjectMeta({ namespace: 'kube-system', name: 'cluster-autoscaler-status' }),
    uid: 'cluster-autoscaler-status',
  },
}) as ApiObject;

/** cluster-autoscaler as a component beside the controller manager, with the rate limit of its own client. */
export function clusterAutoscalerProcess(settings: Partial<ClusterAutoscalerSettings> = {}): ControllerProcess {
  return {
    process: 'cluster-autoscaler',
    client: { qps: 5, burst: 10 },
    controllers: [clusterAutoscaler({ ...CLUSTER_AUTOSCALER_DEFAULTS, ...settings })],
  };
}

/**
 * cluster-autoscaler: every ten seconds it looks for pods that no node can take and lets the node group grow that serves
 * them best, and for nodes that are not needed and takes them away when that has been so for ten minutes
 * (kubernetes-behaviour.md 6.1). Loops for which nothing has changed and no time is up are not made.
 */
export function clusterAutoscaler(
  settings: ClusterAutoscalerSettings = CLUSTER_AUTOSCALER_DEFAULTS,
): ControllerFactory {
  return (host) => {
    const { cloud } = host;
    if (cloud === undefined) throw new Error('cluster-autoscaler needs a cloud with node groups');
    return new ClusterAutoscaler(host, cloud, settings);
  };
}

/** What a loop came to: the size of the cluster was changed, another look is due in any case, or all is as it was. */
type Outcome = 'changed' | 'unfinished' | 'idle';

class ClusterAutoscaler implements Controller {
  readonly name = 'cluster-autoscaler';
  readonly eventSource = 'cluster-autoscaler';
  readonly workers: number;
  readonly handlers = {
    DaemonSet: () => this.#changed(),
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    PodDisruptionBudget: () => this.#changed(),
  };
  readonly #host: ControllerHost;
  readonly #cloud: CloudProvider;
  readonly #settings: ClusterAutoscalerSettings;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #daemonSets: ControllerLister<'DaemonSet'>;
  readonly #budgets: ControllerLister<'PodDisruptionBudget'>;
  readonly #podsOnNodes: PodsOnNodes;
  readonly #snapshot: ClusterSnapshot;
  readonly #state: ClusterState;
  readonly #planner: ScaleDownPlanner;
  readonly #actuator: ScaleDownActuator;
  readonly #deletions = new DeletionsInProgress();
  readonly #backoff: NodeGroupBackoff;
  readonly #clock: PassClock;
  #changedAt = 0;
  #isRunning = false;
  #isUrgent = false;
  #notBefore = -Infinity;
  #lastScaleUp = -Infinity;
  #lastScaleDownDelete = -Infinity;
  #lastScaleDownFailure = -Infinity;

  constructor(host: ControllerHost, cloud: CloudProvider, settings: ClusterAutoscalerSettings) {
    this.#host = host;
    this.#cloud = cloud;
    this.#settings = settings;
    this.workers = 1 + settings.maxScaleDownParallelism;
    this.#nodes = host.lister('Node');
    this.#pods = host.lister('Pod');
    this.#daemonSets = host.lister('DaemonSet');
    this.#budgets = host.lister('PodDisruptionBudget');
    this.#podsOnNodes = new PodsOnNodes(this.#pods);
    this.#snapshot = new ClusterSnapshot(host);
    const { initialNodeGroupBackoffDuration, maxNodeGroupBackoffDuration, nodeGroupBackoffResetTimeout } = settings;
    this.#backoff = new NodeGroupBackoff(
      initialNodeGroupBackoffDuration,
      maxNodeGroupBackoffDuration,
      nodeGroupBackoffResetTimeout,
    );
    const log = this.#log.bind(this);
    this.#state = new ClusterState(cloud, settings, this.#backoff, log);
    const rules = new DrainabilityRules(host, settings);
    this.#planner = new ScaleDownPlanner(cloud, settings, rules);
    this.#actuator = new ScaleDownActuator({
      host,
      cloud,
      settings,
      rules,
      deletions: this.#deletions,
      log,
      podsOn: (nodeName) => this.#podsOnNodes.of(nodeName).filter((pod) => !isPodTerminal(pod)),
      infoOf: (pod) => this.#snapshot.infoOf(pod),
    });
    this.#clock = new PassClock(settings.scanInterval, IDLE_PASS, Math.floor(host.random() * settings.scanInterval));
  }

  #log(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#host.record(STATUS_OBJECT, type, reason, message);
  }

  // ---- What happens to the queue ----

  #changed(): void {
    this.#changedAt = this.#host.now();
    // A loop that is under way may not have seen it: another comes afterwards.
    if (!this.#isRunning) this.#armAfter(this.#changedAt);
  }

  #nodeChanged({ type, object, previous }: Change<'Node'>): void {
    const matters =
      type === 'DELETED' ||
      previous === undefined ||
      previous.spec !== object.spec ||
      previous.metadata.labels !== object.metadata.labels ||
      previous.metadata.annotations !== object.metadata.annotations ||
      previous.status.allocatable !== object.status.allocatable ||
      isNodeReady(previous) !== isNodeReady(object);
    if (matters) this.#changed();
  }

  #podChanged(change: Change<'Pod'>): void {
    this.#podsOnNodes.apply(change);
    this.#changed();
    if (change.type !== 'DELETED' && this.#settings.frequentLoops && this.#isNews(change.object)) this.#hurry();
  }

  /** A pod that has just been found to have no place is a reason not to wait. */
  #isNews(pod: Pod): boolean {
    if (isPodTerminal(pod) || (pod.spec.nodeName ?? '') !== '' || !isUnschedulable(pod)) return false;
    const since = conditionOf(pod.status.conditions, 'PodScheduled')?.lastTransitionTime ?? 0;
    return since + MAX_POD_CHANGE_AGE >= this.#host.now();
  }

  /** The next loop does not wait for its time. */
  #hurry(): void {
    this.#isUrgent = true;
    this.#host.enqueue(SCAN);
  }

  /** The first loop after a time. */
  #armAfter(time: number): void {
    if (time === Infinity) return;
    const now = this.#host.now();
    this.#host.enqueueAfter(SCAN, this.#clock.after(Math.max(time, now)) - now);
  }

  // ---- The loop ----

  *sync(key: string): SyncSteps {
    const nodeName = this.#actuator.nodeOfKey(key);
    if (nodeName !== undefined) {
      yield* this.#actuator.sync(nodeName);
      if (!this.#deletions.has(nodeName)) this.#changed();
      return;
    }
    const before = this.#host.now();
    if (!this.#isUrgent && before < this.#notBefore) {
      // It was armed before a loop that came out of turn.
      this.#armAfter(before);
      return;
    }
    this.#isUrgent = false;
    this.#isRunning = true;
    const outcome = yield* this.#runOnce(before);
    this.#isRunning = false;
    const now = this.#host.now();
    this.#clock.endedAt(now);
    this.#notBefore = now + this.#settings.scanInterval;
    if (outcome === 'changed' && this.#settings.frequentLoops) this.#hurry();
    else if (outcome !== 'idle' || this.#changedAt >= before || this.#settings.everyPass) this.#armAfter(now);
    this.#armAfter(this.#nextDue(now) - 1);
  }

  /** When time alone will make a difference. */
  #nextDue(now: number): number {
    const { scaleDownDelayAfterAdd, scaleDownDelayAfterDelete, scaleDownDelayAfterFailure } = this.#settings;
    const nodes = this.#nodes.list();
    const moments = [this.#state.nextDue(nodes, now), this.#planner.nextDue(this.#changedAt, now)];
    if (this.#planner.unneededNames.size > 0) {
      moments.push(
        this.#lastScaleUp + scaleDownDelayAfterAdd,
        this.#lastScaleDownDelete + scaleDownDelayAfterDelete,
        this.#lastScaleDownFailure + scaleDownDelayAfterFailure,
      );
    }
    for (const { id } of this.#cloud.nodeGroups()) moments.push((this.#backoff.until(id, now) ?? -Infinity) + 1);
    return moments.reduce((least, at) => (at > now ? Math.min(least, at) : least), Infinity);
  }

  *#runOnce(now: number): Steps<Outcome> {
    const nodes = this.#nodes.list();
    this.#snapshot.setClusterState(nodes, this.#placedPods());
    this.#state.update(nodes, now);
    const removed = this.#removeOldUnregistered();
    if (!this.#state.isHealthy) {
      this.#planner.forget();
      this.#log('Warning', 'ClusterUnhealthy', 'Cluster is unhealthy');
      return 'idle';
    }
    const cleaned = this.#deleteFailedMachines();
    this.#snapshot.fork();
    try {
      const outcome = yield* this.#loop(nodes, now);
      return outcome === 'idle' && (removed || cleaned) ? 'unfinished' : outcome;
    } finally {
      this.#snapshot.revert();
    }
  }

  *#loop(nodes: readonly Node[], now: number): Steps<Outcome> {
    const templates = this.#templates(nodes);
    const started = this.#addUpcoming(nodes, templates, now);
    const waiting = this.#pods.list().filter((pod) => standingOf(pod).kind === 'unschedulable');
    const { expendablePodsPriorityCutoff, newPodScaleUpDelay, maxNodesTotal } = this.#settings;
    const drained = this.#podsOfDrainedNodes();
    const toHelp = podsToHelp([...waiting, ...drained], expendablePodsPriorityCutoff, this.#snapshot).filter(
      ({ metadata }) => now - metadata.creationTimestamp >= newPodScaleUpDelay,
    );
    const ready = nodes.filter(isNodeReady).length;
    if (toHelp.length > 0 && maxNodesTotal > 0 && ready >= maxNodesTotal) {
      const reached = `Max total nodes in cluster reached: ${maxNodesTotal}`;
      this.#log('Warning', 'MaxNodesTotalReached', reached);
      for (const pod of toHelp) {
        this.#notTriggered(pod, 'max total nodes in cluster reached');
      }
    } else if (toHelp.length > 0 && toHelp.every(({ metadata }) => isNew(metadata.creationTimestamp, now))) {
      // There may be more to come: the next loop sees them all, and nothing is taken away meanwhile.
      return 'unfinished';
    } else if (toHelp.length > 0) {
      const plan = planScaleUp(toHelp, {
        snapshot: this.#snapshot,
        settings: this.#settings,
        groups: this.#cloud.nodeGroups(),
        templates,
        nodeCount: nodes.length + this.#upcomingCount(now),
        refusalOf: (group) => this.#state.refusalOf(group, now),
        random: () => this.#host.random(),
      });
      if (this.#grow(plan, now)) return 'changed';
    }
    return yield* this.#scaleDown(started, now);
  }

  *#placedPods(): Generator<{ readonly pod: Pod; readonly nodeName: string }> {
    const { expendablePodsPriorityCutoff } = this.#settings;
    for (const pod of this.#pods.list()) {
      const standing = standingOf(pod);
      if (standing.kind !== 'placed' || (pod.spec.priority ?? 0) < expendablePodsPriorityCutoff) continue;
      yield { pod, nodeName: standing.nodeName };
    }
  }

  #templates(nodes: readonly Node[]): ReadonlyMap<string, NodeTemplate> {
    const daemonSets = this.#daemonSets.list();
    const templates = new Map<string, NodeTemplate>();
    for (const node of nodes) {
      const { name } = node.metadata;
      const group = this.#cloud.groupOf(name);
      if (group === undefined || templates.has(group.id) || !isNodeReady(node) || isToBeDeleted(node)) continue;
      if (this.#cloud.stateOf(name) === 'running') templates.set(group.id, templateOf(node, daemonSets));
    }
    for (const { id, template } of this.#cloud.nodeGroups()) {
      if (!templates.has(id)) templates.set(id, templateOf(template, daemonSets));
    }
    return templates;
  }

  /** Nodes that will come soon are there already, in mind, and take pods; gives the others, as scale-down sees them. */
  #addUpcoming(nodes: readonly Node[], templates: ReadonlyMap<string, NodeTemplate>, now: number): readonly Node[] {
    const starting = new Set<string>();
    let number = 0;
    for (const [group, { count, registered }] of this.#state.upcoming(now)) {
      for (const name of registered) {
        starting.add(name);
        this.#snapshot.removeNode(name);
      }
      for (let i = 0; i < count; i++) {
        const { node, pods } = instantiate(templates.get(group)!, `upcoming-${number++}`);
        this.#snapshot.addNode(node, pods);
      }
    }
    return nodes.filter(({ metadata }) => !starting.has(metadata.name));
  }

  #upcomingCount(now: number): number {
    let sum = 0;
    for (const { count, registered } of this.#state.upcoming(now).values()) sum += count - registered.length;
    return sum;
  }

  /** Pods on nodes that are being drained will need a place soon: they are treated as if they waited. */
  #podsOfDrainedNodes(): readonly Pod[] {
    const found: Pod[] = [];
    for (const name of this.#deletions.drained) {
      for (const { pod } of this.#snapshot.node(name)?.pods ?? []) {
        const isMadeAnew = pod.metadata.ownerReferences.some(({ controller }) => controller === true);
        if (!isMadeAnew || isDaemonSetPod(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
        found.push(withoutNode(pod));
      }
    }
    for (const { metadata } of found) this.#snapshot.removePod(metadata.uid);
    return found;
  }

  /** Lets groups grow; false: nothing helps. */
  #grow({ growth, pods, helpless }: ScaleUpPlan, now: number): boolean {
    if (growth.length === 0) {
      for (const { pod, reasons } of helpless) this.#notTriggered(pod, reasons);
      return false;
    }
    for (const { group, from, to } of growth) {
      const { id, maxSize } = group;
      const size = `instead of ${from} (max: ${maxSize})`;
      this.#log('Normal', 'ScaledUpGroup', `Scale-up: setting group ${id} size to ${to} ${size}`);
      group.increaseSize(to - from);
      this.#log('Normal', 'ScaledUpGroup', `Scale-up: group ${id} size set to ${to} ${size}`);
      this.#state.registerScaleUp(id, to - from, now);
    }
    const text = growth.map(({ group, from, to }) => `{${group.id} ${from}->${to} (max: ${group.maxSize})}`).join(' ');
    for (const pod of pods) {
      this.#host.record(pod, 'Normal', 'TriggeredScaleUp', `pod triggered scale-up: [${text}]`);
    }
    this.#lastScaleUp = now;
    return true;
  }

  #notTriggered(pod: Pod, reasons: string): void {
    this.#host.record(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${reasons}`);
  }

  // ---- Machines that came to nothing ----

  #removeOldUnregistered(): boolean {
    let removed = false;
    for (const group of this.#cloud.nodeGroups()) {
      const room = Math.max(0, group.targetSize - group.minSize);
      const names = this.#state.longUnregistered(group).slice(0, room);
      if (names.length === 0) continue;
      group.deleteNodes(names);
      for (const name of names) this.#log('Normal', 'DeleteUnregistered', `Removed unregistered node ${name}`);
      removed = true;
    }
    return removed;
  }

  #deleteFailedMachines(): boolean {
    let deleted = false;
    for (const group of this.#cloud.nodeGroups()) {
      const failed = group.instances().filter(({ error, state }) => error !== undefined && state === 'creating');
      if (failed.length === 0) continue;
      group.deleteNodes(failed.map(({ name }) => name));
      deleted = true;
    }
    return deleted;
  }

  // ---- Less ----

  *#scaleDown(nodes: readonly Node[], now: number): Steps<Outcome> {
    if (!this.#settings.scaleDownEnabled) return 'idle';
    const budgets = new RemainingBudgets(this.#budgets.list());
    this.#planner.update({ snapshot: this.#snapshot, nodes, budgets, deletions: this.#deletions, now });
    let started: number | undefined = 0;
    if (!this.#isInCooldown(now)) {
      const { maxScaleDownParallelism: parallel, maxDrainParallelism: drained } = this.#settings;
      const wanted = this.#planner.nodesToDelete(this.#deletions, now);
      const { empty, drain } = this.#deletions.crop(wanted.empty, wanted.drain, { parallel, drained });
      started = yield* this.#actuator.start(empty, drain);
      if (started === undefined) this.#lastScaleDownFailure = now;
      else if (started > 0) this.#lastScaleDownDelete = now;
    }
    const unfinished = yield* this.#updateSoftTaints(nodes);
    if ((started ?? 0) > 0) return 'changed';
    return unfinished ? 'unfinished' : 'idle';
  }

  #isInCooldown(now: number): boolean {
    const { scaleDownDelayAfterAdd, scaleDownDelayAfterDelete, scaleDownDelayAfterFailure } = this.#settings;
    return (
      this.#lastScaleUp + scaleDownDelayAfterAdd > now ||
      this.#lastScaleDownDelete + scaleDownDelayAfterDelete > now ||
      this.#lastScaleDownFailure + scaleDownDelayAfterFailure > now
    );
  }

  /** Marks the nodes that may go soon, so that better nothing is put on them; true: there are more than one loop marks. */
  *#updateSoftTaints(nodes: readonly Node[]): Steps<boolean> {
    const unneeded = this.#planner.unneededNames;
    const now = (): number => this.#host.now();
    const candidates = nodes.filter((node) => {
      const { name } = node.metadata;
      const mayBeMarked = this.#cloud.groupOf(name) !== undefined && !isToBeDeleted(node) && !this.#deletions.has(name);
      return mayBeMarked && unneeded.has(name) !== isDeletionCandidate(node);
    });
    const needed = candidates.filter(({ metadata }) => !unneeded.has(metadata.name));
    const all = [...needed, ...candidates.filter(({ metadata }) => unneeded.has(metadata.name))];
    const some = all.slice(0, this.#settings.maxBulkSoftTaintCount);
    for (const { metadata } of some) {
      if (unneeded.has(metadata.name)) yield* markDeletionCandidate(metadata.name, now);
      else yield* cleanDeletionCandidate(metadata.name, now);
    }
    return some.length < all.length;
  }
}

/** Creation times are whole seconds. */
function isNew(creationTimestamp: number, now: number): boolean {
  return creationTimestamp + UNSCHEDULABLE_POD_BUFFER > now;
}

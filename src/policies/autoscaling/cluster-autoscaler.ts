import type { Change } from '../../sim/api/change.ts';
import { deepFreeze } from '../../sim/api/freeze.ts';
import type { ApiObject } from '../../sim/api/kinds.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import type { Node } from '../../sim/api/node.ts';
import { isPodTerminal, type Pod } from '../../sim/api/pod.ts';
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
import { PodsOnNodes } from '../controllers/pods-on-nodes.ts';
import { ScaleDownActuator } from './cluster-autoscaler/actuator.ts';
import { NodeGroupBackoff } from './cluster-autoscaler/back-off.ts';
import { ClusterState, isNodeReady, type StateLog } from './cluster-autoscaler/cluster-state.ts';
import { podsOfDrainedNodes } from './cluster-autoscaler/currently-drained-nodes.ts';
import { DeletionsInProgress } from './cluster-autoscaler/deletions-in-progress.ts';
import { isToBeDeleted } from './cluster-autoscaler/deletion-taints.ts';
import { RemainingBudgets } from './cluster-autoscaler/disruption-budgets.ts';
import { DrainabilityRules } from './cluster-autoscaler/drainability.ts';
import { deleteFailedMachines, removeOldUnregistered } from './cluster-autoscaler/failed-machines.ts';
import { groupTemplates } from './cluster-autoscaler/group-templates.ts';
import { LoopTrigger, type LoopOutcome } from './cluster-autoscaler/loop-trigger.ts';
import { isJustUnschedulable, isNoteworthy } from './cluster-autoscaler/noteworthy-changes.ts';
import { podsToHelp, standingOf } from './cluster-autoscaler/pending-pods.ts';
import { ScaleDownPlanner } from './cluster-autoscaler/planner.ts';
import { ScaleDownCooldown } from './cluster-autoscaler/scale-down-cooldown.ts';
import { planScaleUp } from './cluster-autoscaler/scale-up.ts';
import { executeScaleUp, notTriggered } from './cluster-autoscaler/scale-up-executor.ts';
import { CLUSTER_AUTOSCALER_DEFAULTS, type ClusterAutoscalerSettings } from './cluster-autoscaler/settings.ts';
import { updateSoftTaints } from './cluster-autoscaler/soft-taints.ts';
import { addUpcomingNodes, upcomingCount } from './cluster-autoscaler/upcoming-nodes.ts';
import { ClusterSnapshot } from './simulation/cluster-snapshot.ts';
import type { NodeTemplate } from './simulation/templates.ts';

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

class ClusterAutoscaler implements Controller {
  readonly name = 'cluster-autoscaler';
  readonly eventSource = 'cluster-autoscaler';
  readonly workers: number;
  readonly handlers = {
    DaemonSet: () => this.#trigger.changed(),
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    PodDisruptionBudget: () => this.#trigger.changed(),
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
  readonly #cooldown: ScaleDownCooldown;
  readonly #trigger: LoopTrigger;
  readonly #log: StateLog;

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
    this.#log = (type, reason, message) => host.record(STATUS_OBJECT, type, reason, message);
    this.#state = new ClusterState(cloud, settings, this.#backoff, this.#log);
    const rules = new DrainabilityRules(host, settings);
    this.#planner = new ScaleDownPlanner(cloud, settings, rules);
    this.#actuator = new ScaleDownActuator({
      host,
      cloud,
      settings,
      rules,
      deletions: this.#deletions,
      log: this.#log,
      podsOn: (nodeName) => this.#podsOnNodes.of(nodeName).filter((pod) => !isPodTerminal(pod)),
      infoOf: (pod) => this.#snapshot.infoOf(pod),
    });
    this.#cooldown = new ScaleDownCooldown(settings);
    this.#trigger = new LoopTrigger(host, settings);
  }

  #nodeChanged(change: Change<'Node'>): void {
    if (isNoteworthy(change)) this.#trigger.changed();
  }

  #podChanged(change: Change<'Pod'>): void {
    this.#podsOnNodes.apply(change);
    this.#trigger.changed();
    if (change.type !== 'DELETED' && isJustUnschedulable(change.object, this.#host.now())) this.#trigger.hurry();
  }

  *sync(key: string): SyncSteps {
    const nodeName = this.#actuator.nodeOfKey(key);
    if (nodeName !== undefined) {
      yield* this.#actuator.sync(nodeName);
      if (!this.#deletions.has(nodeName)) this.#trigger.changed();
    } else if (this.#trigger.begins()) {
      const outcome = yield* this.#runOnce(this.#host.now());
      this.#trigger.ended(outcome, this.#nextDue(this.#host.now()));
    }
  }

  /** When time alone will make a difference. */
  #nextDue(now: number): number {
    const moments = [this.#state.nextDue(this.#nodes.list(), now), this.#planner.nextDue(this.#trigger.changedAt, now)];
    if (this.#planner.unneededNames.size > 0) moments.push(...this.#cooldown.ends);
    for (const { id } of this.#cloud.nodeGroups()) moments.push((this.#backoff.until(id, now) ?? -Infinity) + 1);
    return moments.reduce((least, at) => (at > now ? Math.min(least, at) : least), Infinity);
  }

  *#runOnce(now: number): Steps<LoopOutcome> {
    const nodes = this.#nodes.list();
    this.#snapshot.setClusterState(nodes, this.#placedPods());
    this.#state.update(nodes, now);
    const removed = removeOldUnregistered(this.#cloud, this.#state, this.#log);
    if (!this.#state.isHealthy) {
      this.#planner.forget();
      this.#log('Warning', 'ClusterUnhealthy', 'Cluster is unhealthy');
      return 'idle';
    }
    const cleaned = deleteFailedMachines(this.#cloud);
    this.#snapshot.fork();
    try {
      const outcome = yield* this.#scale(nodes, now);
      return outcome === 'idle' && (removed || cleaned) ? 'unfinished' : outcome;
    } finally {
      this.#snapshot.revert();
    }
  }

  *#placedPods(): Generator<{ readonly pod: Pod; readonly nodeName: string }> {
    const { expendablePodsPriorityCutoff } = this.#settings;
    for (const pod of this.#pods.list()) {
      const standing = standingOf(pod);
      if (standing.kind !== 'placed' || (pod.spec.priority ?? 0) < expendablePodsPriorityCutoff) continue;
      yield { pod, nodeName: standing.nodeName };
    }
  }

  /** More where pods need it; less only where nothing grows. */
  *#scale(nodes: readonly Node[], now: number): Steps<LoopOutcome> {
    const templates = groupTemplates(this.#cloud, nodes, this.#daemonSets.list());
    const starting = addUpcomingNodes(this.#snapshot, this.#state.upcoming(now), templates);
    const toHelp = this.#podsToHelp(now);
    if (toHelp.length > 0) {
      const { maxNodesTotal } = this.#settings;
      if (maxNodesTotal > 0 && nodes.filter(isNodeReady).length >= maxNodesTotal) {
        this.#log('Warning', 'MaxNodesTotalReached', `Max total nodes in cluster reached: ${maxNodesTotal}`);
        for (const pod of toHelp) notTriggered(this.#host, pod, 'max total nodes in cluster reached');
      } else if (toHelp.every(({ metadata }) => isNew(metadata.creationTimestamp, now))) {
        // There may be more to come: the next loop sees them all, and nothing is taken away meanwhile.
        return 'unfinished';
      } else if (this.#scaleUp(toHelp, nodes, templates, now)) return 'changed';
    }
    const started = nodes.filter(({ metadata }) => !starting.has(metadata.name));
    return yield* this.#scaleDown(started, now);
  }

  #podsToHelp(now: number): readonly Pod[] {
    const { expendablePodsPriorityCutoff, newPodScaleUpDelay } = this.#settings;
    const waiting = this.#pods.list().filter((pod) => standingOf(pod).kind === 'unschedulable');
    const drained = podsOfDrainedNodes(this.#deletions.drained, this.#snapshot);
    return podsToHelp([...waiting, ...drained], expendablePodsPriorityCutoff, this.#snapshot).filter(
      ({ metadata }) => now - metadata.creationTimestamp >= newPodScaleUpDelay,
    );
  }

  /** Whether something grows for the pods. */
  #scaleUp(
    pods: readonly Pod[],
    nodes: readonly Node[],
    templates: ReadonlyMap<string, NodeTemplate>,
    now: number,
  ): boolean {
    const plan = planScaleUp(pods, {
      snapshot: this.#snapshot,
      settings: this.#settings,
      groups: this.#cloud.nodeGroups(),
      templates,
      nodeCount: nodes.length + upcomingCount(this.#state.upcoming(now)),
      refusalOf: (group) => this.#state.refusalOf(group, now),
      random: () => this.#host.random(),
    });
    const grows = executeScaleUp(plan, { host: this.#host, log: this.#log, state: this.#state, now });
    if (grows) this.#cooldown.grew(now);
    return grows;
  }

  *#scaleDown(nodes: readonly Node[], now: number): Steps<LoopOutcome> {
    if (!this.#settings.scaleDownEnabled) return 'idle';
    const budgets = new RemainingBudgets(this.#budgets.list());
    this.#planner.update({ snapshot: this.#snapshot, nodes, budgets, deletions: this.#deletions, now });
    let started: number | undefined = 0;
    if (!this.#cooldown.isOn(now)) {
      const { maxScaleDownParallelism: parallel, maxDrainParallelism: drained } = this.#settings;
      const wanted = this.#planner.nodesToDelete(this.#deletions, now);
      const { empty, drain } = this.#deletions.crop(wanted.empty, wanted.drain, { parallel, drained });
      started = yield* this.#actuator.start(empty, drain);
      if (started === undefined) this.#cooldown.failed(now);
      else if (started > 0) this.#cooldown.deleted(now);
    }
    const marked = nodes.filter((node) => this.#mayBeMarked(node));
    const most = this.#settings.maxBulkSoftTaintCount;
    const unfinished = yield* updateSoftTaints(marked, this.#planner.unneededNames, most, () => this.#host.now());
    if ((started ?? 0) > 0) return 'changed';
    return unfinished ? 'unfinished' : 'idle';
  }

  /** Whether a node is told that it may go: those that are on their way out have the other taint. */
  #mayBeMarked(node: Node): boolean {
    const { name } = node.metadata;
    return this.#cloud.groupOf(name) !== undefined && !isToBeDeleted(node) && !this.#deletions.has(name);
  }
}

/** Creation times are whole seconds. */
function isNew(creationTimestamp: number, now: number): boolean {
  return creationTimestamp + UNSCHEDULABLE_POD_BUFFER > now;
}

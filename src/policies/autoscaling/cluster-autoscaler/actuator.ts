import { keyOf, type ApiObject } from '../../../sim/api/kinds.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Request } from '../../../sim/api/request.ts';
import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { ask, askAll } from '../../controllers/requests.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import type { StateLog } from './cluster-state.ts';
import type { Deletion, DeletionsInProgress } from './deletions-in-progress.ts';
import { cleanToBeDeleted, markToBeDeleted } from './deletion-taints.ts';
import { RemainingBudgets } from './disruption-budgets.ts';
import { isDaemonSetPod, type DrainabilityRules } from './drainability.ts';
import { podsToMove, type RemovableNode } from './removal.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';
import { utilizationOf } from './utilization.ts';

const MICROS_PER_SECOND = 1_000_000;
const EVICTION_RETRY = 10_000_000;
const POLL = 5_000_000;
/** How much longer than their grace period pods may take to disappear. */
const EVICTION_HEADROOM = 30_000_000;
const DEFAULT_GRACE_SECONDS = 30;
const MIRROR = 'kubernetes.io/config.mirror';

/** What the deletion of nodes is carried out with. */
export interface ActuatorNeeds {
  readonly host: ControllerHost;
  readonly cloud: CloudProvider;
  readonly settings: ClusterAutoscalerSettings;
  readonly rules: DrainabilityRules;
  readonly deletions: DeletionsInProgress;
  readonly log: StateLog;
  /** The pods on a node, finished ones included. */
  readonly podsOn: (nodeName: string) => readonly Pod[];
  readonly infoOf: ClusterSnapshot['infoOf'];
}

/** The prefix of the keys under which a node's deletion goes on. */
const KEY = 'delete/';

/**
 * Carries out what the planner has decided: taints the nodes, waits until the scheduler has seen it, evicts what is on
 * them through the API, and tells the cloud. Each node's deletion goes on by itself, step by step.
 */
export class ScaleDownActuator {
  readonly #needs: ActuatorNeeds;

  constructor(needs: ActuatorNeeds) {
    this.#needs = needs;
  }

  /** The node that a key of the queue is about; undefined: it is about none. */
  nodeOfKey(key: string): string | undefined {
    return key.startsWith(KEY) ? key.slice(KEY.length) : undefined;
  }

  /** Begins; gives how many nodes are on their way out. Undefined: some could not be marked, so none of its kind goes. */
  *start(empty: readonly RemovableNode[], drain: readonly RemovableNode[]): Steps<number | undefined> {
    let started = 0;
    for (const [nodes, isDrained] of [
      [empty, false],
      [drain, true],
    ] as const) {
      if (nodes.length === 0) continue;
      if (!(yield* this.#taint(nodes))) return undefined;
      for (const removable of nodes) this.#begin(removable, isDrained);
      started += nodes.length;
    }
    return started;
  }

  *#taint(nodes: readonly RemovableNode[]): Steps<boolean> {
    const { host } = this.#needs;
    const marked: Node[] = [];
    for (const { node } of nodes) {
      if (yield* markToBeDeleted(node.metadata.name, () => host.now())) {
        host.record(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable');
        marked.push(node);
        if (this.#needs.settings.cordonNodeBeforeTerminating) yield* cordon(node.metadata.name, true);
        continue;
      }
      host.record(node, 'Warning', 'ScaleDownFailed', 'failed to mark the node as toBeDeleted/unschedulable');
      for (const { metadata } of marked) yield* this.#clean(metadata.name);
      return false;
    }
    return true;
  }

  *#clean(nodeName: string): Steps<void> {
    const { host, settings } = this.#needs;
    yield* cleanToBeDeleted(nodeName, () => host.now());
    if (settings.cordonNodeBeforeTerminating) yield* cordon(nodeName, false);
  }

  #begin(removable: RemovableNode, isDrained: boolean): void {
    const { host, cloud, deletions, settings, log } = this.#needs;
    const { name } = removable.node.metadata;
    if (isDrained) log('Normal', 'ScaleDown', this.#drainText(removable));
    else log('Normal', 'ScaleDownEmpty', `Scale-down: removing empty node "${name}"`);
    deletions.begin(removable, cloud.groupOf(name)!.id, isDrained);
    host.enqueueAfter(KEY + name, settings.nodeDeleteDelayAfterTaint);
  }

  #drainText({ node, pods }: RemovableNode): string {
    const { host, settings, podsOn, infoOf } = this.#needs;
    const { name } = node.metadata;
    const infos = podsOn(name).map((pod) => infoOf(pod));
    const { cpu, memory, value } = utilizationOf(
      { node, pods: infos },
      settings.ignoreDaemonsetsUtilization,
      host.now(),
    );
    const resource = cpu > memory ? 'cpu' : 'memory';
    const utilization = `{${cpu} ${memory} 0 0 ${resource} ${value}}`;
    const names = pods.map(({ metadata }) => metadata.name).join(',');
    return `Scale-down: removing node ${name}, utilization: ${utilization}, pods to reschedule: ${names}`;
  }

  /** One step of a node's deletion. */
  *sync(nodeName: string): Steps<void> {
    const deletion = this.#needs.deletions.get(nodeName);
    if (deletion === undefined) return;
    if (deletion.phase === 'tainted') yield* this.#look(nodeName, deletion);
    else if (deletion.phase === 'evicting') yield* this.#evict(nodeName, deletion);
    else yield* this.#wait(nodeName, deletion);
  }

  /** The scheduler has seen the taint by now: what is on the node is all there will be. */
  *#look(nodeName: string, deletion: Deletion): Steps<void> {
    const { host, settings, rules, podsOn, infoOf } = this.#needs;
    const now = host.now();
    const budgets = new RemainingBudgets(host.lister('PodDisruptionBudget').list());
    const pods = podsOn(nodeName);
    const moving = podsToMove({ pods: pods.map((pod) => infoOf(pod)) }, rules, budgets, now);
    if (moving.blocked !== undefined) {
      const { pod, reason } = moving.blocked;
      yield* this.#abort(nodeName, deletion, `pod ${keyOf(pod)} cannot be moved: ${reason}`);
      return;
    }
    if (!deletion.isDrained) {
      if (moving.pods.length > 0 || moving.waitsFor.length > 0) {
        yield* this.#abort(nodeName, deletion, `failed to delete empty node "${nodeName}", new pods scheduled`);
        return;
      }
      if (settings.daemonsetEvictionForEmptyNodes) yield* this.#bestEffort(pods.filter(isDaemonSetPod));
      this.#remove(nodeName, deletion);
      return;
    }
    deletion.phase = 'evicting';
    deletion.until = now + settings.maxPodEvictionTime;
    deletion.refused = pods.filter((pod) => !isDaemonSetPod(pod) && pod.metadata.annotations[MIRROR] === undefined);
    for (const pod of deletion.refused) host.record(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
    if (settings.daemonsetEvictionForOccupiedNodes) yield* this.#bestEffort(pods.filter(isDaemonSetPod));
    yield* this.#evict(nodeName, deletion);
  }

  /** All that are left at once; what a budget forbids is tried again later. */
  *#evict(nodeName: string, deletion: Deletion): Steps<void> {
    const { host, settings } = this.#needs;
    const pods = deletion.refused;
    const answers = yield* askAll(pods.map((pod) => this.#eviction(pod)));
    const granted = pods.filter((_, i) => answers[i]!.ok || isNotFound(answers[i]!));
    deletion.refused = pods.filter((pod) => !granted.includes(pod));
    deletion.evicted = [...deletion.evicted, ...granted];
    if (deletion.refused.length === 0) {
      deletion.phase = 'waiting';
      deletion.until = host.now() + settings.maxGracefulTermination + EVICTION_HEADROOM;
      yield* this.#wait(nodeName, deletion);
      return;
    }
    if (host.now() + EVICTION_RETRY < deletion.until) {
      host.enqueueAfter(KEY + nodeName, EVICTION_RETRY);
      return;
    }
    for (const pod of deletion.refused) {
      host.record(pod, 'Warning', 'ScaleDownFailed', 'failed to delete pod for ScaleDown');
    }
    const names = deletion.refused.map((pod) => `failed to evict pod ${keyOf(pod)} within allowed timeout`);
    yield* this.#abort(
      nodeName,
      deletion,
      `Failed to drain node /${nodeName}, due to following errors: [${names.join(' ')}]`,
    );
  }

  *#wait(nodeName: string, deletion: Deletion): Steps<void> {
    const { host } = this.#needs;
    for (const pod of deletion.evicted) {
      const answer = yield* ask({ verb: 'get', kind: 'Pod', key: keyOf(pod) });
      const isThere = answer.ok ? isStillOn(answer.object, nodeName) : !isNotFound(answer);
      if (!isThere) continue;
      if (host.now() < deletion.until) {
        host.enqueueAfter(KEY + nodeName, POLL);
        return;
      }
      yield* this.#abort(nodeName, deletion, `Failed to drain node /${nodeName}: pods remaining after timeout`);
      return;
    }
    this.#remove(nodeName, deletion);
  }

  *#bestEffort(pods: readonly Pod[]): Steps<void> {
    for (const pod of pods) {
      this.#needs.host.record(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
    }
    yield* askAll(pods.map((pod) => this.#eviction(pod)));
  }

  #eviction(pod: Pod): Request {
    const most = Math.floor(this.#needs.settings.maxGracefulTermination / MICROS_PER_SECOND);
    const grace = Math.min(pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS, most);
    return { verb: 'evict', key: keyOf(pod), gracePeriodSeconds: grace };
  }

  #remove(nodeName: string, { removable, group, isDrained }: Deletion): void {
    const { host, cloud, deletions, log } = this.#needs;
    cloud
      .nodeGroups()
      .find(({ id }) => id === group)!
      .deleteNodes([nodeName]);
    deletions.end(nodeName);
    host.record(removable.node, 'Normal', 'ScaleDown', 'nodes removed by cluster autoscaler');
    if (isDrained) log('Normal', 'ScaleDown', `Scale-down: node ${nodeName} removed with drain`);
    else log('Normal', 'ScaleDownEmpty', `Scale-down: empty node ${nodeName} removed`);
  }

  *#abort(nodeName: string, { removable, isDrained }: Deletion, why: string): Steps<void> {
    const { host, deletions } = this.#needs;
    const what = isDrained ? 'failed to drain and delete node' : 'failed to delete empty node';
    host.record(removable.node, 'Warning', 'ScaleDownFailed', `${what}: ${why}`);
    yield* this.#clean(nodeName);
    deletions.end(nodeName);
  }
}

function isNotFound(answer: { readonly ok: boolean; readonly reason?: string }): boolean {
  return !answer.ok && answer.reason === 'NotFound';
}

function isStillOn(object: ApiObject | undefined, nodeName: string): boolean {
  return object?.kind === 'Pod' && object.spec.nodeName === nodeName;
}

function* cordon(nodeName: string, on: boolean): Steps<void> {
  const patch = { spec: { unschedulable: on ? true : null } };
  yield* ask({ verb: 'patch', kind: 'Node', key: nodeName, patchType: 'strategic', patch });
}

import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  NodeStatuses,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PostFilterPlugin,
  PostFilterResult,
  PreEnqueuePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { fitErrorMessage, NodeToStatus } from '../framework/fit-error.ts';
import { bestCandidates } from '../preemption/choose-candidate.ts';
import { dryRunPreemption, numCandidates, type CandidateLimits, type DryRun } from '../preemption/dry-run.ts';
import { ineligibleBecause } from '../preemption/eligibility.ts';
import { priorityOf } from '../preemption/importance.ts';
import { NO_VICTIMS } from '../preemption/select-victims.ts';
import { aggregated } from './node-selector-errors.ts';

const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling');
const IN_PROGRESS = unschedulable('waiting for the preemption for this pod to be finished');
const DEFAULT_LIMITS: CandidateLimits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };

/** What a preemption comes to; a message is `preemption: ` and what went wrong. */
interface Outcome {
  readonly status?: Status;
  readonly result?: PostFilterResult;
}

/**
 * Makes room for a pod by naming pods of lower priority to evict (kube-scheduler-semantics.md 6). The host evicts them and
 * nominates the node; until the last victim is gone or going, the pod is held back from the queue.
 */
export class DefaultPreemption implements PostFilterPlugin, PreEnqueuePlugin, EnqueueExtensions {
  readonly name = 'DefaultPreemption';
  readonly #limits: CandidateLimits;
  readonly #handle: PluginHandle;

  constructor(limits: CandidateLimits, handle: PluginHandle) {
    this.#limits = limits;
    this.#handle = handle;
  }

  preEnqueue(pod: Pod): Status | undefined {
    return this.#handle.isPreempting?.(pod.metadata.uid) === true ? IN_PROGRESS : undefined;
  }

  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): Outcome {
    const outcome = this.#preempt(state, pod, statuses);
    const { status } = outcome;
    if (status === undefined) return outcome;
    return { ...outcome, status: { code: status.code, reasons: [`preemption: ${status.reasons.join(', ')}`] } };
  }

  #preempt(state: CycleState, pod: PodInfo, statuses: NodeStatuses): Outcome {
    const { name } = pod.pod.metadata;
    const fresh = this.#handle.lister('Pod').get(keyOf(pod.pod));
    if (fresh === undefined) return { status: { code: Code.Error, reasons: [`pod "${name}" not found`] } };
    const snapshot = this.#handle.snapshot();
    const reason = ineligibleBecause(fresh, snapshot, statuses);
    if (reason !== undefined) return { status: unschedulable(reason) };

    if (snapshot.lowestPriority >= priorityOf(pod.pod)) return nobodyToEvict(snapshot.nodes.length, statuses);
    const run = this.dryRun(state, pod, statuses);
    const best = bestCandidates(run.candidates)[0];
    if (best !== undefined) {
      const victims = best.victims.pods.map((victim) => victim.pod);
      return { result: { nominatedNodeName: best.nodeName, victims } };
    }
    const errors = [...run.statuses.values()].filter((status) => status.code === Code.Error);
    if (errors.length > 0) {
      const message = aggregated(errors.map(({ reasons }) => reasons.join(', ')));
      return { status: { code: Code.Error, reasons: [message] } };
    }
    const why = new NodeToStatus();
    why.absent = NOT_HELPFUL;
    for (const [nodeName, status] of run.statuses) why.explicit.set(nodeName, status);
    const message = fitErrorMessage(snapshot.nodes.length, {
      statuses: why,
      preFilterMessage: '',
      postFilterMessage: '',
    });
    return { status: unschedulable(message), result: { nominatedNodeName: '' } };
  }

  /** The nodes where preemption might help, in snapshot order (kube-scheduler-semantics.md N5). */
  potentialNodes(statuses: NodeStatuses): ReturnType<PluginHandle['snapshot']>['nodes'] {
    return this.#handle.snapshot().nodes.filter((node) => statuses.get(node.name).code === Code.Unschedulable);
  }

  /** What kube-scheduler would try, in its order. The offset is drawn from the plugin's own stream (N6). */
  dryRun(state: CycleState, pod: PodInfo, statuses: NodeStatuses): DryRun {
    const nodes = this.potentialNodes(statuses);
    if (nodes.length === 0) return { candidates: [], statuses: new Map() };
    const budgets = this.#handle.lister('PodDisruptionBudget').list();
    const offset = this.#handle.random.below(nodes.length);
    const enough = numCandidates(nodes.length, this.#limits);
    return dryRunPreemption(this.#handle, state, pod, nodes, budgets, offset, enough);
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    // Only so that the deletion of a victim is heard of while its preemptor is in flight: it helps nobody by itself.
    return [{ events: ['Pod/Delete'], hint: () => 'QueueSkip', sameForEqualPods: true }];
  }
}

/** What a dry run on every potential node would say, where no pod anywhere is less important. */
function nobodyToEvict(nodes: number, statuses: NodeStatuses): Outcome {
  let potential = statuses.absent.code === Code.Unschedulable ? nodes : 0;
  for (const [status, times] of statuses.tally()) {
    if (statuses.absent.code === Code.Unschedulable) potential -= times;
    if (status.code === Code.Unschedulable) potential += times;
  }
  const why = { absent: NOT_HELPFUL, tally: () => (potential === 0 ? [] : [[NO_VICTIMS, potential] as const]) };
  const message = fitErrorMessage(nodes, { statuses: why, preFilterMessage: '', postFilterMessage: '' });
  return { status: unschedulable(message), result: { nominatedNodeName: '' } };
}

export const defaultPreemption: PluginFactory = (args, handle) =>
  new DefaultPreemption({ ...DEFAULT_LIMITS, ...(args as Partial<CandidateLimits> | undefined) }, handle);

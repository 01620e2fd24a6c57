import { isExtendedResource } from '../../../sim/api/pod-requests.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreFilterPlugin,
  PreScorePlugin,
  Resources,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import type { NodeResourcesFitArgs } from '../configuration/resource-args.ts';
import { RESOURCES_FIT_EVENTS } from '../hints/resources-fit.ts';
import { fitScore, scoreOf, type FitScore } from './fit-score.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('error reading "PreFilterNodeResourcesFit" from cycleState: not found');

/** Whether a pod asks for nothing at all; a scalar resource of amount 0 is something. */
export function asksForNothing(requests: Resources): boolean {
  return (
    requests.milliCpu === 0 &&
    requests.memoryBytes === 0 &&
    requests.ephemeralStorageBytes === 0 &&
    requests.scalar.size === 0
  );
}

/**
 * Every amount a pod asks for must be free on the node, and the node must have room for one more pod; and nodes are
 * scored by how full they would be (semantics sheet 3.8).
 */
export class NodeResourcesFit implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'NodeResourcesFit';
  readonly strategy: FitScore;
  readonly #ignored: ReadonlySet<string>;
  readonly #ignoredGroups: ReadonlySet<string>;

  constructor(args: Partial<NodeResourcesFitArgs>) {
    this.#ignored = new Set(args.ignoredResources);
    this.#ignoredGroups = new Set(args.ignoredResourceGroups);
    this.strategy = fitScore(args.scoringStrategy);
  }

  preFilter(state: CycleState, pod: PodInfo): undefined {
    state.write(this.name, pod.specRequests);
    return undefined;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Status | undefined {
    const requests = state.read<Resources>(this.name);
    return requests === undefined ? STATE_MISSING : this.lacks(requests, node);
  }

  /** What the node lacks of these amounts; `undefined` when it lacks nothing. */
  lacks(requests: Resources, node: NodeInfo): Status | undefined {
    const { allocatable, requested } = node;
    const reasons: string[] = [];
    let canNeverFit = false;
    const lack = (wanted: number, total: number, used: number, reason: string): void => {
      if (wanted <= total - used) return;
      reasons.push(reason);
      if (wanted > total) canNeverFit = true;
    };
    if (node.pods.length + 1 > allocatable.pods) reasons.push('Too many pods');
    if (!asksForNothing(requests)) {
      if (requests.milliCpu > 0) lack(requests.milliCpu, allocatable.milliCpu, requested.milliCpu, 'Insufficient cpu');
      if (requests.memoryBytes > 0) {
        lack(requests.memoryBytes, allocatable.memoryBytes, requested.memoryBytes, 'Insufficient memory');
      }
      if (requests.ephemeralStorageBytes > 0) {
        const used = requested.ephemeralStorageBytes;
        const total = allocatable.ephemeralStorageBytes;
        lack(requests.ephemeralStorageBytes, total, used, 'Insufficient ephemeral-storage');
      }
      // By name: kube-scheduler walks a Go map here, and its event text is sorted anyway.
      for (const [name, wanted] of requests.scalar) {
        if (wanted === 0 || this.ignores(name)) continue;
        lack(wanted, allocatable.scalar.get(name) ?? 0, requested.scalar.get(name) ?? 0, `Insufficient ${name}`);
      }
    }
    if (reasons.length === 0) return undefined;
    return canNeverFit ? unresolvable(...reasons) : unschedulable(...reasons);
  }

  /** Whether Filter does not look at a resource of this name. */
  ignores(name: string): boolean {
    if (!isExtendedResource(name)) return false;
    return this.#ignored.has(name) || this.#ignoredGroups.has(name.slice(0, name.indexOf('/')));
  }

  preScore(): undefined {
    return undefined;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return scoreOf(this.strategy, pod, node);
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return RESOURCES_FIT_EVENTS;
  }
}

export const nodeResourcesFit: PluginFactory = (args) =>
  new NodeResourcesFit((args ?? {}) as Partial<NodeResourcesFitArgs>);

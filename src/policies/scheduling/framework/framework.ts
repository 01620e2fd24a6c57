import type { Labels } from '../../../sim/api/meta.ts';
import type {
  CycleState,
  MutableNodeInfo,
  NodeInfo,
  NodeStatuses,
  PluginHandle,
  PodInfo,
  PostFilterResult,
  Snapshot,
} from '../../../sim/policy-api/scheduling.ts';
import { isPreBindSteps, type PreBindAnswer, type PreBindSteps } from '../../../sim/policy-api/pre-bind.ts';
import { Code, isRejection, type Status } from '../../../sim/policy-api/status.ts';
import type { CycleScratch } from './cycle-state.ts';
import type { ProfilePlugins } from './extension-points.ts';
import { statusMessage } from './fit-error.ts';
import { NodeState } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import { Rehearsal } from './rehearsal.ts';

/** What all profiles of one scheduler share, and the plugin handle hands on. */
export interface FrameworkContext {
  readonly snapshot: Snapshot;
  readonly nominator: Nominator;
  readonly lister: PluginHandle['lister'];
  readonly now: () => number;
  readonly featureGates: Readonly<Record<string, boolean>>;
  random(plugin: string): PluginHandle['random'];
  readonly isPreempting?: PluginHandle['isPreempting'];
  readonly waitingPods?: PluginHandle['waitingPods'];
  readonly activate?: PluginHandle['activate'];
}

export interface FrameworkOptions {
  readonly schedulerName: string;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
}

export interface PreFilterOutcome {
  /** `undefined`: success. */
  readonly status: Status | undefined;
  /** The only nodes that can take the pod; `undefined`: no restriction. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** The plugins that restricted the nodes, sorted. */
  readonly restrictedBy: readonly string[];
}

/** One Score plugin's part in the totals. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export interface ScoreOutcome {
  /** An error; then nothing else is to be read. */
  readonly status: Status | undefined;
  /** `totals[i]` belongs to `nodes[i]`. */
  readonly totals: number[];
  readonly plugins: readonly PluginScores[];
}

const NO_NODES: readonly string[] = Object.freeze([]);
const MAX_NODE_SCORE = 100;
/** Nobody was asked, so nobody waits. */
const PERMITTED: { readonly status: undefined; readonly waits: ReadonlyMap<string, number> } = {
  status: undefined,
  waits: new Map<string, number>(),
};
/** 15 minutes: no plugin may hold a pod longer at Permit. */
const MAX_PERMIT_WAIT = 900_000_000;

function failure(reason: string): Status {
  return { code: Code.Error, reasons: [reason] };
}

function by(plugin: string, status: Status): Status {
  return status.plugin === plugin ? status : { code: status.code, reasons: status.reasons, plugin };
}

function fails(status: Status | undefined): status is Status {
  return status !== undefined && status.code !== Code.Success;
}

/** One profile: its plugins, run by the rules of kube-scheduler's framework runtime (semantics sheet 1.5 and 1.6). */
export class Framework {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number;
  readonly plugins: ProfilePlugins;
  /** Plays a cycle, or part of one, that leaves the plugins' random streams where they are. */
  readonly rehearsal = new Rehearsal();
  readonly #context: FrameworkContext;

  /** `build` makes the plugins; the handle it is given works once the constructor has returned. */
  constructor(
    options: FrameworkOptions,
    context: FrameworkContext,
    build: (handleOf: (plugin: string) => PluginHandle) => ProfilePlugins,
  ) {
    this.schedulerName = options.schedulerName;
    this.percentageOfNodesToScore = options.percentageOfNodesToScore;
    this.#context = context;
    this.plugins = build((plugin) => this.handle(plugin));
  }

  /** What a plugin of this name may ask. */
  handle(plugin: string): PluginHandle {
    const context = this.#context;
    return {
      snapshot: () => context.snapshot,
      lister: (kind) => context.lister(kind),
      now: context.now,
      random: this.rehearsal.of(context.random(plugin)),
      nominatedPods: (nodeName) => context.nominator.podsOn(nodeName),
      featureGates: context.featureGates,
      cloneNode: (node) => cloneNode(node),
      runFilters: (state, pod, node) => this.runFilterWithNominated(state, pod, node),
      runAddPod: (state, pod, added, node) => this.runAddPod(state, pod, added, node),
      runRemovePod: (state, pod, removed, node) => this.runRemovePod(state, pod, removed, node),
      ...(context.isPreempting === undefined ? {} : { isPreempting: context.isPreempting }),
      ...(context.waitingPods === undefined ? {} : { waitingPods: context.waitingPods }),
      ...(context.activate === undefined ? {} : { activate: context.activate }),
    };
  }

  runPreFilter(state: CycleScratch, pod: PodInfo): PreFilterOutcome {
    const nodes = this.#context.snapshot.nodes;
    const restrictedBy = new Set<string>();
    let nodeNames: ReadonlySet<string> | undefined;
    let rejected: Status | undefined;
    for (const plugin of this.plugins.preFilter) {
      const answer = plugin.preFilter(state, pod, nodes);
      const status = answer?.status;
      if (status?.code === Code.Skip) {
        state.skipFilter.add(plugin.name);
        continue;
      }
      if (fails(status)) {
        if (status.code === Code.UnschedulableAndUnresolvable) {
          return { status: by(plugin.name, status), nodeNames: undefined, restrictedBy: NO_NODES };
        }
        if (status.code !== Code.Unschedulable) {
          const text = `running PreFilter plugin "${plugin.name}": ${statusMessage(status)}`;
          return { status: by(plugin.name, failure(text)), nodeNames: undefined, restrictedBy: NO_NODES };
        }
        rejected = by(plugin.name, status);
      }
      const names = answer?.result?.nodeNames;
      if (names === undefined) continue;
      restrictedBy.add(plugin.name);
      nodeNames = nodeNames === undefined ? names : intersection(nodeNames, names);
      if (nodeNames.size === 0) {
        const plugins = [...restrictedBy].sort();
        const text =
          plugins.length === 1
            ? `node(s) didn't satisfy plugin ${plugins[0]}`
            : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`;
        const status: Status = { code: Code.UnschedulableAndUnresolvable, reasons: [text] };
        return { status, nodeNames, restrictedBy: plugins };
      }
    }
    return { status: rejected, nodeNames, restrictedBy: [...restrictedBy].sort() };
  }

  runAddPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Status | undefined {
    for (const plugin of this.plugins.preFilter) {
      if (plugin.addPod === undefined || state.skipFilter.has(plugin.name)) continue;
      const status = plugin.addPod(state, pod, added, node);
      if (fails(status))
        return failure(`running AddPod on PreFilter plugin "${plugin.name}": ${statusMessage(status)}`);
    }
    return undefined;
  }

  runRemovePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Status | undefined {
    for (const plugin of this.plugins.preFilter) {
      if (plugin.removePod === undefined || state.skipFilter.has(plugin.name)) continue;
      const status = plugin.removePod(state, pod, removed, node);
      if (fails(status)) {
        return failure(`running RemovePod on PreFilter plugin "${plugin.name}": ${statusMessage(status)}`);
      }
    }
    return undefined;
  }

  /** One pass over one node: the first plugin that does not agree decides. */
  runFilter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    for (const plugin of this.plugins.filter) {
      if (state.skipFilter.has(plugin.name)) continue;
      const status = plugin.filter(state, pod, node);
      if (!fails(status)) continue;
      if (isRejection(status)) return by(plugin.name, status);
      return by(plugin.name, failure(`running "${plugin.name}" filter plugin: ${statusMessage(status)}`));
    }
    return undefined;
  }

  /**
   * Filters with the pods nominated to the node, where one of no lower priority than the pod is nominated, and then also
   * without them: a nominated pod may leave again (semantics sheet 1.5).
   */
  runFilterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const nominated = this.#context.nominator.podsOn(node.name);
    if (nominated.length > 0) {
      const { uid } = pod.pod.metadata;
      const priority = pod.pod.spec.priority ?? 0;
      const counted = nominated.filter(
        (other) => other.pod.metadata.uid !== uid && (other.pod.spec.priority ?? 0) >= priority,
      );
      if (counted.length > 0) {
        const filledState = state.clone();
        const filledNode = cloneNode(node);
        for (const other of counted) {
          filledNode.addPod(other);
          const status = this.runAddPod(filledState, pod, other, filledNode);
          if (status !== undefined) return status;
        }
        const status = this.runFilter(filledState, pod, filledNode);
        if (status !== undefined) return status;
      }
    }
    return this.runFilter(state, pod, node);
  }

  runPostFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
  ): { readonly status: Status; readonly result: PostFilterResult | undefined } {
    const reasons: string[] = [];
    let result: PostFilterResult | undefined;
    let rejectedBy: string | undefined;
    for (const plugin of this.plugins.postFilter) {
      const answer = plugin.postFilter(state, pod, statuses);
      const status: Status = by(plugin.name, answer.status ?? { code: Code.Success, reasons: [] });
      if (status.code === Code.Success || status.code === Code.UnschedulableAndUnresolvable) {
        return { status, result: answer.result };
      }
      if (!isRejection(status)) return { status: failure(statusMessage(status)), result: undefined };
      if (answer.result?.nominatedNodeName !== undefined) result = answer.result;
      rejectedBy ??= plugin.name;
      reasons.push(...status.reasons);
    }
    const status: Status = { code: Code.Unschedulable, reasons };
    return { status: rejectedBy === undefined ? status : { ...status, plugin: rejectedBy }, result };
  }

  runPreScore(state: CycleScratch, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined {
    for (const plugin of this.plugins.preScore) {
      const status = plugin.preScore(state, pod, nodes);
      if (!fails(status)) continue;
      if (status.code !== Code.Skip) {
        return failure(`running PreScore plugin "${plugin.name}": ${statusMessage(status)}`);
      }
      state.skipScore.add(plugin.name);
    }
    return undefined;
  }

  runScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): ScoreOutcome {
    const totals = new Array<number>(nodes.length).fill(0);
    const plugins: PluginScores[] = [];
    for (const { plugin, weight } of this.plugins.score) {
      if (state.skipScore.has(plugin.name)) continue;
      const error = plugin.scoreError?.(state, pod);
      if (fails(error)) {
        const text = `running Score plugins: plugin "${plugin.name}" failed with: ${statusMessage(error)}`;
        return { status: failure(text), totals, plugins };
      }
      const raw = nodes.map((node) => plugin.score(state, pod, node));
      const normalized = [...raw];
      const status = plugin.normalizeScores?.(state, pod, normalized, nodes);
      if (fails(status)) {
        const text = `running Normalize on Score plugins: plugin "${plugin.name}" failed with: ${statusMessage(status)}`;
        return { status: failure(text), totals, plugins };
      }
      for (let i = 0; i < normalized.length; i++) {
        const score = normalized[i]!;
        if (!Number.isInteger(score) || score < 0 || score > MAX_NODE_SCORE) {
          const text = `plugin "${plugin.name}" returns an invalid score ${score}, it should in the range of [0, 100] after normalizing`;
          return { status: failure(text), totals, plugins };
        }
        totals[i]! += score * weight;
      }
      plugins.push({ plugin: plugin.name, weight, raw, normalized });
    }
    if (this.plugins.score.length === 0) totals.fill(1);
    return { status: undefined, totals, plugins };
  }

  runReserve(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined {
    for (const plugin of this.plugins.reserve) {
      const status = plugin.reserve(state, pod, nodeName);
      if (!fails(status)) continue;
      if (isRejection(status)) return by(plugin.name, status);
      return failure(`running Reserve plugin "${plugin.name}": ${statusMessage(status)}`);
    }
    return undefined;
  }

  /** In reverse order, and also for plugins whose Reserve did not run. */
  runUnreserve(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (let i = this.plugins.reserve.length - 1; i >= 0; i--) {
      this.plugins.reserve[i]!.unreserve(state, pod, nodeName);
    }
  }

  /** Stops at the first plugin that rejects; `waits` names those that want to wait, with their limits in microseconds. */
  runPermit(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
  ): { readonly status: Status | undefined; readonly waits: ReadonlyMap<string, number> } {
    if (this.plugins.permit.length === 0) return PERMITTED;
    const waits = new Map<string, number>();
    for (const plugin of this.plugins.permit) {
      const answer = plugin.permit(state, pod, nodeName);
      const status = answer?.status;
      if (!fails(status)) continue;
      if (status.code === Code.Wait) {
        waits.set(plugin.name, Math.min(answer?.timeoutMicros ?? MAX_PERMIT_WAIT, MAX_PERMIT_WAIT));
      } else if (isRejection(status)) {
        return { status: by(plugin.name, status), waits };
      } else {
        return { status: failure(`running Permit plugin "${plugin.name}": ${statusMessage(status)}`), waits };
      }
    }
    return { status: undefined, waits };
  }

  /** One after the other; the first that rejects or fails decides. Steps only where some plugin needs them. */
  runPreBind(state: CycleState, pod: PodInfo, nodeName: string): PreBindAnswer {
    return this.#preBindFrom(0, state, pod, nodeName);
  }

  #preBindFrom(first: number, state: CycleState, pod: PodInfo, nodeName: string): PreBindAnswer {
    for (let i = first; i < this.plugins.preBind.length; i++) {
      const plugin = this.plugins.preBind[i]!;
      const answer = plugin.preBind(state, pod, nodeName);
      if (isPreBindSteps(answer)) return this.#preBindInSteps(answer, i, state, pod, nodeName);
      const refusal = preBindRefusal(plugin, answer);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  *#preBindInSteps(
    steps: PreBindSteps,
    index: number,
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
  ): PreBindSteps {
    const refusal = preBindRefusal(this.plugins.preBind[index]!, yield* steps);
    if (refusal !== undefined) return refusal;
    const rest = this.#preBindFrom(index + 1, state, pod, nodeName);
    return isPreBindSteps(rest) ? yield* rest : rest;
  }

  /** The first plugin that does not skip decides. */
  runBind(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined {
    for (const plugin of this.plugins.bind) {
      const status = plugin.bind(state, pod, nodeName);
      if (status?.code === Code.Skip) continue;
      if (!fails(status)) return undefined;
      if (isRejection(status)) return by(plugin.name, status);
      return failure(`running Bind plugin "${plugin.name}": ${statusMessage(status)}`);
    }
    return failure('no Bind plugin took the pod');
  }

  /** What the first Bind plugin that has something to say about it writes on the pod. */
  bindingAnnotations(state: CycleState, pod: PodInfo, nodeName: string): Labels | undefined {
    for (const plugin of this.plugins.bind) {
      const annotations = plugin.bindingAnnotations?.(state, pod, nodeName);
      if (annotations !== undefined) return annotations;
    }
    return undefined;
  }

  runPostBind(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (const plugin of this.plugins.postBind) plugin.postBind(state, pod, nodeName);
  }
}

function preBindRefusal(plugin: { readonly name: string }, status: Status | undefined): Status | undefined {
  if (!fails(status) || status.code === Code.Skip) return undefined;
  if (isRejection(status)) return by(plugin.name, status);
  return failure(`running PreBind plugin "${plugin.name}": ${statusMessage(status)}`);
}

function cloneNode(node: NodeInfo): MutableNodeInfo {
  if (!(node instanceof NodeState)) throw new TypeError(`node ${node.name} is not one of the snapshot`);
  return node.clone();
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const both = new Set<string>();
  for (const name of a) if (b.has(name)) both.add(name);
  return both;
}

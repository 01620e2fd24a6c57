import type { Change } from '../api/change.ts';
import type { Kinds } from '../api/kinds.ts';
import type { Labels } from '../api/meta.ts';
import type { Node } from '../api/node.ts';
import type { Pod, PodAffinityTerm } from '../api/pod.ts';
import type { Resources } from '../api/pod-requests.ts';
import type { PreBindAnswer } from './pre-bind.ts';
import type { Status } from './status.ts';

/**
 * The scheduling framework as a plugin sees it: kube-scheduler's extension points, one interface each. A plugin is an
 * object that implements the ones it needs. Views are readonly; whatever a plugin keeps between extension points of one
 * cycle lies in the CycleState under its own name.
 */

export type { Resources } from '../api/pod-requests.ts';

/** A pod (anti-)affinity term with its selector compiled and its namespaces resolved as far as the pod alone allows. */
export interface AffinityTerm {
  readonly term: PodAffinityTerm;
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  readonly matchesLabels: (labels: Labels) => boolean;
  /** `undefined`: no namespaceSelector given, which selects nothing. */
  readonly matchesNamespaceLabels: ((labels: Labels) => boolean) | undefined;
}

export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod and what the scheduler derives from its spec; derived once for all pods that share the spec by identity. */
export interface PodInfo {
  readonly pod: Pod;
  /** What a node counts for it: a resize under way is included. */
  readonly requests: Resources;
  /** By its spec alone: what an incoming pod asks for in Filter. */
  readonly specRequests: Resources;
  /** Requests with 100m CPU and 200 MB where a container names none: what LeastAllocated scores with. */
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemoryBytes: number;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinityTerms: readonly AffinityTerm[];
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[];
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[];
}

/** A node as the scheduler's cache knows it: assumed pods included. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  /** Grows with every change of the node or its pods: what was derived from an equal one still holds. */
  readonly generation: number;
  /** In the order kube-scheduler would hold them: a confirmed pod moves to the end. */
  readonly pods: readonly PodInfo[];
  readonly podsWithAffinity: readonly PodInfo[];
  readonly podsWithRequiredAntiAffinity: readonly PodInfo[];
  readonly requested: Resources;
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemoryBytes: number;
  readonly allocatable: Resources;
  /** Whether a wanted host port conflicts with one in use: address 0.0.0.0 stands for all. */
  usesPort(port: HostPort): boolean;
  /** Image name to its size and the number of nodes that have it. */
  imageState(name: string): { readonly sizeBytes: number; readonly numNodes: number } | undefined;
  /** Uses of each persistent volume claim by the node's pods, by `namespace/name`. */
  readonly claimUses: ReadonlyMap<string, number>;
}

/** A private copy of a node, for what-if questions: preemption takes pods away from it and gives them back. */
export interface MutableNodeInfo extends NodeInfo {
  addPod(pod: PodInfo): void;
  /** Finds the pod by uid; false when it is not there. The last pod of the list takes its place. */
  removePod(pod: PodInfo): boolean;
}

/** All nodes at the start of a cycle, in kube-scheduler's zone-interleaved order, and the other objects plugins list. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  readonly nodesWithPodsWithAffinity: readonly NodeInfo[];
  readonly nodesWithPodsWithRequiredAntiAffinity: readonly NodeInfo[];
  get(nodeName: string): NodeInfo | undefined;
  /** The lowest priority of any pod on any node; Infinity where there is no pod. */
  readonly lowestPriority: number;
  isClaimUsed(namespacedName: string): boolean;
}

/** Everything a plugin can look up. A host that has no objects of a kind answers with an empty lister. */
export type ListedKinds = Kinds;

/** Read access to what the scheduler's informers have delivered. */
export interface Lister<K extends keyof ListedKinds> {
  get(key: string): ListedKinds[K] | undefined;
  list(namespace?: string): readonly ListedKinds[K][];
  /** Grows whenever an answer may have changed. Absent: nobody counts, and nothing may be remembered. */
  readonly version?: number;
}

/** A random stream of the plugin's own. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in 0..n-1. */
  below(n: number): number;
  /** A stream that says what this one will say, and whose draws leave no trace. Absent: there is none. */
  fork?(): RandomStream;
}

/** What the factory of a plugin is given. */
export interface PluginHandle {
  readonly snapshot: () => Snapshot;
  lister<K extends keyof ListedKinds>(kind: K): Lister<K>;
  /** Microseconds of simulated time. */
  readonly now: () => number;
  readonly random: RandomStream;
  /** Pods nominated to a node, in order of nomination. */
  nominatedPods(nodeName: string): readonly PodInfo[];
  /** Feature gates by Kubernetes' name. */
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** A copy that can be changed freely; the state of the cluster stays as it is. */
  cloneNode(node: NodeInfo): MutableNodeInfo;
  /**
   * This profile's Filter plugins on one node, with the pods nominated to it counted as kube-scheduler counts them.
   * `undefined`: the pod fits.
   */
  runFilters(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  /** The PreFilter plugins' AddPod on a state that is the caller's own copy. */
  runAddPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Status | undefined;
  runRemovePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Status | undefined;
  /**
   * Whether evictions that were asked for on behalf of this pod are still under way: until the last victim is gone or
   * terminating. Absent: the host evicts at once.
   */
  readonly isPreempting?: (uid: string) => boolean;
  /** Pods that a Permit plugin of this scheduler holds. Absent: the host has none. */
  readonly waitingPods?: () => Iterable<WaitingPod>;
  /** Moves pods that wait anywhere in the queue to its front, whatever they wait for. Absent: the host has no queue. */
  readonly activate?: (pods: readonly Pod[]) => void;
}

/** A pod that has a node reserved and waits at Permit. */
export interface WaitingPod {
  readonly pod: Pod;
  readonly nodeName: string;
  /** Plugins whose word is still missing. */
  readonly pendingPlugins: readonly string[];
  allow(plugin: string): void;
  reject(plugin: string, reason: string): void;
}

/** Scratch of one scheduling cycle. A plugin reads and writes under its own key only. */
export interface CycleState {
  read<T>(key: string): T | undefined;
  write(key: string, value: unknown): void;
  readonly skipFilter: ReadonlySet<string>;
  readonly skipScore: ReadonlySet<string>;
  /** A copy whose entries can be changed without touching this one; values with a `clone()` are cloned. */
  clone(): CycleState;
}

export interface PreFilterResult {
  /** Only these nodes can take the pod. */
  readonly nodeNames?: ReadonlySet<string>;
}

/** A plugin may state what it watches and whether a change can help the pod it rejected. */
export type QueueingHint = 'Queue' | 'QueueSkip';

export interface ClusterEventHint {
  /**
   * kube-scheduler's resource and action, for instance `Node/Add`, `Node/UpdateNodeLabel`, `AssignedPod/Delete`. `Pod/…`
   * stands for assigned and unscheduled pods, `…/Update` for every update, `*` for everything.
   */
  readonly events: readonly string[];
  /** Absent: every such event queues the pod. */
  readonly hint?: (pod: Pod, change: Change) => QueueingHint;
  /**
   * The answer hangs on the pod's spec, labels and namespace alone: pods that share them are asked once an event. Leave
   * it out where the pod's name, uid or status has a say.
   */
  readonly sameForEqualPods?: boolean;
}

/** What a profile's plugins have registered: each rejecting plugin and its events. */
export interface ProfileHints {
  readonly schedulerName: string;
  readonly plugins: readonly { readonly name: string; readonly events: readonly ClusterEventHint[] }[];
}

export interface Plugin {
  readonly name: string;
}
export interface PreEnqueuePlugin extends Plugin {
  preEnqueue(pod: Pod): Status | undefined;
}
export interface QueueSortPlugin extends Plugin {
  /** Negative when `a` goes first. `enqueuedAt` in microseconds; the queue breaks ties by sequence. */
  compare(
    a: { readonly pod: Pod; readonly enqueuedAt: number },
    b: { readonly pod: Pod; readonly enqueuedAt: number },
  ): number;
}
export interface EnqueueExtensions extends Plugin {
  eventsToRegister(): readonly ClusterEventHint[];
}
export interface PreFilterPlugin extends Plugin {
  preFilter(
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
  ): { readonly status?: Status; readonly result?: PreFilterResult } | undefined;
  /** Present when a simulated change of pods on a node (preemption, nominated pods) alters the state. */
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Status | undefined;
  removePod?(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Status | undefined;
}
export interface FilterPlugin extends Plugin {
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
}
export interface PostFilterResult {
  /** `''` clears the nomination; absent leaves it as it is. */
  readonly nominatedNodeName?: string;
  /** Most important first. */
  readonly victims?: readonly Pod[];
}
/** Why each node was refused: its own status where it was looked at, and one status for all the others. */
export interface NodeStatuses {
  readonly explicit: ReadonlyMap<string, Status>;
  readonly absent: Status;
  get(nodeName: string): Status;
  /** The statuses of the nodes that were looked at, each with the number of its nodes; one may occur more than once. */
  tally(): Iterable<readonly [Status, number]>;
}

export interface PostFilterPlugin extends Plugin {
  postFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
  ): { readonly status?: Status; readonly result?: PostFilterResult };
}
export interface PreScorePlugin extends Plugin {
  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined;
}
export interface ScorePlugin extends Plugin {
  /** Asked once before the scores: why they cannot be told, for instance because this plugin's PreScore did not run. */
  scoreError?(state: CycleState, pod: PodInfo): Status | undefined;
  /** An integer; after `normalizeScores` from 0 to 100. */
  score(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** In place. `scores[i]` belongs to `nodes[i]`. */
  normalizeScores?(state: CycleState, pod: PodInfo, scores: number[], nodes: readonly NodeInfo[]): Status | undefined;
}
export interface ReservePlugin extends Plugin {
  reserve(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined;
  unreserve(state: CycleState, pod: PodInfo, nodeName: string): void;
}
export interface PermitPlugin extends Plugin {
  /** Code.Wait holds the pod until `allow` or `reject`, at most `timeoutMicros`. */
  permit(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
  ): { readonly status?: Status; readonly timeoutMicros?: number } | undefined;
}
export interface PreBindPlugin extends Plugin {
  /** A generator where it takes requests or time. */
  preBind(state: CycleState, pod: PodInfo, nodeName: string): PreBindAnswer;
}
export interface BindPlugin extends Plugin {
  /** Skip: not mine. Success: the host sends the binding request. */
  bind(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined;
  /** Asked of the plugin that took the pod: annotations that the binding gives it. */
  bindingAnnotations?(state: CycleState, pod: PodInfo, nodeName: string): Labels | undefined;
}
export interface PostBindPlugin extends Plugin {
  postBind(state: CycleState, pod: PodInfo, nodeName: string): void;
}

/** Makes a plugin from its arguments (`pluginConfig[].args`, validated) and the handle. */
export type PluginFactory = (args: unknown, handle: PluginHandle) => Plugin;

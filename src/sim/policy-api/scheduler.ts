import type { Kind } from '../api/kinds.ts';
import type { Labels } from '../api/meta.ts';
import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import type { ClientRateLimit } from '../api/request.ts';
import type { DecisionExplanation } from './explanation.ts';
import type { PreBindAnswer } from './pre-bind.ts';
import type { ListedKinds, Lister, ProfileHints, RandomStream, WaitingPod } from './scheduling.ts';
import type { Status } from './status.ts';

/** What a whole scheduler is given by the component that runs it. */
export interface SchedulerHost {
  /** Microseconds of simulated time. */
  now(): number;
  /** What the scheduler's informers have delivered. Asking for a kind makes the host watch it. */
  lister<K extends keyof ListedKinds>(kind: K): Lister<K>;
  /** A random stream of this name, the scheduler's own. */
  random(name: string): RandomStream;
  /** Whether evictions for this pod are still under way. */
  isPreempting(uid: string): boolean;
  /** Pods that a Permit plugin holds. */
  waitingPods(): Iterable<WaitingPod>;
  /** Moves pods that wait anywhere in the queue to the front door, whatever they wait for. */
  activate(pods: readonly Pod[]): void;
}

/** The steps after a node has been chosen, each called by the host when its time has come. */
export interface BindingSteps {
  reserve(): Status | undefined;
  unreserve(): void;
  /** Plugins that want to wait, with their time limits in microseconds. */
  permit(): { readonly status: Status | undefined; readonly waits: ReadonlyMap<string, number> };
  /** What takes requests or time comes as steps, which the host carries out. */
  preBind(): PreBindAnswer;
  /** `undefined`: the host shall send the binding. */
  bind(): Status | undefined;
  /** Asked after `bind`: annotations that the binding gives the pod. Absent: none. */
  annotations?(): Labels | undefined;
  postBind(): void;
}

/** What a cycle came to. The host applies it; nothing has changed yet but what the policy keeps for itself. */
export type SchedulingDecision =
  | {
      readonly kind: 'node';
      readonly nodeName: string;
      /** How many nodes were looked at: what the time of a cycle may hang on. */
      readonly evaluated: number;
      readonly steps: BindingSteps;
    }
  | {
      readonly kind: 'unschedulable';
      /** As it stands in the Event and in the pod's condition. */
      readonly message: string;
      readonly evaluated: number;
      readonly unschedulablePlugins: Iterable<string>;
      readonly pendingPlugins: Iterable<string>;
      /** `''` clears the pod's nomination, absent leaves it as it is. */
      readonly nominatedNodeName: string | undefined;
      /** To be evicted from the nominated node, most important first. */
      readonly victims: readonly Pod[];
    }
  | {
      readonly kind: 'error';
      readonly message: string;
      readonly evaluated: number;
      /** The pod's condition says Unschedulable all the same: there are no nodes at all. */
      readonly isRejection?: boolean;
    };

/**
 * A whole scheduler as a policy: it keeps its own idea of the cluster from what the host tells it, and decides one pod at
 * a time. The host owns the queue, the clock and the requests.
 */
export interface SchedulingPolicy {
  /** Values of `spec.schedulerName` it answers for. */
  readonly schedulerNames: readonly string[];
  readonly hints: readonly ProfileHints[];
  /** Microseconds; a maximum of 0 disables back-off. */
  readonly backoff: { readonly initialMicros: number; readonly maxMicros: number };
  /**
   * The token bucket of its client, and another of the same size for its Events: `clientConnection` of a
   * KubeSchedulerConfiguration. Absent: the cluster's parameters decide.
   */
  readonly client?: ClientRateLimit | 'unlimited' | undefined;

  /** QueueSort: negative when `a` goes first. */
  compare(
    a: { readonly pod: Pod; readonly enqueuedAt: number },
    b: { readonly pod: Pod; readonly enqueuedAt: number },
  ): number;
  /** The plugin that keeps the pod out of the queue, asking `first` before all others; `undefined`: none. */
  preEnqueue(pod: Pod, first: string | undefined): string | undefined;

  setNode(node: Node): void;
  removeNode(name: string): void;
  /** A pod that has a node, or a new version of one. */
  setPod(pod: Pod): void;
  removePod(uid: string): void;
  /** Counts the pod as running on the node until it is confirmed by `setPod` or taken back by `removePod`. */
  assume(pod: Pod, nodeName: string): void;
  isAssumed(uid: string): boolean;
  /** Reserves a node in mind for a pod that preempts; a pod has one such node at most. */
  nominate(pod: Pod, nodeName: string): void;
  denominate(uid: string): void;
  nominatedNode(uid: string): string | undefined;
  /** Pods nominated to a node, in order of nomination. */
  nominatedPods(nodeName: string): readonly Pod[];
  readonly nodeCount: number;

  decide(pod: Pod): SchedulingDecision;
  /** What `decide` would take into account now, in full. Changes nothing. Absent: the policy does not explain itself. */
  explain?(pod: Pod): DecisionExplanation;
}

export type SchedulingPolicyFactory = (host: SchedulerHost) => SchedulingPolicy;

/**
 * Kinds that kube-scheduler's informers watch from the start, besides nodes and pods: what a plugin asks for in its first
 * cycle must have been delivered before.
 */
export const SCHEDULER_INFORMERS: readonly Kind[] = [
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ReplicationController',
  'Service',
  'StatefulSet',
  'StorageClass',
  'VolumeAttachment',
];

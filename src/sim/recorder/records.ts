import type { DecisionExplanation } from '../policy-api/explanation.ts';
import type { GpuState } from './gpu-loads.ts';
import type { RollingKind } from './standing.ts';

/** What the recorder keeps. Times are microseconds since the run's epoch; -1 stands for "did not happen". */

export const NEVER = -1;

/** The life of one pod. */
export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** `Deployment/web`, `ReplicaSet/web-5d`, or empty for a bare pod. */
  readonly owner: string;
  readonly priority: number;
  readonly requestedMilliCpu: number;
  readonly requestedMemoryBytes: number;
  readonly createdAt: number;
  node: string;
  scheduledAt: number;
  /** All its containers were running for the first time. */
  startedAt: number;
  /** The condition Ready became True for the first time. */
  readyAt: number;
  /** The phase became Succeeded or Failed. */
  finishedAt: number;
  /** Deletion was asked for. */
  deletionAt: number;
  /** The object was removed. */
  removedAt: number;
  phase: string;
  /** Why it is not running, in the words of its status. */
  reason: string;
  restarts: number;
  schedulingAttempts: number;
  isReady: boolean;
}

/** One Event as it was written, each repetition again with its count. */
export interface EventRecord {
  readonly at: number;
  readonly namespace: string;
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly count: number;
}

/** What a node was like at the end, and on average. */
export interface NodeRecord {
  readonly name: string;
  readonly zone: string;
  readonly allocatableMilliCpu: number;
  readonly allocatableMemoryBytes: number;
  readonly allocatablePods: number;
  /** When its Node was registered, and when it was deleted; -1: it was there at the end. Microseconds. */
  readonly registeredAt: number;
  removedAt: number;
  pods: number;
  peakPods: number;
  podsEver: number;
  requestedMilliCpu: number;
  requestedMemoryBytes: number;
  peakRequestedMilliCpu: number;
  /** Integral of the requested CPU over time, in thousandths of a CPU times microseconds. */
  milliCpuMicros: number;
  /** Integral of the requested memory over time, in mebibytes times microseconds: bytes would leave the integers. */
  mebibyteMicros: number;
  changedAt: number;
  /** Peaks and integrals are from here on. */
  countedFrom: number;
}

/** A machine of the cloud, whether it ever became a node or not. Microseconds; -1: never. */
export interface MachineRecord {
  readonly name: string;
  /** The node group, or the node pool of Karpenter. */
  readonly nodeGroup: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly askedAt: number;
  readonly runningAt: number;
  readonly goneAt: number;
  /** Why the cloud did not make it; empty: it did, or nobody waited for it. */
  readonly error: string;
  /** From when it ran until it was gone, or the run ended, in the scenario's money; undefined: nobody says what it costs. */
  readonly cost: number | undefined;
}

/** The cluster at one moment. */
export interface Sample {
  readonly at: number;
  readonly podsPending: number;
  readonly podsUnbound: number;
  readonly podsRunning: number;
  readonly podsReady: number;
  readonly podsSucceeded: number;
  readonly podsFailed: number;
  readonly podsTerminating: number;
  readonly requestedMilliCpu: number;
  readonly requestedMemoryBytes: number;
  readonly endpointsReady: number;
  /** Of clusters that have any. */
  readonly gpus: GpuState | undefined;
}

/** One rollout of a Deployment, StatefulSet or DaemonSet: from the change of its template, or its creation, until it was complete. */
export interface RolloutRecord {
  readonly namespace: string;
  readonly kind: RollingKind;
  readonly name: string;
  readonly revision: number;
  readonly startedAt: number;
  completedAt: number;
  /** The next rollout began before this one was complete. */
  superseded: boolean;
  desiredReplicas: number;
  /** Most pods of the workload at once, terminating ones not counted. */
  peakReplicas: number;
  /** Fewest available ones after the workload had first been whole in this or an earlier rollout. */
  lowestAvailable: number;
  readyReplicas: number;
  availableReplicas: number;
  updatedReplicas: number;
}

/** One Job, from its creation until it was complete or failed. */
export interface JobRecord {
  readonly namespace: string;
  readonly name: string;
  readonly startedAt: number;
  endedAt: number;
  /** `Complete`, or `Failed: ` and the reason; empty while it is neither. */
  outcome: string;
  /** Pods that have to succeed; of a work queue those that run at once. */
  completions: number;
  peakActive: number;
  podsSucceeded: number;
  podsFailed: number;
}

/** One attempt of the scheduler, explained. */
export interface DecisionRecord {
  /** When it took effect. */
  readonly at: number;
  readonly namespace: string;
  readonly pod: string;
  readonly attempt: number;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  readonly node: string;
  readonly message: string;
  /** Where victims are to make room; '' where there are none. */
  readonly nominatedNode: string;
  /** `namespace/name`, most important first. */
  readonly victims: readonly string[];
  /** Absent when the policy does not explain itself. */
  readonly explanation: DecisionExplanation | undefined;
}

/** Where rows go that need not wait for the end. */
export interface RecordSink {
  pod(record: PodRecord): void;
  event(record: EventRecord): void;
  /** Only when decisions were asked for. */
  decision?(record: DecisionRecord): void;
}

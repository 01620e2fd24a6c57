import type { Kind } from '../api/kinds.ts';
import type { ControlPlaneReport } from './control-plane-metrics.ts';
import type { GpuState } from './gpu-loads.ts';
import type { NodeRecord, JobRecord, MachineRecord, RolloutRecord, Sample } from './records.ts';

/** How one expectation of the scenario ended. */
export interface ExpectationResult {
  readonly text: string;
  readonly held: boolean;
  /** The first moment at which it did not hold, in microseconds. */
  readonly brokenAt: number | undefined;
  /** What was there instead. */
  readonly detail: string;
}

/** Why a pod is not running at the end, how many there are, and one example. */
export interface PendingReason {
  readonly reason: string;
  readonly pods: number;
  readonly example: string;
}

/** Durations of one kind, one a pod, in microseconds, in the order in which they were completed. */
export interface Durations {
  readonly scheduling: Float64Array;
  readonly startup: Float64Array;
  readonly readiness: Float64Array;
}

/** Everything a run leaves behind besides the rows that were written while it ran. */
export interface RunRecord {
  readonly scenario: string;
  readonly question: string;
  readonly seed: string;
  /** Microseconds of simulated time. */
  readonly endedAt: number;
  /** From here on durations and means are taken, in microseconds. */
  readonly warmUpMicros: number;
  readonly stopped: RunEnd;
  /** When anything was committed for the last time. */
  readonly quiescentSince: number;
  readonly fingerprint: string;
  readonly engineEvents: number;
  readonly requests: number;
  readonly revisions: number;
  readonly schedulingAttempts: number;
  readonly podsCreated: number;
  readonly podsScheduled: number;
  readonly podsReady: number;
  readonly podsRemoved: number;
  readonly objects: ReadonlyMap<Kind, number>;
  readonly last: Sample;
  readonly nodes: readonly NodeRecord[];
  /** Of the cloud, in the order in which they were asked for. */
  readonly machines: readonly MachineRecord[];
  /** Devices over the run, in thousandths of a GPU times microseconds; absent where no node has any. */
  readonly gpus: GpuState | undefined;
  readonly samples: readonly Sample[];
  readonly sampleIntervalMicros: number;
  readonly rollouts: readonly RolloutRecord[];
  readonly jobs: readonly JobRecord[];
  readonly durations: Durations;
  readonly pending: readonly PendingReason[];
  readonly controlPlane: ControlPlaneReport;
  readonly expectations: readonly ExpectationResult[];
  readonly commandFailures: readonly { readonly at: number; readonly text: string; readonly message: string }[];
}

/** Why a run ended. `interrupted`: somebody asked for it; what is there is whole up to that moment. */
export type RunEnd = 'duration' | 'quiescent' | 'horizon' | 'until' | 'interrupted';

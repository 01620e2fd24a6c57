import type { NodeSelectorRequirement } from '../../../sim/api/pod.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Taint } from '../../../sim/api/node.ts';

export type DisruptionReason = 'Empty' | 'Underutilized';

/** How many nodes of a pool may be on their way out at once. */
export interface DisruptionBudget {
  /** A number, or a share such as `10%`. */
  readonly nodes: string;
  /** Absent: for every reason. */
  readonly reasons?: readonly DisruptionReason[] | undefined;
}

/** A NodePool (karpenter.sh/v1): from what, and for whom, nodes are made. Microseconds. */
export interface NodePool {
  readonly name: string;
  /** Heavier ones are tried first. */
  readonly weight: number;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly requirements: readonly NodeSelectorRequirement[];
  /** Of all its nodes together; absent: no bound. */
  readonly limits: {
    readonly milliCpu?: number | undefined;
    readonly memoryBytes?: number | undefined;
    readonly nodes?: number | undefined;
  };
  readonly consolidationPolicy: 'WhenEmpty' | 'WhenEmptyOrUnderutilized';
  /** Infinity: never. */
  readonly consolidateAfter: number;
  readonly budgets: readonly DisruptionBudget[];
  /** Infinity: never. */
  readonly expireAfter: number;
}

/** Karpenter's settings, by their names. Microseconds. */
export interface KarpenterSettings {
  readonly nodePools: readonly NodePool[];
  readonly batchIdleDuration: number;
  readonly batchMaxDuration: number;
}

const SECOND = 1_000_000;

/** As of the settings' defaults (kubernetes-behaviour.md 6.2). */
export const KARPENTER_DEFAULTS: KarpenterSettings = {
  nodePools: [],
  batchIdleDuration: 1 * SECOND,
  batchMaxDuration: 10 * SECOND,
};

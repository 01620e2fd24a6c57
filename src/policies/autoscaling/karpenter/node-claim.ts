import type { DisruptionReason, NodePool } from './settings.ts';
import type { Offering } from './offerings.ts';

/** A node of Karpenter's, from its launch until its Node is gone. Microseconds. */
export interface NodeClaim {
  /** Of its Node, too. */
  readonly name: string;
  readonly pool: NodePool;
  readonly offering: Offering;
  readonly launchedAt: number;
  isRegistered: boolean;
  /** Its Node was ready once. */
  isInitialized: boolean;
  /** When a pod last came to it or left it. */
  lastPodEvent: number;
  /** Pods are expected on it until then: it is left alone. */
  nominatedUntil: number;
  /** It is tainted and part of a command, but not on its way out yet. */
  isDisrupted: boolean;
  /** Why it is on its way out; undefined: it is not. */
  leavingFor: DisruptionReason | 'Expired' | 'Unregistered' | undefined;
}

export function claimFor(name: string, offering: Offering, now: number): NodeClaim {
  return {
    name,
    pool: offering.pool,
    offering,
    launchedAt: now,
    isRegistered: false,
    isInitialized: false,
    lastPodEvent: now,
    nominatedUntil: 0,
    isDisrupted: false,
    leavingFor: undefined,
  };
}

/** Whether pods have come or gone so recently that its pool wants it left in peace. */
export function isWithinConsolidateAfter({ pool, lastPodEvent }: NodeClaim, now: number): boolean {
  return lastPodEvent + pool.consolidateAfter > now;
}

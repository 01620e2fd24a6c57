/** How a component takes part in its election. */
export interface LeaderElectionParameters {
  /** How long a record that does not change is to be respected. */
  readonly leaseDurationMicros: number;
  /** How long the leader tries to renew before it gives up. */
  readonly renewDeadlineMicros: number;
  readonly retryPeriodMicros: number;
  /** A candidate waits up to so much of the retry period longer. */
  readonly jitterFactor: number;
  /** Whether SIGTERM gives the Lease back: the scheduler does, the controller manager does not. */
  readonly releaseOnCancel: boolean;
}

/** Published defaults of Kubernetes' components (kubernetes-behaviour.md 3.0). */
export const LEADER_ELECTION: LeaderElectionParameters = {
  leaseDurationMicros: 15_000_000,
  renewDeadlineMicros: 10_000_000,
  retryPeriodMicros: 2_000_000,
  jitterFactor: 1.2,
  releaseOnCancel: false,
};

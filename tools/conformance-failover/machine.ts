import type { Distribution } from '../../src/sim/engine/samplers.ts';
import type { EtcdOptions } from '../../src/sim/control-plane/etcd/options.ts';
import type { RecordedCluster } from './timers.ts';

/**
 * The machine of the recordings: two cores that were busy, loopback, no syncs. None of these times is a fact about etcd;
 * they stand in for the noise of that machine, as its README describes it.
 */
export const MACHINE = {
  /** One way between a client and a member: gRPC and the scheduling of two processes. */
  client: { kind: 'lognormal', mean: 700, cv: 1.5 },
  /** What Go's sleep takes too long. */
  sleepSlop: { kind: 'lognormal', mean: 1_000, cv: 0.8 },
  /** From SIGKILL until the sockets are closed. */
  exit: { kind: 'lognormal', mean: 12_000, cv: 1.1 },
  /** How late the harness heals a cut. */
  heal: { kind: 'lognormal', mean: 60_000, cv: 1.5 },
  /** From the moment a member takes clients until a probing client has its answer. */
  probe: { kind: 'lognormal', mean: 3_000, cv: 1 },
} satisfies Readonly<Record<string, Distribution>>;

/** The same machine with API servers on it, and clients that speak TLS. */
export const API_MACHINE = {
  /** One way between a client and an API server. */
  network: { kind: 'lognormal', mean: 6_000, cv: 0.8 },
  /** From SIGKILL until the sockets are closed. */
  exit: { kind: 'lognormal', mean: 38_000, cv: 0.4 },
  /** From the start of the process until it serves. */
  start: { kind: 'uniform', min: 4_500_000, max: 5_700_000 },
} satisfies Readonly<Record<string, Distribution>>;

export function machineOptions(cluster: RecordedCluster): EtcdOptions {
  return {
    ...cluster,
    peer: { kind: 'lognormal', mean: 800, cv: 2 },
    fsync: { kind: 'lognormal', mean: 150, cv: 1 },
    apply: { kind: 'constant', value: 50 },
    backendSync: { kind: 'constant', value: 0 },
    snapshot: { kind: 'lognormal', mean: 150_000, cv: 0.6 },
    start: { kind: 'lognormal', mean: 130_000, cv: 0.5 },
    shutdown: { kind: 'lognormal', mean: 9_000, cv: 0.8 },
    retransmission: RETRANSMISSION,
  };
}

/**
 * Linux' least time-out of 200 ms, plus the round trip, in whole ticks of 4 ms: what fits the moments at which buffered
 * messages came out after a cut was healed.
 */
const RETRANSMISSION: Distribution = {
  kind: 'empirical',
  values: [204_000, 204_000, 204_000, 204_000, 208_000, 208_000, 208_000, 212_000, 216_000, 220_000],
};

/** The same machine when nothing else ran on it. */
export const QUIET_MACHINE = {
  client: { kind: 'lognormal', mean: 400, cv: 0.7 },
  etcd: {
    peer: { kind: 'lognormal', mean: 70, cv: 1 },
    fsync: { kind: 'lognormal', mean: 50, cv: 1 },
    apply: { kind: 'constant', value: 20 },
  },
} as const;

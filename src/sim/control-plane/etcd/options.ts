import type { Distribution } from '../../engine/samplers.ts';

/** How a cluster of etcd members is built and how long its steps take. Times in microseconds. */
export interface EtcdOptions {
  /** 1, 3, 5 or 7. */
  readonly members: number;
  /** `--heartbeat-interval`: also the length of a tick. */
  readonly heartbeatInterval: number;
  /** `--election-timeout`. */
  readonly electionTimeout: number;
  /** `--pre-vote`. */
  readonly preVote: boolean;
  /** One way between two members. */
  readonly peer: Distribution;
  /** Until new entries of the log are on a member's disk. */
  readonly fsync: Distribution;
  /** Until one committed entry is in the key space. */
  readonly apply: Distribution;
  /** One sync of the database file; a commit of the database, every 100 ms, needs two and holds up what is applied. */
  readonly backendSync: Distribution;
  /** Until a follower has a snapshot of the key space in place of its own. */
  readonly snapshot: Distribution;
  /** From the start of a process until it takes part in raft. */
  readonly start: Distribution;
  /** From SIGTERM until the process begins to hand over. */
  readonly shutdown: Distribution;
  /** The first time-out of TCP's retransmission between two members; it doubles each time. */
  readonly retransmission: Distribution;
}

/** What a client's request may take at a member: 5 s and two election timeouts (`ReqTimeout`). */
export function requestTimeoutOf(options: Pick<EtcdOptions, 'electionTimeout'>): number {
  return 5_000_000 + 2 * options.electionTimeout;
}

/** How requests of a level wait that find no seat. */
export interface Queuing {
  readonly queues: number;
  /** How many of them a flow may use. */
  readonly handSize: number;
  /** How many requests fit into one. */
  readonly queueLengthLimit: number;
}

/** A PriorityLevelConfiguration. */
export interface PriorityLevel {
  readonly name: string;
  /** Its requests never wait. */
  readonly exempt: boolean;
  readonly shares: number;
  /** What others may borrow of its seats. */
  readonly lendablePercent: number;
  /** Absent: who finds no seat is refused. */
  readonly queuing: Queuing | undefined;
}

function limited(
  name: string,
  shares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevel {
  return { name, exempt: false, shares, lendablePercent, queuing: { queues, handSize, queueLengthLimit: 50 } };
}

/** What every cluster begins with (kubernetes-behaviour.md 2.4). */
export const DEFAULT_PRIORITY_LEVELS: readonly PriorityLevel[] = [
  { name: 'catch-all', exempt: false, shares: 5, lendablePercent: 0, queuing: undefined },
  { name: 'exempt', exempt: true, shares: 0, lendablePercent: 0, queuing: undefined },
  limited('global-default', 20, 50, 128, 6),
  limited('leader-election', 10, 0, 16, 4),
  limited('node-high', 40, 25, 64, 6),
  limited('system', 30, 33, 64, 6),
  limited('workload-high', 40, 50, 128, 6),
  limited('workload-low', 100, 90, 128, 6),
];

/** kube-apiserver's `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
export const DEFAULT_SERVER_SEATS = 600;

/** Between what the seats of a level move. */
export interface SeatLimits {
  readonly nominal: number;
  /** What is left to it, whatever others borrow. */
  readonly lower: number;
  /** What it may have, whatever it borrows. */
  readonly upper: number;
}

/**
 * The limits of each level, in their order. Nominal limits are rounded up, so together they may exceed the server's.
 *
 * @param serverSeats how many requests of one seat the server works on at once
 */
export function seatLimits(levels: readonly PriorityLevel[], serverSeats: number): readonly SeatLimits[] {
  const shares = levels.reduce((sum, level) => sum + level.shares, 0);
  return levels.map((level) => {
    const nominal = shares === 0 ? 0 : Math.ceil((serverSeats * level.shares) / shares);
    const lendable = Math.round((nominal * level.lendablePercent) / 100);
    return { nominal, lower: nominal - lendable, upper: nominal + serverSeats };
  });
}

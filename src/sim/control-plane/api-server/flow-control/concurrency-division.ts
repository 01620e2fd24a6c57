/** What one level wants of the seats, and what it must and may have. */
export interface Claim {
  /** At least `lower`. */
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** Who wants nothing still counts for something, or nobody could be given what is left. */
const LEAST_TARGET = 0.001;

/**
 * Divides seats fairly: everybody gets the same multiple of his target, but not less than `lower` nor more than `upper`.
 * Undefined where the bounds do not allow for it.
 */
export function divideSeats(seats: number, claims: readonly Claim[]): readonly number[] | undefined {
  let least = 0;
  let most = 0;
  for (const { lower, upper } of claims) {
    least += lower;
    most += upper;
  }
  if (least > seats || most < seats) return undefined;
  const proportion = proportionFor(seats, claims);
  return claims.map((claim) => shareOf(claim, proportion));
}

function shareOf({ target, lower, upper }: Claim, proportion: number): number {
  return Math.min(upper, Math.max(lower, proportion * Math.max(target, LEAST_TARGET)));
}

/** What is given out grows with the proportion, by straight lines between the points where a claim meets a bound. */
function proportionFor(seats: number, claims: readonly Claim[]): number {
  const given = (proportion: number): number => claims.reduce((sum, claim) => sum + shareOf(claim, proportion), 0);
  const corners = claims
    .flatMap(({ target, lower, upper }) => [lower, upper].map((bound) => bound / Math.max(target, LEAST_TARGET)))
    .sort((a, b) => a - b);
  let from = 0;
  let givenFrom = given(0);
  for (const to of corners) {
    const givenTo = given(to);
    if (givenTo >= seats) {
      return givenTo === givenFrom ? to : from + ((to - from) * (seats - givenFrom)) / (givenTo - givenFrom);
    }
    from = to;
    givenFrom = givenTo;
  }
  return from;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dividedSeats } from './borrowing.ts';
import { divideSeats, type Claim } from './concurrency-division.ts';
import { DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS, seatLimits } from './priority-level.ts';
import { SeatDemand } from './seat-demand.ts';

const SECOND = 1_000_000;
const LIMITS = seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS);
const NAMES = DEFAULT_PRIORITY_LEVELS.map(({ name }) => name);

function seatsFor(demands: Readonly<Record<string, number>>): Record<string, number> {
  const seats = dividedSeats(
    DEFAULT_PRIORITY_LEVELS,
    LIMITS,
    NAMES.map((name) => ({ highest: demands[name] ?? 0, smoothed: demands[name] ?? 0 })),
  );
  return Object.fromEntries(NAMES.map((name, i) => [name, seats[i]!]));
}

describe('seats of the priority levels', () => {
  it('at rest are not the nominal ones, as recorded', () => {
    expect(seatsFor({})).toEqual({
      'catch-all': 30,
      exempt: 0,
      'global-default': 56,
      'leader-election': 58,
      'node-high': 170,
      system: 117,
      'workload-high': 114,
      'workload-low': 56,
    });
  });

  it('go to the level that is flooded, but for what the others do not lend: recorded are 46 lists of 8 seats', () => {
    const seats = seatsFor({ 'global-default': 2_400, 'node-high': 3, exempt: 4 });
    expect(Math.floor(seats['global-default']! / 8)).toBe(46);
    expect(seats).toMatchObject({ 'node-high': 73, system: 50, 'workload-low': 24, exempt: 4 });
  });

  it('never leave a level with less than it does not lend, nor more than it may have (I12), and are all given out', () => {
    const demands = fc.tuple(...NAMES.map(() => fc.nat(1_500)));
    fc.assert(
      fc.property(demands, demands, (highest, smoothed) => {
        const seats = dividedSeats(
          DEFAULT_PRIORITY_LEVELS,
          LIMITS,
          NAMES.map((_, i) => ({ highest: highest[i]!, smoothed: smoothed[i]! })),
        );
        let sum = 0;
        seats.forEach((own, i) => {
          if (DEFAULT_PRIORITY_LEVELS[i]!.exempt) return;
          expect(own).toBeGreaterThanOrEqual(LIMITS[i]!.lower);
          expect(own).toBeLessThanOrEqual(LIMITS[i]!.upper);
          // What a level wanted and is its own, it has.
          expect(own).toBeGreaterThanOrEqual(Math.min(LIMITS[i]!.nominal, highest[i]!));
          sum += own;
        });
        expect(Math.abs(sum - 602)).toBeLessThanOrEqual(4);
      }),
    );
  });
});

it('a division gives everybody the same multiple of his target, but for bounds, and gives out everything', () => {
  const claim = fc
    .tuple(fc.nat(100), fc.nat(100), fc.nat(100))
    .map(([lower, more, further]): Claim => ({ lower, target: lower + more, upper: lower + further }));
  fc.assert(
    fc.property(
      fc.array(claim, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (claims, at) => {
        const least = claims.reduce((sum, { lower }) => sum + lower, 0);
        const most = claims.reduce((sum, { upper }) => sum + upper, 0);
        const seats = least + Math.floor((most - least) * at);
        const shares = divideSeats(seats, claims)!;
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(seats, 6);
        const free = shares
          .map((share, i) => ({ share, ...claims[i]! }))
          .filter(({ share, lower, upper }) => share > lower + 1e-9 && share < upper - 1e-9);
        const multiples = free.map(({ share, target }) => share / Math.max(target, 0.001));
        for (const multiple of multiples) expect(multiple).toBeCloseTo(multiples[0]!, 6);
        expect(divideSeats(least - 1, claims)).toBeUndefined();
        expect(divideSeats(most + 1, claims)).toBeUndefined();
      },
    ),
  );
});

it('demand rises at once and is forgotten slowly', () => {
  const demand = new SeatDemand(0);
  demand.change(100, 5 * SECOND);
  demand.change(-100, 10 * SECOND);
  const period = demand.endPeriod(10 * SECOND);
  expect(period).toEqual({ average: 50, deviation: 50, highest: 100 });
  expect(demand.smoothed).toBe(100);
  expect(demand.endPeriod(20 * SECOND)).toEqual({ average: 0, deviation: 0, highest: 0 });
  expect(demand.smoothed).toBeCloseTo(97.7, 9);
});

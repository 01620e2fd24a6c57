import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FlowControl } from './flow-control.ts';
import { DEFAULT_PRIORITY_LEVELS } from './priority-level.ts';
import type { Ticket } from './ticket.ts';

const RUNS = process.env['ORRERY_LONG'] ? 2_000 : 100;

interface Wanted {
  readonly level: number;
  readonly flow: number;
  readonly seats: number;
  readonly finalMicros: number;
  readonly arrivesAt: number;
  readonly takes: number;
}

/** Serves requests: `looksOften` at every moment at which anything happens, otherwise only where it has to. */
function serve(wanted: readonly Wanted[], looksOften: boolean): (string | undefined)[] {
  const fates: (string | undefined)[] = wanted.map(() => undefined);
  const control = new FlowControl(0);
  const dueAt: (number | undefined)[] = wanted.map(({ arrivesAt, takes }) => arrivesAt + takes);
  const tickets = wanted.map((one, i): Ticket => {
    const { level, flow, seats, finalMicros, arrivesAt, takes } = one;
    return {
      level,
      schema: '',
      flowHash: flow,
      work: { initialSeats: seats, finalSeats: finalMicros > 0 ? 1 : 0, finalMicros },
      arrivesAt,
      order: 0,
      state: 'comes',
      admitted: undefined,
      waits: () => (dueAt[i] = undefined),
      started: (at) => {
        fates[i] = `started at ${at}`;
        dueAt[i] = at + takes;
      },
      refused: (why, seconds, at) => {
        fates[i] = `${why}, ${seconds} s, at ${at}`;
        dueAt[i] = undefined;
      },
    };
  });
  for (const ticket of [...tickets].sort((a, b) => a.arrivesAt - b.arrivesAt)) control.expect(ticket);
  const moments = looksOften ? wanted.map(({ arrivesAt }) => arrivesAt).sort((a, b) => a - b) : [];
  for (let steps = 0; steps < 100_000; steps++) {
    const finishing = dueAt.reduce<number>((least, at) => Math.min(least, at ?? Infinity), Infinity);
    const next = Math.min(finishing, control.dueAt ?? Infinity, moments[0] ?? Infinity);
    if (next === Infinity) break;
    while (moments[0] !== undefined && moments[0] <= next) moments.shift();
    control.advance(next);
    for (const [i, at] of dueAt.entries()) {
      if (at !== next) continue;
      dueAt[i] = undefined;
      control.release(tickets[i]!, next + tickets[i]!.work.finalMicros);
      control.advance(next);
    }
  }
  return fates;
}

it('whoever finds a seat, waits or is refused does so at the same time, however late anybody looks', () => {
  const levels = DEFAULT_PRIORITY_LEVELS.map(({ name }, i) => ({ name, i })).filter(({ name }) =>
    ['catch-all', 'leader-election', 'workload-low'].includes(name),
  );
  const wanted = fc.record({
    level: fc.constantFrom(...levels.map(({ i }) => i)),
    flow: fc.nat(3).map((flow) => flow * 1_234_567),
    seats: fc.integer({ min: 1, max: 9 }),
    finalMicros: fc.constantFrom(0, 5_000),
    arrivesAt: fc.nat(2_000_000),
    takes: fc.integer({ min: 1, max: 20_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(wanted, { minLength: 30, maxLength: 150 }), (requests) => {
      const fates = serve(requests, false);
      expect(fates).toEqual(serve(requests, true));
      expect(fates).not.toContain(undefined);
    }),
    { numRuns: RUNS },
  );
});

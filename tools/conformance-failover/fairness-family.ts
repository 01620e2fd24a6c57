import { dividedSeats } from '../../src/sim/control-plane/api-server/flow-control/borrowing.ts';
import {
  DEFAULT_PRIORITY_LEVELS,
  seatLimits,
} from '../../src/sim/control-plane/api-server/flow-control/priority-level.ts';
import {
  listSeats,
  mostSeats,
  writeEstimate,
} from '../../src/sim/control-plane/api-server/flow-control/work-estimate.ts';
import type { Recording } from './recording.ts';
import type { Verdict } from './verdict.ts';

/** kube-apiserver's own, where the recording's flags say nothing else. */
const DEFAULT_READS = 400;
const DEFAULT_WRITES = 200;
/** How long objects are in storage, for each byte of their JSON: protobuf. Measured of pods: 0.52 to 0.62. */
const STORED_SHARE = 0.57;

interface SeatCost {
  readonly request: string;
  readonly seats: number;
  readonly bytes: number;
}

/** The limits of the levels and the seats of single requests: arithmetic, so each figure has to be the recorded one. */
export function judgeFairness(recording: Recording): Verdict[] {
  return [...judgeLimits(recording), ...judgeSeats(recording)];
}

function serverSeats(words: string): number {
  const reads = flagIn(words, 'max-requests-inflight') ?? DEFAULT_READS;
  return reads + (flagIn(words, 'max-mutating-requests-inflight') ?? DEFAULT_WRITES);
}

function judgeLimits({ name, words, facts }: Recording): Verdict[] {
  const levels = DEFAULT_PRIORITY_LEVELS;
  const limits = seatLimits(levels, serverSeats(words));
  const atRest = dividedSeats(
    levels,
    limits,
    levels.map(() => ({ highest: 0, smoothed: 0 })),
  );
  const recorded = (facts['limits_at_rest'] ?? {}) as Record<string, Record<string, number> | undefined>;
  return levels.flatMap((level, i) => {
    const { nominal, lower, upper } = limits[i]!;
    const own = {
      nominal_limit_seats: nominal,
      lower_limit_seats: lower,
      upper_limit_seats: upper,
      // Nothing limits who is exempt: it shows what the harness' own requests used.
      ...(level.exempt ? {} : { current_limit_seats: atRest[i]! }),
    };
    return Object.entries(own).map(([column, value]) =>
      exact(`${name} ${level.name} ${column}`, recorded[level.name]?.[column], value),
    );
  });
}

function judgeSeats({ name, words, facts }: Recording): Verdict[] {
  const costs = (facts['seat_cost'] ?? []) as readonly SeatCost[];
  const created = Number((facts['create_pods'] as { n?: number } | undefined)?.n ?? 0);
  const whole = costs.find(({ request }) => request === 'pods?')?.bytes ?? 0;
  const stored = { pods: { objects: created, objectBytes: (whole / Math.max(1, created)) * STORED_SHARE } };
  // The requests are those of an ordinary user, whatever is flooded later.
  const index = DEFAULT_PRIORITY_LEVELS.findIndex((level) => level.name === 'global-default');
  const limits = seatLimits(DEFAULT_PRIORITY_LEVELS, serverSeats(words));
  const most = mostSeats(DEFAULT_PRIORITY_LEVELS[index]!, limits[index]!);
  return costs.map(({ request, seats }) => exact(`${name} ${request} seats`, seats, seatsOf(request, stored, most)));
}

type Stored = Readonly<Record<string, { readonly objects: number; readonly objectBytes: number }>>;

function seatsOf(request: string, stored: Stored, most: number): number {
  const [verb, target = ''] = request.includes(' ') ? request.split(' ', 2) : ['GET', request];
  if (verb !== 'GET') return writeEstimate(0, most).initialSeats;
  const [path = '', query = ''] = target.split('?', 2);
  if (path.includes('/')) return 1;
  const parameters = new URLSearchParams(query);
  const isWatch = ['1', 'true'].includes(parameters.get('watch') ?? '');
  const version = parameters.get('resourceVersion') ?? '';
  const beginsWithAll =
    parameters.get('sendInitialEvents') === 'true' || version === '' || (isWatch && version === '0');
  if (isWatch && !beginsWithAll) return 1;
  const fields = parameters.get('fieldSelector') ?? '';
  const { objects, objectBytes } = stored[path] ?? { objects: 0, objectBytes: 0 };
  return listSeats(
    {
      objects,
      objectBytes,
      limit: Number(parameters.get('limit') ?? 0),
      byName: /(^|,)metadata\.name=/.test(fields),
      fromCache: true,
      selects: fields !== '' || parameters.has('labelSelector'),
    },
    most,
  );
}

function flagIn(words: string, flag: string): number | undefined {
  const found = new RegExp(`[^a-z-](?:--)?${flag}["=: ]+([0-9]+)`).exec(words);
  return found === null ? undefined : Number(found[1]);
}

function exact(what: string, recorded: number | undefined, simulated: number): Verdict {
  const holds = recorded === simulated;
  return { line: `${holds ? 'ok   ' : 'WRONG'} ${what}: fact: ${recorded ?? '-'}/${simulated}`, holds };
}

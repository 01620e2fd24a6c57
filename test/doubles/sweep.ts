import { keyOf, type Kind } from '../../src/sim/api/kinds.ts';
import { SECOND, type ControllerWorld, type Crash, type Sent, type WorldOptions } from './controller-world.ts';
import { made, outcome, perform, type Play } from './play.ts';

/** What a play comes to when nothing happens to its controllers. */
export interface Baseline {
  readonly ending: readonly string[];
  readonly made: ReadonlyMap<Kind, number>;
  readonly writes: readonly Sent[];
  /** The kinds that its controllers watch and of which there are changes. */
  readonly watched: readonly Kind[];
  /** How many versions there were of each object. */
  readonly versions: readonly { readonly kind: Kind; readonly key: string; readonly count: number }[];
}

export function isWrite({ request: { verb } }: Sent): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'get-metrics';
}

export function baselineOf(play: Play, options: Partial<WorldOptions> = {}): Baseline {
  const versions = new Map<string, { kind: Kind; key: string; count: number }>();
  const world = perform(play, options, ({ object }) => {
    const { kind } = object;
    const key = keyOf(object);
    const known = versions.get(`${kind} ${key}`);
    if (known === undefined) versions.set(`${kind} ${key}`, { kind, key, count: 1 });
    else known.count++;
  });
  const objects = [...versions.values()];
  const watched = [...world.kindsWatched].filter((one) => objects.some(({ kind }) => kind === one));
  const writes = world.sent.filter(isWrite);
  return { ending: outcome(world), made: made(world), writes, watched, versions: objects };
}

/**
 * What is wrong with the end of a play in trouble: it differs, or more was made than when nothing happens. `twice` is
 * what may have been made again, by kind. Empty: nothing is wrong.
 */
export function faults(
  world: ControllerWorld,
  baseline: Baseline,
  twice: ReadonlyMap<Kind, number> = new Map(),
): readonly string[] {
  const found: string[] = [];
  const ending = outcome(world);
  found.push(...ending.filter((line) => !baseline.ending.includes(line)).map((line) => `there is ${line}`));
  found.push(...baseline.ending.filter((line) => !ending.includes(line)).map((line) => `missing: ${line}`));
  if (found.length === 0 && ending.join() !== baseline.ending.join()) {
    found.push(`${ending.length} objects like those ${baseline.ending.length}, in other numbers`);
  }
  for (const [kind, count] of made(world)) {
    const most = (baseline.made.get(kind) ?? 0) + (twice.get(kind) ?? 0);
    if (count > most) found.push(`${count} of ${kind} were made, and at most ${most} may be`);
  }
  return found;
}

/** The play with a crash right after its n-th write, from 1; and what creations were under way then. */
export function crashedAfter(
  play: Play,
  write: number,
  crash: Crash,
  options: Partial<WorldOptions> = {},
): { readonly world: ControllerWorld; readonly underWay: ReadonlyMap<Kind, number> } {
  let writes = 0;
  let underWay: ReadonlyMap<Kind, number> = new Map();
  const carriedOut: WorldOptions['carriedOut'] = (sent, world) => {
    if (!isWrite(sent) || ++writes !== write) return;
    underWay = new Map(world.creationsUnderWay);
    world.crash(crash);
  };
  return { world: perform(play, { ...options, carriedOut }), underWay };
}

/** Where a controller is not told of a kind, what is still wrong when its object comes up again. */
function faultsOnceHeard(world: ControllerWorld, play: Play, baseline: Baseline, kind: Kind): readonly string[] {
  const found = faults(world, baseline);
  if (found.length === 0 || play.unheard?.kind !== kind) return found;
  world.enqueue(play.unheard.key);
  world.run(world.now + 60 * SECOND);
  return faults(world, baseline);
}

/** The play with a watch that lags; it is given the time to catch up. */
export function lagging(play: Play, options: Partial<WorldOptions>): ControllerWorld {
  const world = perform(play, options);
  world.run((play.seconds + 200) * SECOND);
  return world;
}

const CRASHES: readonly Crash[] = [
  { downtime: 0, underWay: 'lost' },
  { downtime: 0, underWay: 'arrive' },
  { downtime: 3 * SECOND, underWay: 'arrive' },
];

const LAGS = [300_000, 4 * SECOND];

/** Every kind of crash after every write: what is wrong after which. */
export function sweepCrashes(play: Play, baseline: Baseline, options: Partial<WorldOptions> = {}): string[] {
  return baseline.writes.flatMap(({ by, request }, i) => {
    return CRASHES.flatMap((crash) => {
      const { world, underWay } = crashedAfter(play, i + 1, crash, options);
      // What was under way when the new controllers listed what there is may be made again.
      const twice = crash.downtime === 0 && crash.underWay === 'arrive' ? underWay : undefined;
      const what = `${JSON.stringify(crash)} after write ${i + 1}, ${request.verb} by ${by}`;
      return faults(world, baseline, twice).map((fault) => `${what}: ${fault}`);
    });
  });
}

/** Each kind that is watched lags, by itself. */
export function sweepLags(play: Play, baseline: Baseline, options: Partial<WorldOptions> = {}): string[] {
  return baseline.watched.flatMap((kind) =>
    LAGS.flatMap((lag) => {
      const watchDelay = (of: Kind): number => (of === kind ? lag : 1_000);
      const world = lagging(play, { ...options, watchDelay });
      return faultsOnceHeard(world, play, baseline, kind).map((fault) => `${kind} lags by ${lag / SECOND} s: ${fault}`);
    }),
  );
}

/** Each version of each object that has a later one is never seen, by itself; how many those were. */
export function sweepDrops(
  play: Play,
  baseline: Baseline,
  options: Partial<WorldOptions> = {},
): { readonly dropped: number; readonly found: readonly string[] } {
  let dropped = 0;
  const found: string[] = [];
  for (const { kind, key, count } of baseline.versions) {
    if (!baseline.watched.includes(kind)) continue;
    for (let version = 1; version < count; version++) {
      const world = perform(play, { ...options, drops: { kind, key, version } });
      world.run((play.seconds + 30) * SECOND);
      if (world.hasDropped) dropped++;
      const what = `version ${version} of ${kind} ${key} is never seen`;
      found.push(...faultsOnceHeard(world, play, baseline, kind).map((fault) => `${what}: ${fault}`));
    }
  }
  return { dropped, found };
}

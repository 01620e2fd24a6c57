import { describe, expect, it } from 'vitest';
import { SECOND, type ControllerWorld, type Crash, type Sent, type WorldOptions } from './doubles/controller-world.ts';
import { outcome, perform, podsCreated, type Play } from './doubles/play.ts';
import { PLAYS } from './doubles/plays.ts';

/**
 * The three bug patterns of controllers, swept systematically over small stories: an intermediate state (a crash after
 * every single write of every controller), a stale state (a watch that lags), and an unobserved state (versions that a
 * cache never sees). Whatever happens, each story comes to the end it comes to when nothing happens, and no pod is made
 * that the real controllers would not make.
 */

const CRASHES: readonly Crash[] = [
  { downtime: 0, underWay: 'lost' },
  { downtime: 0, underWay: 'arrive' },
  { downtime: 3 * SECOND, underWay: 'arrive' },
];

/** Which crash follows a write is dealt by its number; at night every write is followed by every one of them. */
const EVERY = process.env['ORRERY_LONG'] !== undefined;

interface Baseline {
  readonly ending: readonly string[];
  readonly pods: number;
  /** Numbers of the writes, from 1. */
  readonly writes: readonly number[];
}

function isWrite({ request }: Sent): boolean {
  return request.verb !== 'get' && request.verb !== 'list';
}

function baselineOf(play: Play): Baseline {
  const world = perform(play);
  const writes = world.sent.filter(isWrite);
  // A name that nobody has would leave its controller out unnoticed.
  for (const name of play.about) expect(writes.map(({ by }) => by)).toContain(name);
  for (const [by, kind] of play.updates ?? []) {
    const updated = writes.filter((sent) => sent.by === by && sent.ok && sent.request.verb === 'update');
    expect(updated.map(({ request }) => (request.verb === 'update' ? request.object.kind : ''))).toContain(kind);
  }
  return { ending: outcome(world), pods: podsCreated(world), writes: writes.map((_, i) => i + 1) };
}

/** The story with a crash right after its n-th write; and how many creations were under way then. */
function crashedAfter(play: Play, write: number, crash: Crash): { world: ControllerWorld; underWay: number } {
  let writes = 0;
  let underWay = 0;
  const carriedOut: WorldOptions['carriedOut'] = (sent, world) => {
    if (!isWrite(sent) || ++writes !== write) return;
    underWay = world.creationsUnderWay;
    world.crash(crash);
  };
  return { world: perform(play, { carriedOut }), underWay };
}

describe.each(PLAYS.map((play) => [play.name, play] as const))('%s', (_name, play) => {
  const baseline = baselineOf(play);

  it('ends the same after a crash behind any of its writes', () => {
    baseline.writes.forEach((write, i) => {
      for (const crash of EVERY ? CRASHES : [CRASHES[i % CRASHES.length]!]) {
        const what = `crash after write ${write}, ${JSON.stringify(crash)}`;
        const { world, underWay } = crashedAfter(play, write, crash);
        expect(outcome(world), what).toEqual(baseline.ending);
        // What was under way when the new controllers listed the pods may be made again.
        const twice = crash.downtime === 0 && crash.underWay === 'arrive' ? underWay : 0;
        expect(podsCreated(world), what).toBeLessThanOrEqual(baseline.pods + twice);
      }
    });
  });

  it('ends the same however far the watch of one kind lags', () => {
    for (const kind of ['Pod', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Deployment', 'ControllerRevision']) {
      for (const lag of [300_000, 4 * SECOND]) {
        const world = perform(play, { watchDelay: (of) => (of === kind ? lag : 1_000) });
        world.run((play.seconds + 200) * SECOND);
        const what = `${kind} lags by ${lag / SECOND} s`;
        expect(outcome(world), what).toEqual(baseline.ending);
        expect(podsCreated(world), what).toBeLessThanOrEqual(baseline.pods);
      }
    }
  });

  it('ends the same when caches never see the versions between', () => {
    for (const lag of [20_000, 500_000, 3 * SECOND]) {
      const world = perform(play, { watchDelay: () => lag, skipsVersions: true });
      world.run((play.seconds + 200) * SECOND);
      const what = `versions within ${lag / SECOND} s are skipped`;
      expect(outcome(world), what).toEqual(baseline.ending);
      expect(podsCreated(world), what).toBeLessThanOrEqual(baseline.pods);
    }
  });
});

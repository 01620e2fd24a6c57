import { describe, expect, it } from 'vitest';
import { controllers } from '../src/policies/controllers/registry.ts';
import type { ControllerFactory } from '../src/sim/policy-api/controllers.ts';
import { ControllerWorld, SECOND } from './doubles/controller-world.ts';
import { PLAYS } from './doubles/plays.ts';
import { PLAYS_OF_CLUSTERS } from './doubles/plays-of-clusters.ts';
import { baselineOf, faults, lagging, sweepCrashes, sweepDrops, sweepLags } from './doubles/sweep.ts';

/**
 * The three bug patterns of controllers, swept systematically over small stories: an intermediate state (a crash after
 * every single write of every controller), a stale state (a watch that lags, of each kind that a controller watches), and
 * an unobserved state (each version of each object that nobody sees, by itself). Whatever happens, each story comes to
 * the end it comes to when nothing happens, and no object of any kind is made that the real controllers would not make.
 */

describe.each([...PLAYS, ...PLAYS_OF_CLUSTERS].map((play) => [play.name, play] as const))('%s', (_name, play) => {
  const baseline = baselineOf(play);

  it('is what it is about: each of its controllers writes', () => {
    // A name that nobody has would leave its controller out unnoticed.
    for (const name of play.about) expect(baseline.writes.map(({ by }) => by)).toContain(name);
    for (const [by, kind] of play.updates ?? []) {
      const updated = baseline.writes.filter((sent) => sent.by === by && sent.ok && sent.request.verb === 'update');
      expect(updated.map(({ request }) => (request.verb === 'update' ? request.object.kind : ''))).toContain(kind);
    }
  });

  it('ends the same after a crash behind any of its writes', () => {
    expect(sweepCrashes(play, baseline)).toEqual([]);
  });

  it('ends the same however far the watch of one kind lags', () => {
    expect(sweepLags(play, baseline)).toEqual([]);
  });

  it('ends the same whichever version of an object is never seen', () => {
    const { dropped, found } = sweepDrops(play, baseline);
    expect(found).toEqual([]);
    expect(dropped).toBeGreaterThan(0);
  });

  it('ends the same when caches see no version between', () => {
    for (const lag of [20_000, 500_000, 3 * SECOND]) {
      const world = lagging(play, { watchDelay: () => lag, skipsVersions: true });
      expect(faults(world, baseline), `versions within ${lag / SECOND} s are skipped`).toEqual([]);
    }
  });
});

it('shows where Kubernetes waits for something else to happen, and only there', () => {
  const stuck = PLAYS.filter(({ unheard }) => unheard !== undefined).map((play) => {
    const { unheard, ...told } = play;
    return sweepLags(told, baselineOf(told)).filter((fault) => fault.startsWith(`${unheard!.kind} lags`));
  });
  expect(stuck).toHaveLength(1);
  for (const found of stuck) expect(found).not.toEqual([]);
});

it('leaves out no controller that there is', () => {
  const names = new Set<string>();
  const named = [...controllers().values()].map((factory): ControllerFactory => (host) => {
    const controller = factory(host);
    names.add(controller.name);
    return controller;
  });
  new ControllerWorld({ controllers: named });
  expect(names.size).toBe(named.length);
  const swept = [...PLAYS, ...PLAYS_OF_CLUSTERS].flatMap(({ about }) => about);
  expect([...new Set(swept)].sort()).toEqual([...names].sort());
});

import { describe, expect, it } from 'vitest';
import { cronJob } from '../src/policies/controllers/cron-job.ts';
import { deployment } from '../src/policies/controllers/deployment.ts';
import { replicaSet } from '../src/policies/controllers/replica-set.ts';
import type { ControllerFactory } from '../src/sim/policy-api/controllers.ts';
import type { WorldOptions } from './doubles/controller-world.ts';
import {
  edgeTriggered,
  expectingEveryVersion,
  withoutExpectations,
  withoutAdoption,
  withRandomNames,
} from './doubles/broken-controllers.ts';
import { CONTROLLERS, perform, type Play } from './doubles/play.ts';
import { PLAYS } from './doubles/plays.ts';
import { baselineOf, faults, sweepCrashes, sweepDrops, sweepLags } from './doubles/sweep.ts';

/** The sweep can fail: controllers with the mistakes it is there for are found, by the part of it that is there for them. */

const GROWS = 'a ReplicaSet that grows and shrinks';

function playNamed(wanted: string): Play {
  const play = PLAYS.find(({ name }) => name === wanted);
  if (play === undefined) throw new Error(`no play ${wanted}`);
  return play;
}

/** All controllers, one of them broken. */
function broken(sound: ControllerFactory, breaking: (sound: ControllerFactory) => ControllerFactory) {
  if (!CONTROLLERS.includes(sound)) throw new Error('it is not among the controllers');
  return {
    controllers: CONTROLLERS.map((one) => (one === sound ? breaking(sound) : one)),
  } satisfies Partial<WorldOptions>;
}

describe('the sweep finds', () => {
  it('a ReplicaSet controller without expectations, by a watch of pods that lags', () => {
    const play = playNamed(GROWS);
    const baseline = baselineOf(play);
    const options = broken(replicaSet, withoutExpectations);
    expect(faults(perform(play, options), baseline)).toEqual([]);
    expect(sweepLags(play, baseline, options).join('\n')).toMatch(/Pod lags by .* of Pod were made/);
  });

  it('one that adopts nothing, by pods that are made anew', () => {
    const play = playNamed('pods that a ReplicaSet leaves and another finds');
    const baseline = baselineOf(play);
    const found = sweepCrashes(play, baseline, broken(replicaSet, withoutAdoption));
    expect(found.join('\n')).toMatch(/of Pod were made/);
  });

  it('one that takes what is there at its start for settled, by a crash', () => {
    const play = playNamed(GROWS);
    const baseline = baselineOf(play);
    const options = broken(replicaSet, edgeTriggered);
    expect(faults(perform(play, options), baseline)).toEqual([]);
    expect(sweepCrashes(play, baseline, options)).not.toEqual([]);
  });

  it('one that counts on every version of a pod, by one that is never seen', () => {
    const play = playNamed(GROWS);
    const baseline = baselineOf(play);
    const options = broken(replicaSet, expectingEveryVersion);
    expect(faults(perform(play, options), baseline)).toEqual([]);
    expect(sweepDrops(play, baseline, options).found).not.toEqual([]);
  });

  it('a CronJob controller that names Jobs by chance, by a crash between a Job and the status that says so', () => {
    const play = playNamed('a CronJob that starts three Jobs and keeps the last');
    const baseline = baselineOf(play);
    const options = broken(cronJob, withRandomNames);
    expect(faults(perform(play, options), baseline).join('\n')).not.toMatch(/were made/);
    expect(sweepCrashes(play, baseline, options).join('\n')).toMatch(/of Job were made/);
  });

  it('a Deployment controller that names ReplicaSets by chance, by a watch that lags', () => {
    const play = playNamed('a rolling update behind a Service');
    const baseline = baselineOf(play);
    const options = broken(deployment, withRandomNames);
    expect(faults(perform(play, options), baseline).join('\n')).not.toMatch(/were made/);
    expect(sweepLags(play, baseline, options).join('\n')).toMatch(/of ReplicaSet were made/);
  });
});

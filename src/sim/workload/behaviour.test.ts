import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { BehaviourSpec } from '../scenario/behaviour.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { container, podNamed } from '../../../test/doubles/kubelet-rig.ts';
import { Behaviours } from './behaviour.ts';
import { QUIET_LIFE } from './container-life.ts';

const SECOND = 1_000_000;
const constant = (value: number) => ({ kind: 'constant', value }) as const;

function rule(given: Partial<BehaviourSpec>): BehaviourSpec {
  return {
    selector: {},
    container: undefined,
    startMicros: undefined,
    readyAfter: undefined,
    exitAfter: undefined,
    exitCode: 0,
    exits: undefined,
    stopAfter: undefined,
    pullFailures: 0,
    ...given,
  };
}

const behaviours = (rules: readonly BehaviourSpec[], workloads: readonly WorkloadSpec[] = [], seed = 's'): Behaviours =>
  new Behaviours(new Engine({ seed }), rules, workloads);

const web = podNamed('web-1', {}, { labels: { app: 'web' } });
const db = podNamed('db-1', {}, { labels: { app: 'db' } });
const app = container('app');

describe('what a container does', () => {
  it('is nothing special where no rule matches', () => {
    const some = behaviours([rule({ selector: { matchLabels: { app: 'web' } }, exitAfter: constant(5) })]);
    expect(some.life(db, app, 0)).toBe(QUIET_LIFE);
    expect(some.pullError(db, app, 0)).toBeUndefined();
  });

  it('follows the first rule whose selector and container match', () => {
    const some = behaviours([
      rule({ selector: { matchLabels: { app: 'web' } }, container: 'proxy', exitAfter: constant(1) }),
      rule({ selector: { matchLabels: { app: 'web' } }, exitAfter: constant(2), exitCode: 3 }),
      rule({ exitAfter: constant(4) }),
    ]);
    expect(some.life(web, container('proxy'), 0).exitAge).toBe(1);
    expect(some.life(web, app, 0)).toMatchObject({ exitAge: 2, exitCode: 3 });
    expect(some.life(db, app, 0).exitAge).toBe(4);
  });

  it('answers probes from its start on, and is ready no earlier than that', () => {
    const life = behaviours([rule({ startMicros: constant(10 * SECOND), readyAfter: constant(4 * SECOND) })]).life(
      web,
      app,
      0,
    );
    expect(life.readyAge).toBe(10 * SECOND);
    expect(life.passes('startup', 10 * SECOND - 1)).toBe(false);
    expect(life.passes('liveness', 10 * SECOND)).toBe(true);
    expect(life.nextTurn('readiness', 0)).toBe(10 * SECOND);
    expect(life.nextTurn('readiness', 10 * SECOND)).toBe(Infinity);
  });

  it('exits as often as the rule says, and then runs on', () => {
    const some = behaviours([rule({ exitAfter: constant(SECOND), exitCode: 1, exits: 2 })]);
    expect([0, 1, 2, 3].map((attempt) => some.life(web, app, attempt).exitAge)).toEqual([
      SECOND,
      SECOND,
      Infinity,
      Infinity,
    ]);
  });

  it('fails to pull as often as the rule says', () => {
    const some = behaviours([rule({ pullFailures: 2 })]);
    expect([0, 1, 2].map((attempt) => some.pullError(web, container('c', { image: 'x:v1' }), attempt))).toEqual([
      'rpc error: code = NotFound desc = failed to resolve image "x:v1": not found',
      'rpc error: code = NotFound desc = failed to resolve image "x:v1": not found',
      undefined,
    ]);
  });

  it('is drawn by container and start, whatever was asked before', () => {
    const rules = [
      rule({ exitAfter: { kind: 'exponential', mean: SECOND }, stopAfter: { kind: 'uniform', min: 0, max: SECOND } }),
    ];
    const question = fc.tuple(fc.constantFrom(web, db), fc.constantFrom('a', 'b'), fc.nat(3));
    const answers = (order: readonly (readonly [typeof web, string, number])[]) => {
      const some = behaviours(rules);
      return new Map(
        order.map(([pod, name, attempt]) => {
          const { exitAge, stopDelay } = some.life(pod, container(name), attempt);
          return [pod.metadata.name + name + attempt, [exitAge, stopDelay]] as const;
        }),
      );
    };
    fc.assert(
      fc.property(fc.array(question), (order) => {
        const forth = answers(order);
        const back = answers([...order].reverse());
        for (const [key, answer] of forth) expect(back.get(key)).toEqual(answer);
      }),
      { numRuns: 50 },
    );
    const luck = answers(
      [web, db].flatMap((pod) => ['a', 'b'].flatMap((name) => [0, 1].map((n) => [pod, name, n] as const))),
    );
    expect(new Set([...luck.values()].map(([exitAge]) => exitAge)).size).toBe(8);
  });
});

describe('lifetimes of arriving pods', () => {
  const workload: WorkloadSpec = {
    name: 'jobs',
    namespace: 'default',
    count: 10,
    startMicros: 0,
    interarrival: undefined,
    templates: [],
    lifetime: { kind: 'uniform', min: SECOND, max: 9 * SECOND },
    deleteFinished: false,
  };

  it('belong to the n-th pod of the workload, and end with exit code 0', () => {
    const some = behaviours([], [workload]);
    const age = (name: string): number => some.life(podNamed(name), app, 0).exitAge;
    expect(age('jobs-3')).toBe(behaviours([rule({})], [workload]).life(podNamed('jobs-3'), app, 0).exitAge);
    expect(age('jobs-3')).not.toBe(age('jobs-4'));
    expect(age('jobs-3')).toBeGreaterThanOrEqual(SECOND);
    expect(age('others-3')).toBe(Infinity);
    expect(age('jobs-03')).toBe(Infinity);
    const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'jobs', uid: 'u', controller: true }];
    expect(some.life(podNamed('jobs-3', {}, { ownerReferences: owner }), app, 0).exitAge).toBe(Infinity);
  });

  it('give way to a rule that ends the container earlier', () => {
    const some = behaviours([rule({ exitAfter: constant(5), exitCode: 7 })], [workload]);
    expect(some.life(podNamed('jobs-0'), app, 0)).toMatchObject({ exitAge: 5, exitCode: 7 });
    const later = behaviours([rule({ exitAfter: constant(100 * SECOND), exitCode: 7 })], [workload]);
    expect(later.life(podNamed('jobs-0'), app, 0).exitCode).toBe(0);
  });
});

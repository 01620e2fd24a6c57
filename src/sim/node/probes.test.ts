import { describe, expect, it } from 'vitest';
import { conditionStatus, isPodReady, type Container } from '../api/pod.ts';
import { container, KubeletRig, lifeOf, podNamed, probedLife } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;
/** Create, watch and admission: when the first sync begins. */
const FIRST_SYNC = 9_500 + 20_000;
const STARTED = FIRST_SYNC + 250_000;
/** From a change on the node until it is committed. */
const TOLD = 14_500;
const EXEC = { exec: { command: ['r'] } };

function running(spec: Partial<Container>, prepare: (rig: KubeletRig) => void = () => {}, until = 60): KubeletRig {
  const rig = new KubeletRig();
  prepare(rig);
  rig.create(podNamed('p', { containers: [container('c', spec)] }));
  rig.run(until * SECOND);
  return rig;
}

const flips = (rig: KubeletRig): [number, boolean][] => {
  const ready = rig.versions.map(({ at, pod }): [number, boolean] => [at, isPodReady(pod)]);
  return ready.filter(([, is], i) => i > 0 && is !== ready[i - 1]![1]);
};

describe('readiness', () => {
  it('comes with the same write as Running where nothing probes it', () => {
    const rig = running({});
    expect(flips(rig)).toEqual([[STARTED + TOLD, true]]);
    expect(rig.when('p', (pod) => pod.status.phase === 'Running')).toBe(STARTED + TOLD);
  });

  it('waits, without a probe, as long as the behaviour says', () => {
    const rig = running({}, ({ behaviours }) => (behaviours.lives = { c: [lifeOf({ readyAge: 4 * SECOND })] }));
    expect(flips(rig)).toEqual([[STARTED + 4 * SECOND + TOLD, true]]);
    expect(rig.eventsOf('p')).not.toContain('Unhealthy');
  });

  it('is looked at right after the start, and then by the period', () => {
    const rig = running({ readinessProbe: EXEC });
    // So soon that Running and Ready go in one write.
    expect(flips(rig)).toEqual([[STARTED + TOLD, true]]);
    const late = running({ readinessProbe: EXEC }, ({ behaviours }) => {
      behaviours.lives = {
        c: [
          probedLife([
            [0, false],
            [12 * SECOND, true],
          ]),
        ],
      };
    });
    // The first probe starts the ticker: 0, 10, 20 s from then.
    expect(flips(late)).toEqual([[STARTED + 5_000 + 20 * SECOND + TOLD, true]]);
    expect(late.eventsOf('p').filter((reason) => reason === 'Unhealthy')).toHaveLength(2);
  });

  it('respects initialDelaySeconds in whole seconds of uptime', () => {
    const rig = running({ readinessProbe: { ...EXEC, initialDelaySeconds: 7, periodSeconds: 3 } });
    // Ticks at 0, 3, 6, 9 s after the first look; the first of them at an uptime of 7 s is the fourth.
    expect(flips(rig)).toEqual([[STARTED + 5_000 + 9 * SECOND + TOLD, true]]);
  });

  it('turns False after failureThreshold failures and True again after successThreshold successes', () => {
    const turns = [
      [20 * SECOND, false],
      [40 * SECOND, true],
    ] as const;
    const rig = running(
      { readinessProbe: { ...EXEC, periodSeconds: 2, failureThreshold: 3, successThreshold: 2 } },
      ({ behaviours }) => (behaviours.lives = { c: [probedLife(turns)] }),
      90,
    );
    const at = flips(rig).map(([time, ready]) => [Math.round((time - STARTED - TOLD) / 10_000) / 100, ready]);
    // Two successes from the start; failures at 20, 22, 24 s of age (first tick after the turn); recovery likewise.
    expect(at.map(([, ready]) => ready)).toEqual([true, false, true]);
    expect(at[1]![0]).toBeGreaterThan(24);
    expect(at[1]![0]).toBeLessThan(26.1);
    expect(at[2]![0]).toBeGreaterThan(42);
    expect(at[2]![0]).toBeLessThan(44.1);
    expect(conditionStatus(rig.pod('p')!.status.conditions, 'ContainersReady')).toBe('True');
  });

  it('costs nothing while the answer stays what it is', () => {
    const probes = { readinessProbe: EXEC, livenessProbe: EXEC };
    const short = running(probes, undefined, 20).engine.dispatched;
    expect(running(probes, undefined, 20_000).engine.dispatched).toBe(short);
  });

  it('needs the readiness gates as well', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', { readinessGates: [{ conditionType: 'example.com/gate' }] }));
    rig.run(3 * SECOND);
    const ready = (): unknown => rig.pod('p')!.status.conditions.find((one) => one.type === 'Ready');
    expect(ready()).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
    const gate = (status: 'True' | 'False'): void =>
      rig.send({
        verb: 'patch-status',
        kind: 'Pod',
        key: 'default/p',
        uid: rig.pod('p')!.metadata.uid,
        status: { conditions: [{ type: 'example.com/gate', status }] },
      });
    rig.at(3 * SECOND, () => gate('True'));
    rig.run(5 * SECOND);
    expect(ready()).toMatchObject({ status: 'True', lastTransitionTime: 3 * SECOND });
    rig.at(6 * SECOND, () => gate('False'));
    rig.run(8 * SECOND);
    expect(ready()).toMatchObject({ status: 'False' });
  });
});

describe('liveness', () => {
  const probe = { ...EXEC, periodSeconds: 3, failureThreshold: 2 };

  it('ticks from the first sync of the pod on, kills with the grace, and restarts in the same sync', () => {
    const rig = running({ livenessProbe: probe }, ({ behaviours }) => {
      behaviours.lives = { c: [probedLife([[8 * SECOND, false]], { stopDelay: SECOND }), lifeOf({})] };
    });
    const unhealthy = rig.events.filter((one) => one.reason === 'Unhealthy').map((one) => one.at);
    expect(unhealthy).toEqual([FIRST_SYNC + 9 * SECOND, FIRST_SYNC + 12 * SECOND]);
    expect(rig.stopAsked('c')).toBe(FIRST_SYNC + 12 * SECOND);
    const status = rig.pod('p')!.status.containerStatuses![0]!;
    expect(status.restartCount).toBe(1);
    expect(status.lastState!.terminated!.exitCode).toBe(143);
    // Nobody sees it not ready in between.
    expect(flips(rig)).toEqual([[STARTED + TOLD, true]]);
  });

  it('does not restart with restartPolicy Never, and the pod fails', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [probedLife([[0, false]], { stopDelay: SECOND })] };
    rig.create(podNamed('p', { restartPolicy: 'Never', containers: [container('c', { livenessProbe: probe })] }));
    rig.run(60 * SECOND);
    expect(rig.pod('p')!.status.phase).toBe('Failed');
    expect(rig.events.find((one) => one.reason === 'Killing')!.message).toBe('Stopping container c');
  });

  it('has a grace of its own where it says so', () => {
    const rig = running({ livenessProbe: { ...probe, terminationGracePeriodSeconds: 3 } }, ({ behaviours }) => {
      behaviours.lives = { c: [probedLife([[0, false]], { stopDelay: Infinity }), lifeOf({})] };
    });
    const { terminated } = rig.pod('p')!.status.containerStatuses![0]!.lastState!;
    expect(terminated!.exitCode).toBe(137);
    expect(terminated!.finishedAt).toBe(9 * SECOND);
  });
});

describe('startup', () => {
  const probe = { ...EXEC, periodSeconds: 2, failureThreshold: 4 };

  it('holds back readiness and liveness until it succeeds', () => {
    const rig = running({ startupProbe: probe, readinessProbe: EXEC, livenessProbe: EXEC }, ({ behaviours }) => {
      behaviours.lives = {
        c: [
          probedLife([
            [0, false],
            [5 * SECOND, true],
          ]),
        ],
      };
    });
    const started = rig.when('p', (pod) => pod.status.containerStatuses?.[0]?.started === true);
    expect(started).toBe(FIRST_SYNC + 6 * SECOND + TOLD);
    // The readiness probe comes 5 ms after startup has succeeded: in time for the same write.
    expect(flips(rig)).toEqual([[started, true]]);
    expect(rig.events.filter((one) => one.message === 'Startup probe failed: exit 1')).toHaveLength(2);
    expect(rig.events.filter((one) => one.reason === 'Unhealthy')).toHaveLength(2);
  });

  it('kills when its budget is used up', () => {
    const rig = running({ startupProbe: probe }, ({ behaviours }) => {
      behaviours.lives = { c: [probedLife([[0, false]]), lifeOf({})] };
    });
    expect(rig.stopAsked('c')).toBe(FIRST_SYNC + 8 * SECOND);
    expect(rig.events.find((one) => one.reason === 'Killing')!.message).toBe(
      'Container c failed startup probe, will be restarted',
    );
  });
});

it('goes on looking at readiness by HTTP while the pod ends, not by commands', () => {
  const readiness = (probe: object): boolean[] => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [probedLife([[12 * SECOND, false]], { stopDelay: 20 * SECOND })] };
    rig.create(podNamed('p', { containers: [container('c', { readinessProbe: { periodSeconds: 1, ...probe } })] }));
    rig.at(10 * SECOND, () => rig.delete('p'));
    rig.run(29 * SECOND);
    return flips(rig).map(([, ready]) => ready);
  };
  expect(readiness({ httpGet: { port: 80 } })).toEqual([true, false]);
  expect(readiness(EXEC)).toEqual([true]);
});

import { describe, expect, it } from 'vitest';
import { container, KubeletRig, lifeOf, podNamed, probedLife } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;

/** When the container was started, in seconds, from the API's point of view a little later. */
function starts(rig: KubeletRig, name: string): number[] {
  return rig.events.filter((one) => one.pod === name && one.reason === 'Started').map((one) => one.at / SECOND);
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - times[i]!);
}

describe('a container that exits at once (golden timeline 10.4)', () => {
  const rig = new KubeletRig({ seed: 'crash' });
  rig.behaviours.lives = { c: [lifeOf({ exitAge: 200_000, exitCode: 1 })] };
  for (let i = 0; i < 5; i++) rig.create(podNamed('p' + i));
  rig.run(1_500 * SECOND);

  it.each([0, 1, 2, 3, 4])('starts at 0, ~0, 10, 30, 70, 150, 310, 610, 910 s: pod %d', (i) => {
    const waits = gaps(starts(rig, 'p' + i));
    expect(waits.length).toBeGreaterThanOrEqual(8);
    // Each wait is counted from the exit, noticed by a relist (≤ 1 s), stretched by up to 50 % or 30 s, and ends at a tick.
    const nominal = [0, 10, 20, 40, 80, 160, 300, 300];
    for (const [n, wait] of waits.slice(0, 8).entries()) {
      expect(wait, `wait ${n}`).toBeGreaterThanOrEqual(nominal[n]! + 0.2);
      expect(wait, `wait ${n}`).toBeLessThanOrEqual(nominal[n]! + Math.min(nominal[n]! / 2, 30) + 3.5);
    }
  });

  it('is told once a sync has found it, so one sync late', () => {
    const told = rig.versions
      .filter(({ pod }) => pod.metadata.name === 'p0' && pod.status.containerStatuses !== undefined)
      .map(({ pod }) => {
        const { state } = pod.status.containerStatuses![0]!;
        return state.waiting?.reason ?? (state.running === undefined ? 'terminated' : 'running');
      });
    const distinct = told.filter((state, i) => state !== told[i - 1]);
    expect(distinct.slice(0, 8)).toEqual([
      'ContainerCreating',
      'running',
      'terminated',
      'running',
      'terminated',
      'CrashLoopBackOff',
      'running',
      'terminated',
    ]);
    const last = rig.pod('p0')!.status.containerStatuses![0]!;
    expect(last.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(last.restartCount).toBe(starts(rig, 'p0').length - 1);
    expect(rig.pod('p0')!.status.phase).toBe('Running');
  });

  it('says so in Events with the name and the uid of the pod', () => {
    const uid = rig.pod('p1')!.metadata.uid;
    const event = rig.events.find((one) => one.pod === 'p1' && one.reason === 'BackOff')!;
    expect(event.message).toBe(`Back-off restarting failed container c in pod p1_default(${uid})`);
  });

  it('spreads the pods by the draws of each', () => {
    expect(new Set([0, 1, 2, 3, 4].map((i) => starts(rig, 'p' + i)[4])).size).toBeGreaterThan(1);
  });
});

it('starts afresh after a run of more than ten minutes', () => {
  const rig = new KubeletRig();
  const crash = lifeOf({ exitAge: 100_000, exitCode: 1 });
  rig.behaviours.lives = { c: [crash, crash, crash, lifeOf({ exitAge: 700 * SECOND, exitCode: 1 }), crash] };
  rig.create(podNamed('p'));
  rig.run(800 * SECOND);
  const waits = gaps(starts(rig, 'p'));
  expect(waits[2]).toBeGreaterThan(20);
  expect(waits[3]).toBeLessThan(702);
  expect(waits[4]).toBeLessThan(17);
});

describe('restart policies', () => {
  const finished = (restartPolicy: 'Always' | 'OnFailure' | 'Never', exitCode: number) => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ exitAge: 3 * SECOND, exitCode })] };
    rig.create(podNamed('p', { restartPolicy }));
    rig.run(9 * SECOND);
    return { phase: rig.pod('p')!.status.phase, starts: starts(rig, 'p').length };
  };

  it.each([
    ['Never', 0, 'Succeeded', 1],
    ['Never', 3, 'Failed', 1],
    ['OnFailure', 0, 'Succeeded', 1],
    ['OnFailure', 3, 'Running', 2],
    ['Always', 0, 'Running', 2],
    ['Always', 3, 'Running', 2],
  ] as const)('%s with exit code %d: %s after %d starts', (policy, code, phase, count) => {
    expect(finished(policy, code)).toEqual({ phase, starts: count });
  });

  it('keep a terminal phase back until the pod has been ended, one relist later', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ exitAge: 3 * SECOND })] };
    rig.create(podNamed('p', { restartPolicy: 'Never' }));
    rig.run(20 * SECOND);
    const [before, after] = rig.versions.slice(-2).map((one) => one.pod.status);
    expect(before!.phase).toBe('Running');
    expect(before!.conditions.find((one) => one.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'PodCompleted',
    });
    expect(before!.containerStatuses![0]!.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(after!.phase).toBe('Succeeded');
    expect(rig.versions.at(-1)!.at - rig.versions.at(-2)!.at).toBe(1_000_000);
    expect(rig.kubelets.podCount).toBe(0);
    expect(rig.engine.pending).toBe(0);
  });
});

describe('containers killed by their liveness probe', () => {
  it('restart within the sync that kills them, measured against the death before [REC 4.4]', () => {
    const rig = new KubeletRig();
    const dying = probedLife([[8 * SECOND, false]], { stopDelay: 0 });
    rig.behaviours.lives = { c: [dying] };
    const probe = { exec: { command: ['l'] }, periodSeconds: 1, failureThreshold: 1 };
    rig.create(podNamed('p', { containers: [container('c', { livenessProbe: probe })] }));
    rig.run(110 * SECOND);
    const killed = rig.events.filter((one) => one.reason === 'Killing').map((one) => one.at / SECOND);
    const waits = killed.map((at) => starts(rig, 'p').find((start) => start >= at)! - at);
    // Nothing is known of a death at the first kill, nothing held against the second; then 10 s count from the death before.
    expect(waits[0]).toBeLessThan(0.2);
    expect(waits[1]).toBeLessThan(0.2);
    expect(waits[2]).toBeGreaterThan(0.5);
    expect(rig.events.find((one) => one.reason === 'Killing')!.message).toBe(
      'Container c failed liveness probe, will be restarted',
    );
    expect(rig.events.find((one) => one.reason === 'Unhealthy')!.message).toBe('Liveness probe failed: exit 1');
  });
});

describe('images that cannot be pulled', () => {
  const rig = new KubeletRig({ seed: 'pull' });
  rig.behaviours.pullErrors = { 'gone:v1': Infinity, 'late:v1': 2 };
  rig.create(podNamed('gone', { containers: [container('c', { image: 'gone:v1' })] }));
  rig.create(podNamed('late', { containers: [container('c', { image: 'late:v1' })] }));
  rig.create(podNamed('never', { containers: [container('c', { image: 'other:v1', imagePullPolicy: 'Never' })] }));
  rig.create(podNamed('bad', { containers: [container('c', { image: 'Bad::Name' })] }));
  rig.run(900 * SECOND);
  const pulls = (name: string): number[] =>
    rig.events.filter((one) => one.pod === name && one.reason === 'Pulling').map((one) => one.at / SECOND);

  it('are tried again at the first sync after 10, 20, 40 … 300 s', () => {
    const waits = gaps(pulls('gone'));
    for (const [n, nominal] of [10, 20, 40, 80, 160].entries()) {
      expect(waits[n], `wait ${n}`).toBeGreaterThanOrEqual(nominal);
      expect(waits[n], `wait ${n}`).toBeLessThanOrEqual(nominal + 16.5);
    }
  });

  it('are shown as ErrImagePull and ImagePullBackOff, one sync late', () => {
    const reasons = rig.versions
      .filter(({ pod }) => pod.metadata.name === 'gone')
      .map(({ pod }) => pod.status.containerStatuses?.[0]?.state.waiting?.reason);
    const distinct = reasons.filter((reason, i) => reason !== reasons[i - 1]);
    expect(distinct.slice(0, 5)).toEqual([
      'ContainerCreating',
      'ErrImagePull',
      'ImagePullBackOff',
      'ErrImagePull',
      'ImagePullBackOff',
    ]);
    expect(rig.pod('gone')!.status.phase).toBe('Pending');
    expect(rig.eventsOf('gone').slice(0, 5)).toEqual(['Pulling', 'Failed', 'Failed', 'BackOff', 'Failed']);
  });

  it('recover when the registry does', () => {
    expect(pulls('late')).toHaveLength(3);
    expect(rig.pod('late')!.status.phase).toBe('Running');
    expect(rig.events.find((one) => one.pod === 'late' && one.reason === 'Pulled')!.message).toBe(
      'Successfully pulled image "late:v1" in 1.1s (1.1s including waiting). Image size: 50000000 bytes.',
    );
  });

  it('that are never pulled, or have no name, fail at every sync without a back-off', () => {
    for (const [name, reason] of [
      ['never', 'ErrImageNeverPull'],
      ['bad', 'InvalidImageName'],
    ] as const) {
      expect(rig.pod(name)!.status.containerStatuses![0]!.state.waiting!.reason).toBe(reason);
      const tries = rig.events.filter((one) => one.pod === name && one.message === 'Error: ' + reason);
      expect(tries.length).toBeGreaterThan(900 / 16.5);
      expect(tries.length).toBeLessThan(900 / 10 + 2);
    }
  });
});

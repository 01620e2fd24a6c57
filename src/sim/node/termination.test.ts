import { describe, expect, it } from 'vitest';
import type { Container, PodSpec } from '../api/pod.ts';
import { container, KubeletRig, lifeOf, podNamed } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;
const STOPPING = 10 * SECOND;
/** From the API call until the kubelet knows: 4.5 ms to the commit, 5 ms of watch. */
const SEEN = STOPPING + 9_500;

function deleted(spec: Partial<PodSpec>, prepare: (rig: KubeletRig) => void = () => {}, grace?: number): KubeletRig {
  const rig = new KubeletRig();
  prepare(rig);
  rig.create(podNamed('p', spec));
  rig.at(STOPPING, () => rig.delete('p', grace));
  rig.run(120 * SECOND);
  expect(rig.engine.pending).toBe(0);
  expect(rig.kubelets.podCount).toBe(0);
  expect(rig.kubelets.kubelet('node-1')!.usage).toMatchObject({ milliCpu: 0, memoryBytes: 0, pods: 0 });
  return rig;
}

/** How a container of the pod was last seen, and when in microseconds after the kubelet knew (but for the status delay). */
function end(rig: KubeletRig, name: string): { at: number; exitCode: number } {
  for (const { at, pod } of rig.versions) {
    const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    const terminated = statuses.find((one) => one.name === name)?.state.terminated;
    if (terminated !== undefined) return { at: at - 14_500 - SEEN, exitCode: terminated.exitCode };
  }
  throw new Error('never ended: ' + name);
}

describe('a deleted pod', () => {
  it('gets SIGTERM, ends, and is taken away after its teardown', () => {
    const rig = deleted({}, ({ behaviours }) => (behaviours.lives = { c: [lifeOf({ stopDelay: 2 * SECOND })] }));
    expect(end(rig, 'c')).toEqual({ at: 2 * SECOND, exitCode: 143 });
    const gone = rig.versions.at(-1)!;
    expect(gone.type).toBe('DELETED');
    // The mark and the removal are two writes, one after the other.
    expect(gone.at).toBe(SEEN + 2 * SECOND + 400_000 + 4_500 + 4_000);
  });

  it('is Succeeded when all its containers end with 0, else Failed', () => {
    const phase = (stopCode: number): string => {
      const rig = deleted({}, ({ behaviours }) => (behaviours.lives = { c: [lifeOf({ stopCode, stopDelay: 1 })] }));
      return rig.versions.findLast((one) => one.type === 'MODIFIED')!.pod.status.phase;
    };
    expect([phase(0), phase(143)]).toEqual(['Succeeded', 'Failed']);
  });

  it('is killed when the grace has passed', () => {
    const rig = deleted(
      { terminationGracePeriodSeconds: 5 },
      ({ behaviours }) => (behaviours.lives = { c: [lifeOf({ stopDelay: Infinity })] }),
    );
    expect(end(rig, 'c')).toEqual({ at: 5 * SECOND, exitCode: 137 });
  });

  it('gets the grace of the DELETE, and never less than two seconds', () => {
    const stubborn = (rig: KubeletRig): void => {
      rig.behaviours.lives = { c: [lifeOf({ stopDelay: Infinity })] };
    };
    expect(end(deleted({}, stubborn, 4), 'c').at).toBe(4 * SECOND);
    expect(end(deleted({}, stubborn, 1), 'c').at).toBe(2 * SECOND);
  });

  it('may have any grace there is', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ stopDelay: Infinity })] };
    rig.create(podNamed('p', { terminationGracePeriodSeconds: Number.MAX_SAFE_INTEGER / 1_000_000 }));
    rig.at(STOPPING, () => rig.delete('p'));
    rig.run(60 * SECOND);
    expect(rig.engine.pending).toBe(1);
  });

  it('keeps the grace it was given when it is deleted again', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ stopDelay: Infinity })] };
    rig.create(podNamed('p'));
    rig.at(STOPPING, () => rig.delete('p', 20));
    rig.at(STOPPING + 4 * SECOND, () => rig.delete('p', 3));
    rig.run(60 * SECOND);
    expect(end(rig, 'c').at).toBe(20 * SECOND);
  });

  it('does not get restarted when it ends by itself meanwhile', () => {
    const rig = deleted({}, ({ behaviours }) => {
      behaviours.lives = { c: [lifeOf({ stopDelay: Infinity, exitAge: 12 * SECOND, exitCode: 3 })] };
    });
    expect(end(rig, 'c').exitCode).toBe(3);
    expect(rig.eventsOf('p').filter((reason) => reason === 'Started')).toHaveLength(1);
  });

  it('is ended after the sync that is under way: a pull is awaited, and the container started, then stopped [REC]', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', { containers: [container('c', { image: 'big:v1' })] }));
    rig.at(SECOND / 2, () => rig.delete('p'));
    rig.run(20 * SECOND);
    expect(rig.eventsOf('p')).toEqual(['Pulling', 'Pulled', 'Created', 'Started', 'Killing']);
    expect(rig.pod('p')).toBeUndefined();
  });

  it('does not wait for its volumes, and ends with containers nobody saw', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', { automountServiceAccountToken: true }));
    rig.at(SECOND / 10, () => rig.delete('p'));
    rig.run(20 * SECOND);
    const last = rig.versions.findLast((one) => one.type === 'MODIFIED' && one.pod.status.containerStatuses)!.pod
      .status;
    expect(last.phase).toBe('Failed');
    expect(last.containerStatuses![0]!.state.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    });
    expect(rig.pod('p')).toBeUndefined();
    expect(rig.eventsOf('p')).toEqual([]);
  });

  it('is ended although a container waits in its back-off', () => {
    const rig = deleted({}, ({ behaviours }) => {
      behaviours.lives = { c: [lifeOf({ exitAge: 100_000, exitCode: 1 })] };
    });
    expect(end(rig, 'c').exitCode).toBe(1);
    expect(rig.eventsOf('p')).not.toContain('Killing');
  });

  it('goes at once by force; what runs is killed after two seconds, beside a new pod of the same name', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ stopDelay: Infinity })] };
    rig.create(podNamed('p'));
    rig.at(STOPPING, () => rig.delete('p', 0));
    rig.at(STOPPING + SECOND, () => rig.create(podNamed('p')));
    rig.run(STOPPING + 1.5 * SECOND);
    expect(rig.kubelets.podCount).toBe(2);
    rig.run(60 * SECOND);
    expect(rig.kubelets.podCount).toBe(1);
    expect(rig.pod('p')!.status.phase).toBe('Running');
    expect(rig.kubelets.kubelet('node-1')!.usage.pods).toBe(1);
  });

  it('waits for its finalizers, and old news of it is no new pod', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', {}, { finalizers: ['example.com/hold'] }));
    rig.at(STOPPING, () => rig.delete('p'));
    rig.at(20 * SECOND, () =>
      rig.send({ verb: 'patch', kind: 'Pod', key: 'default/p', patch: { metadata: { labels: { a: 'b' } } } }),
    );
    rig.run(30 * SECOND);
    expect(rig.pod('p')!.status.phase).toBe('Failed');
    expect(rig.eventsOf('p').filter((reason) => reason === 'Started')).toHaveLength(1);
    rig.send({ verb: 'patch', kind: 'Pod', key: 'default/p', patch: { metadata: { finalizers: [] } } });
    rig.run(60 * SECOND);
    expect(rig.pod('p')).toBeUndefined();
    expect(rig.kubelets.podCount).toBe(0);
  });
});

describe('preStop hooks', () => {
  const withPreStop = (duration: number, ok: boolean, grace = 30): KubeletRig =>
    deleted(
      {
        terminationGracePeriodSeconds: grace,
        containers: [container('c', { lifecycle: { preStop: { exec: { command: ['bye'] } } } })],
      },
      ({ behaviours }) => {
        behaviours.hooks = { 'c/preStop': { duration, ok } };
        behaviours.lives = { c: [lifeOf({ stopDelay: SECOND })] };
      },
    );

  it('come before SIGTERM and count against the grace', () => {
    expect(end(withPreStop(3 * SECOND, true), 'c')).toEqual({ at: 4 * SECOND, exitCode: 143 });
  });

  it('are abandoned when the grace is over; the container still gets its two seconds', () => {
    const rig = withPreStop(20 * SECOND, true, 6);
    expect(end(rig, 'c')).toEqual({ at: 7 * SECOND, exitCode: 143 });
    expect(rig.eventsOf('p')).toContain('FailedPreStopHook');
  });

  it('that fail go straight to SIGTERM', () => {
    const rig = withPreStop(SECOND / 2, false);
    expect(end(rig, 'c').at).toBe(1.5 * SECOND);
    expect(rig.eventsOf('p')).toContain('FailedPreStopHook');
  });
});

describe('sidecars', () => {
  const sidecar = (name: string): Container => container(name, { restartPolicy: 'Always' });
  const spec = { initContainers: [sidecar('s1'), sidecar('s2')], containers: [container('a')] };
  const signalled = (rig: KubeletRig): Record<string, number> =>
    Object.fromEntries(['a', 's1', 's2'].map((name) => [name, rig.stopAsked(name)! - SEEN]));

  it('are stopped after the main containers, in reverse order of their start', () => {
    const rig = deleted(spec, ({ behaviours }) => {
      const slow = lifeOf({ stopDelay: 2 * SECOND });
      behaviours.lives = { a: [slow], s1: [slow], s2: [slow] };
    });
    expect(signalled(rig)).toEqual({ a: 0, s2: 2 * SECOND, s1: 4 * SECOND });
  });

  it('do not wait longer than the grace', () => {
    const rig = deleted({ ...spec, terminationGracePeriodSeconds: 5 }, ({ behaviours }) => {
      behaviours.lives = { a: [lifeOf({ stopDelay: Infinity })] };
    });
    expect(signalled(rig)).toEqual({ a: 0, s2: 5 * SECOND, s1: 5 * SECOND });
  });

  it('are stopped when the main containers have finished, and the pod has succeeded', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { a: [lifeOf({ exitAge: 5 * SECOND })], s1: [lifeOf({ stopDelay: SECOND })] };
    rig.create(podNamed('p', { ...spec, restartPolicy: 'Never' }));
    rig.run(60 * SECOND);
    expect(rig.pod('p')!.status.phase).toBe('Succeeded');
    expect(rig.eventsOf('p').slice(-2)).toEqual(['Killing', 'Killing']);
    expect(rig.kubelets.podCount).toBe(0);
  });
});

describe('activeDeadlineSeconds', () => {
  it('fails the pod at the first tick of the sync loop after it, with the whole grace', () => {
    const rig = new KubeletRig();
    rig.behaviours.lives = { c: [lifeOf({ stopDelay: SECOND, stopCode: 0 })] };
    rig.create(podNamed('p', { activeDeadlineSeconds: 8 }));
    rig.run(60 * SECOND);
    const { status } = rig.pod('p')!;
    expect(status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    const killed = rig.events.find((one) => one.reason === 'Killing')!.at;
    expect(killed).toBeGreaterThanOrEqual(8 * SECOND);
    expect(killed).toBeLessThan(10 * SECOND + 20_000);
  });
});

import { describe, expect, it } from 'vitest';
import { conditionOf, type Container, type PodSpec } from '../api/pod.ts';
import { container, KubeletRig, lifeOf, podNamed, probedLife } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;

/** The containers that were seen to run, in order, by the first write that shows each. */
function order(rig: KubeletRig): string[] {
  const seen: string[] = [];
  for (const { pod } of rig.versions) {
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    for (const { name, state, restartCount } of statuses) {
      const life = restartCount === 0 ? name : name + '+' + restartCount;
      if (state.running !== undefined && !seen.includes(life)) seen.push(life);
    }
  }
  return seen;
}

function run(spec: Partial<PodSpec>, prepare: (rig: KubeletRig) => void = () => {}, until = 60): KubeletRig {
  const rig = new KubeletRig();
  prepare(rig);
  rig.create(podNamed('p', spec));
  rig.run(until * SECOND);
  return rig;
}

describe('init containers', () => {
  it('run one after the other, each to its end, before the others start', () => {
    const rig = run(
      { initContainers: [container('i1'), container('i2')], containers: [container('a'), container('b')] },
      (r) => {
        r.behaviours.lives = { i1: [lifeOf({ exitAge: 2 * SECOND })], i2: [lifeOf({ exitAge: SECOND / 2 })] };
      },
    );
    expect(order(rig)).toEqual(['i1', 'i2', 'a', 'b']);
    const messages = rig.versions.map(({ pod }) => conditionOf(pod.status.conditions, 'Initialized')?.message);
    expect([...new Set(messages)]).toEqual([
      undefined,
      'containers with incomplete status: [i1 i2]',
      'containers with incomplete status: [i2]',
    ]);
    expect(rig.pod('p')!.status.phase).toBe('Running');
    // An exit is noticed by the next relist, a start at once.
    const second = rig.when('p', (pod) => pod.status.initContainerStatuses?.[1]?.state.running !== undefined)!;
    expect(second).toBeGreaterThan(2.3 * SECOND);
    expect(second).toBeLessThan(3.4 * SECOND);
  });

  it('that fail are tried again through the back-off, the pod stays Pending', () => {
    const rig = run({ initContainers: [container('i')] }, (r) => {
      r.behaviours.lives = { i: [lifeOf({ exitAge: 1, exitCode: 1 })] };
    });
    expect(rig.pod('p')!.status.phase).toBe('Pending');
    expect(rig.pod('p')!.status.initContainerStatuses![0]!.restartCount).toBeGreaterThanOrEqual(3);
    expect(order(rig)).not.toContain('c');
  });

  it('that fail with restartPolicy Never fail the pod; what was to come never ran', () => {
    const rig = run({ restartPolicy: 'Never', initContainers: [container('i')] }, (r) => {
      r.behaviours.lives = { i: [lifeOf({ exitAge: SECOND, exitCode: 1 })] };
    });
    const { status } = rig.pod('p')!;
    expect(status.phase).toBe('Failed');
    expect(status.containerStatuses![0]!.state.waiting!.reason).toBe('PodInitializing');
    expect(rig.kubelets.podCount).toBe(0);
  });
});

describe('sidecars', () => {
  const sidecar = (name: string, given: Partial<Container> = {}): Container =>
    container(name, { restartPolicy: 'Always', ...given });

  it('let the next one start when they have started, and stay', () => {
    const rig = run({ initContainers: [sidecar('s1'), container('i'), sidecar('s2')] }, (r) => {
      r.behaviours.lives = { i: [lifeOf({ exitAge: SECOND })] };
    });
    expect(order(rig)).toEqual(['s1', 'i', 's2', 'c']);
    const { status } = rig.pod('p')!;
    expect(status.initContainerStatuses!.map((one) => one.state.running !== undefined)).toEqual([true, false, true]);
    expect(conditionOf(status.conditions, 'Ready')!.status).toBe('True');
  });

  it('hold the next one back until their startup probe succeeds', () => {
    const startupProbe = { exec: { command: ['up'] }, periodSeconds: 1, failureThreshold: 30 };
    const rig = run({ initContainers: [sidecar('s', { startupProbe })] }, (r) => {
      r.behaviours.lives = {
        s: [
          probedLife([
            [0, false],
            [5 * SECOND, true],
          ]),
        ],
      };
    });
    const at = rig.when('p', (pod) => pod.status.phase === 'Running')!;
    expect(at).toBeGreaterThan(5.3 * SECOND);
    expect(at).toBeLessThan(6.6 * SECOND);
  });

  it('are restarted whatever the pod does meanwhile', () => {
    const rig = run({ initContainers: [sidecar('s'), container('i')] }, (r) => {
      r.behaviours.lives = {
        s: [lifeOf({ exitAge: SECOND, exitCode: 1 }), lifeOf({})],
        i: [lifeOf({ exitAge: 4 * SECOND })],
      };
    });
    expect(order(rig)).toEqual(['s', 'i', 's+1', 'c']);
    expect(rig.pod('p')!.status.phase).toBe('Running');
  });
});

describe('postStart hooks', () => {
  const hooked = container('a', { lifecycle: { postStart: { exec: { command: ['post'] } } } });

  it('hold back the next container and the Running write', () => {
    const rig = run({ containers: [hooked, container('b')] }, (r) => {
      r.behaviours.hooks = { 'a/postStart': { duration: 3 * SECOND, ok: true } };
    });
    const at = rig.when('p', (pod) => pod.status.containerStatuses?.[0]?.state.running !== undefined)!;
    expect(at).toBeGreaterThan(3.3 * SECOND);
    expect(rig.events.filter((one) => one.reason === 'Started').map((one) => one.at)).toEqual([279_500, 3_329_500]);
  });

  it('that fail kill the container, which goes through the back-off', () => {
    const rig = run({ containers: [hooked] }, (r) => {
      r.behaviours.hooks = { 'a/postStart': { duration: SECOND, ok: false } };
    });
    const reasons = rig.versions.map(({ pod }) => pod.status.containerStatuses?.[0]?.state.waiting?.reason);
    expect(reasons).toContain('PostStartHookError');
    expect(rig.eventsOf('p').slice(0, 5)).toEqual(['Pulled', 'Created', 'Started', 'FailedPostStartHook', 'Killing']);
    expect(rig.eventsOf('p')).toContain('BackOff');
  });
});

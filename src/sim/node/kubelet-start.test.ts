import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/pod.ts';
import { KubeletRig, lifeOf, nodeNamed, podNamed } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;

/** A pod as a cluster holds it that has run for two minutes. */
function runningPod(name: string): Pod {
  const since = { lastTransitionTime: -120 * SECOND };
  const condition = (type: string) => ({ type, status: 'True' as const, ...since });
  const pod = podNamed(name, {}, { uid: 'uid-' + name, generation: 1, creationTimestamp: -121 * SECOND });
  return {
    ...pod,
    status: {
      phase: 'Running',
      conditions: [
        condition('DisruptionTarget'),
        condition('PodScheduled'),
        condition('PodReadyToStartContainers'),
        condition('Initialized'),
        condition('ContainersReady'),
        condition('Ready'),
      ],
      podIP: '10.0.0.9',
      hostIP: '172.16.0.1',
      startTime: -120 * SECOND,
      qosClass: 'BestEffort',
      observedGeneration: 1,
      containerStatuses: [
        {
          name: 'c',
          image: 'cached/app:v1',
          ready: true,
          started: true,
          restartCount: 2,
          state: { running: { startedAt: -60 * SECOND } },
          lastState: {
            terminated: { exitCode: 1, reason: 'Error', startedAt: -90 * SECOND, finishedAt: -70 * SECOND },
          },
        },
      ],
    },
  };
}

function cluster(prepare: (rig: KubeletRig) => void): KubeletRig {
  const rig = new KubeletRig({ nodes: [] });
  prepare(rig);
  rig.kubelets.addNode(rig.api.install(nodeNamed('node-1')) as ReturnType<typeof nodeNamed>);
  return rig;
}

describe('a kubelet that starts where pods run already', () => {
  it('takes them over without a write, their addresses and requests counted', () => {
    const rig = cluster(({ api }) => void api.install(runningPod('p')));
    rig.create(podNamed('q'));
    rig.run(10 * SECOND);
    expect(rig.versions.filter((one) => one.pod.metadata.name === 'p' && one.type === 'MODIFIED')).toEqual([]);
    expect(rig.kubelets.kubelet('node-1')!.usage.pods).toBe(2);
    expect(rig.pod('q')!.status.podIP).not.toBe('10.0.0.9');
  });

  it('counts restarts on from where they were', () => {
    const rig = cluster(({ api, behaviours }) => {
      behaviours.lives = { c: [lifeOf({}), lifeOf({}), lifeOf({ exitAge: 65 * SECOND, exitCode: 3 }), lifeOf({})] };
      api.install(runningPod('p'));
    });
    rig.run(30 * SECOND);
    const status = rig.pod('p')!.status.containerStatuses![0]!;
    expect(status.restartCount).toBe(3);
    expect(status.lastState!.terminated).toMatchObject({
      exitCode: 3,
      startedAt: -60 * SECOND,
      finishedAt: 5 * SECOND,
    });
    expect(rig.eventsOf('p')).toEqual(['Pulled', 'Created', 'Started']);
    expect(rig.pod('p')!.status.conditions.map((one) => one.type)).toContain('DisruptionTarget');
  });

  it('ends those that are being deleted', () => {
    const rig = cluster(({ api }) => {
      const pod = runningPod('p');
      api.install({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: 5 * SECOND, deletionGracePeriodSeconds: 30 },
      });
    });
    rig.run(10 * SECOND);
    expect(rig.pod('p')).toBeUndefined();
    expect(rig.kubelets.podCount).toBe(0);
  });

  it('leaves those alone that are through', () => {
    const rig = cluster(({ api }) => {
      const pod = runningPod('p');
      api.install({ ...pod, status: { ...pod.status, phase: 'Succeeded' } });
    });
    rig.run(10 * SECOND);
    expect(rig.kubelets.podCount).toBe(0);
    expect(rig.api.requests).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { conditionOf, isPodReady } from '../api/pod.ts';
import { KubeletRig, podNamed } from '../../../test/doubles/kubelet-rig.ts';

describe('a pod from bind to Running', () => {
  it('goes through Pending, sandbox and Running with three writes, each step in its time', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p'));
    rig.run(5_000_000);
    const writes = rig.versions.map(({ pod }) => [
      pod.status.phase,
      conditionOf(pod.status.conditions, 'PodReadyToStartContainers')?.status,
      conditionOf(pod.status.conditions, 'Ready')?.status,
      pod.status.containerStatuses?.[0]?.state.waiting?.reason,
      pod.status.podIP,
    ]);
    expect(writes).toEqual([
      ['Pending', undefined, undefined, undefined, undefined],
      ['Pending', 'False', 'False', 'ContainerCreating', undefined],
      ['Pending', 'True', 'False', 'ContainerCreating', undefined],
      ['Running', 'True', 'True', undefined, '10.0.0.2'],
    ]);
    // create 4.5 ms, watch 5, admission 20, then the write: delay 10 and 4.5 to the commit.
    const seen = 4_500 + 5_000;
    expect(rig.versions.map((one) => one.at)).toEqual([
      4_500,
      seen + 20_000 + 14_500,
      seen + 20_000 + 200_000 + 14_500,
      seen + 20_000 + 250_000 + 14_500,
    ]);
    expect(rig.eventsOf('p')).toEqual(['Pulled', 'Created', 'Started']);
  });

  it('waits for volumes before the sandbox when a service account token is mounted', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', { automountServiceAccountToken: true }));
    rig.run(5_000_000);
    expect(rig.when('p', isPodReady)).toBe(9_500 + 20_000 + 300_000 + 250_000 + 14_500);
  });

  it('is stopped on deletion and taken away with grace 0', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p'));
    rig.at(8_000_000, () => rig.delete('p'));
    rig.run(30_000_000);
    expect(rig.pod('p')).toBeUndefined();
    expect(rig.kubelets.podCount).toBe(0);
    expect(rig.eventsOf('p')).toEqual(['Pulled', 'Created', 'Started', 'Killing']);
    const last = rig.versions.findLast((one) => one.type === 'MODIFIED')!.pod.status;
    expect(last.phase).toBe('Failed');
    expect(last.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 143, reason: 'Error' });
    expect(rig.engine.pending).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec } from '../api/pod.ts';
import { container, KubeletRig, nodeNamed, podNamed } from '../../../test/doubles/kubelet-rig.ts';

const SECOND = 1_000_000;

function pods(node: Parameters<typeof nodeNamed>[1], ...specs: Partial<PodSpec>[]): KubeletRig {
  const rig = new KubeletRig({ nodes: [nodeNamed('node-1', node)] });
  specs.forEach((spec, i) => rig.at(i * SECOND, () => rig.create(podNamed('p' + i, spec))));
  rig.run(specs.length * SECOND + 5 * SECOND);
  return rig;
}

const requesting = (requests: Record<string, string>): Partial<PodSpec> => ({
  containers: [container('c', { resources: { requests, limits: requests } })],
});

const outcome = (pod: Pod | undefined): [string, string | undefined] => [pod!.status.phase, pod!.status.reason];

describe('the fit check of the node', () => {
  it('refuses for good what does not fit beside the pods that run', () => {
    const rig = pods(
      { cpu: '4', memory: '8Gi', pods: '3' },
      requesting({ cpu: '3' }),
      requesting({ cpu: '1500m' }),
      requesting({ memory: '9Gi' }),
      requesting({ cpu: '500m', memory: '8Gi' }),
      requesting({}),
      requesting({}),
    );
    expect([0, 1, 2, 3, 4, 5].map((i) => outcome(rig.pod('p' + i)))).toEqual([
      ['Running', undefined],
      ['Failed', 'OutOfcpu'],
      ['Failed', 'OutOfmemory'],
      ['Running', undefined],
      ['Running', undefined],
      ['Failed', 'OutOfpods'],
    ]);
    const refused = rig.pod('p1')!.status;
    const why = "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000";
    expect(refused.message).toBe('Pod was rejected: ' + why);
    expect(refused.containerStatuses).toBeUndefined();
    expect(rig.events.filter((one) => one.pod === 'p1')).toMatchObject([{ reason: 'OutOfcpu', message: why }]);
    expect(rig.kubelets.podCount).toBe(3);
  });

  it('counts a pod until its containers have ended', () => {
    const rig = new KubeletRig({ nodes: [nodeNamed('node-1', { cpu: '4', memory: '8Gi', pods: '10' })] });
    rig.create(podNamed('a', requesting({ cpu: '3' })));
    rig.at(5 * SECOND, () => rig.delete('a'));
    rig.at(6 * SECOND, () => rig.create(podNamed('b', requesting({ cpu: '2' }))));
    rig.run(20 * SECOND);
    expect(outcome(rig.pod('b'))).toEqual(['Running', undefined]);
  });

  it('knows extended resources that the node advertises, and lets others pass [REC]', () => {
    const rig = pods(
      { cpu: '4', memory: '8Gi', pods: '10', 'example.com/gpu': '1' },
      requesting({ 'example.com/gpu': '1' }),
      requesting({ 'example.com/gpu': '1' }),
      requesting({ 'example.com/fpga': '1' }),
    );
    expect([0, 1, 2].map((i) => outcome(rig.pod('p' + i)))).toEqual([
      ['Running', undefined],
      ['Failed', 'OutOfexample.com/gpu'],
      ['Running', undefined],
    ]);
  });

  it('looks at host ports, protocol and address included', () => {
    const port = (hostPort: number, given: object = {}): Partial<PodSpec> => ({
      containers: [container('c', { ports: [{ containerPort: 80, hostPort, ...given }] })],
    });
    const rig = pods(
      undefined,
      port(80),
      port(80),
      port(80, { protocol: 'UDP' }),
      port(81, { hostIP: '10.0.0.1' }),
      port(81, { hostIP: '10.0.0.2' }),
    );
    expect([0, 1, 2, 3, 4].map((i) => outcome(rig.pod('p' + i))[1])).toEqual([
      undefined,
      'NodePorts',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('looks at the nodeSelector and at NoExecute taints of the node as it is now', () => {
    const rig = new KubeletRig();
    rig.send({
      verb: 'patch',
      kind: 'Node',
      key: 'node-1',
      patch: {
        metadata: { labels: { disk: 'ssd' } },
        spec: {
          taints: [
            { key: 'a', effect: 'NoExecute' },
            { key: 'b', effect: 'NoSchedule' },
          ],
        },
      },
    });
    const tolerations = [{ key: 'a', operator: 'Exists' as const }];
    rig.at(SECOND, () => {
      rig.create(podNamed('tainted'));
      rig.create(podNamed('tolerant', { tolerations }));
      rig.create(podNamed('ssd', { tolerations, nodeSelector: { disk: 'ssd' } }));
      rig.create(podNamed('hdd', { tolerations, nodeSelector: { disk: 'hdd' } }));
    });
    rig.run(5 * SECOND);
    expect(['tainted', 'tolerant', 'ssd', 'hdd'].map((name) => outcome(rig.pod(name))[1])).toEqual([
      'TaintToleration',
      undefined,
      undefined,
      'NodeAffinity',
    ]);
  });
});

describe('addresses', () => {
  it('belong to the node, are given back, and run out as they do on a real node', () => {
    const node = { ...nodeNamed('node-1'), spec: { podCIDR: '10.9.8.0/29' } };
    const rig = new KubeletRig({ nodes: [node] });
    for (let i = 0; i < 6; i++) rig.create(podNamed('p' + i));
    rig.run(5 * SECOND);
    expect([0, 1, 2, 3, 4].map((i) => rig.pod('p' + i)!.status.podIP)).toEqual([
      '10.9.8.2',
      '10.9.8.3',
      '10.9.8.4',
      '10.9.8.5',
      '10.9.8.6',
    ]);
    expect(rig.pod('p5')!.status.phase).toBe('Pending');
    expect(rig.events.find((one) => one.pod === 'p5')!.reason).toBe('FailedCreatePodSandBox');
    rig.delete('p2');
    rig.run(40 * SECOND);
    expect(rig.pod('p5')!.status).toMatchObject({ phase: 'Running', podIP: '10.9.8.4' });
  });

  it('are the host’s own with hostNetwork', () => {
    const rig = new KubeletRig();
    rig.create(podNamed('p', { hostNetwork: true }));
    rig.run(5 * SECOND);
    const { podIP, hostIP } = rig.pod('p')!.status;
    expect(podIP).toBe(hostIP);
    expect(hostIP).toBe('172.16.0.1');
  });
});

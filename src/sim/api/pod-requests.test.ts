import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LABELS } from './meta.ts';
import {
  nonZeroRequests,
  podLimits,
  podRequests,
  podRequestsOnNode,
  resourcesOf,
  type Resources,
} from './pod-requests.ts';
import type { Container, Pod, PodSpec, PodStatus } from './pod.ts';

function pod(spec: PodSpec, status: Partial<PodStatus> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'default',
      uid: 'u',
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec,
    status: { phase: 'Pending', conditions: [], ...status },
  };
}

function container(name: string, requests?: Record<string, string>, extra: Partial<Container> = {}): Container {
  return { name, image: 'i', ...(requests === undefined ? {} : { resources: { requests } }), ...extra };
}
const sidecar = { restartPolicy: 'Always' } as const;

describe('what a pod requests', () => {
  it('is the sum of its containers', () => {
    const spec = { containers: [container('a', { cpu: '100m', memory: '1Mi' }), container('b', { cpu: '1' })] };
    expect(podRequests({ spec })).toMatchObject({ milliCpu: 1100, memoryBytes: 1024 * 1024, pods: 0 });
  });

  it('is raised by the init container that needs the most beside the sidecars before it', () => {
    const spec: PodSpec = {
      initContainers: [
        container('early', { cpu: '3', memory: '10' }),
        container('proxy', { cpu: '1' }, sidecar),
        container('late', { cpu: '2500m' }),
      ],
      containers: [container('main', { cpu: '2', memory: '5' })],
    };
    // Running together: 2 + 1. Starting up: 3; then 1; then 2.5 + 1.
    expect(podRequests({ spec })).toMatchObject({ milliCpu: 3500, memoryBytes: 10 });
  });

  it('adds exactly and rounds once', () => {
    const spec = { containers: [container('a', { memory: '100m' }), container('b', { memory: '100m' })] };
    expect(podRequests({ spec }).memoryBytes).toBe(1);
  });

  it('takes what is set for the pod as a whole in place of the sum, and adds the overhead', () => {
    const spec: PodSpec = {
      containers: [container('a', { cpu: '1', memory: '1Mi', 'example.com/gpu': '2' })],
      resources: { requests: { cpu: '4', 'example.com/gpu': '7' } },
      overhead: { cpu: '250m' },
    };
    const requests = podRequests({ spec });
    expect(requests).toMatchObject({ milliCpu: 4250, memoryBytes: 1024 * 1024 });
    expect([...requests.scalar]).toEqual([['example.com/gpu', 2]]);
  });

  it('is derived once for all pods that share a spec', () => {
    const spec = { containers: [container('a', { cpu: '1' }), container('b')] };
    expect(podRequests(pod(spec))).toBe(podRequests(pod(spec)));
    expect(podRequestsOnNode(pod(spec))).toBe(podRequests(pod(spec)));
  });

  it('counts only resources the scheduler knows', () => {
    const spec = {
      containers: [container('a', { foo: '1', 'hugepages-2Mi': '4Mi', 'requests.a/b': '1', 'a.kubernetes.io/b': '3' })],
    };
    expect([...podRequests({ spec }).scalar]).toEqual([
      ['a.kubernetes.io/b', 3],
      ['hugepages-2Mi', 4 * 1024 * 1024],
    ]);
  });

  it('equals the largest total at any moment of the pod’s life', () => {
    const amounts = fc.nat({ max: 20 });
    const inits = fc.array(fc.record({ cpu: amounts, isSidecar: fc.boolean() }), { maxLength: 5 });
    fc.assert(
      fc.property(inits, fc.array(amounts, { minLength: 1, maxLength: 4 }), (starting, running) => {
        const spec: PodSpec = {
          initContainers: starting.map((each, index) =>
            container(`i${index}`, { cpu: `${each.cpu}` }, each.isSidecar ? sidecar : {}),
          ),
          containers: running.map((cpu, index) => container(`c${index}`, { cpu: `${cpu}` })),
        };
        // Played through: which containers run at each moment.
        let kept = 0;
        let most = 0;
        for (const each of starting) {
          most = Math.max(most, kept + each.cpu);
          if (each.isSidecar) kept += each.cpu;
        }
        most = Math.max(most, kept + running.reduce((sum, cpu) => sum + cpu, 0));
        expect(podRequests({ spec }).milliCpu).toBe(most * 1000);
      }),
    );
  });
});

describe('what a pod counts for on its node', () => {
  const spec = { containers: [container('a', { cpu: '2' }), container('b', { cpu: '1' })] };
  const statuses = (cpu: string, allocated: string): Partial<PodStatus> => ({
    containerStatuses: [
      {
        name: 'a',
        image: 'i',
        ready: true,
        started: true,
        restartCount: 0,
        state: {},
        resources: { requests: { cpu } },
        allocatedResources: { cpu: allocated },
      },
    ],
  });

  it('is the most of asked, allocated and in force while a resize is under way', () => {
    expect(podRequestsOnNode(pod(spec, statuses('3', '2'))).milliCpu).toBe(4000);
    expect(podRequestsOnNode(pod(spec, statuses('1', '5'))).milliCpu).toBe(6000);
    expect(podRequestsOnNode(pod(spec, statuses('1', '1'))).milliCpu).toBe(3000);
    expect(podRequests(pod(spec, statuses('3', '2'))).milliCpu).toBe(3000);
  });

  it('forgets what was asked for when the resize is infeasible', () => {
    const conditions = [{ type: 'PodResizePending', status: 'True' as const, reason: 'Infeasible' }];
    expect(podRequestsOnNode(pod(spec, { ...statuses('1', '1'), conditions })).milliCpu).toBe(2000);
  });
});

describe('what scoring counts', () => {
  const MIB = 1024 * 1024;

  it('fills in what a container does not name, but not an explicit zero', () => {
    const spec = { containers: [container('a', { cpu: '0' }), container('b', { memory: '1Mi' })] };
    expect(nonZeroRequests(pod(spec))).toEqual({ milliCpu: 100, memoryBytes: 201 * MIB });
    expect(nonZeroRequests(pod({ containers: [container('a')] }))).toEqual({ milliCpu: 100, memoryBytes: 200 * MIB });
  });

  it('fills in per container what a pod with resources of its own has nowhere', () => {
    const containers = [container('a'), container('b'), container('c')];
    expect(nonZeroRequests(pod({ containers, resources: { requests: { cpu: '1' } } }))).toEqual({
      milliCpu: 1000,
      memoryBytes: 600 * MIB,
    });
    const one = [container('a', { memory: '1Mi' }), container('b')];
    expect(nonZeroRequests(pod({ containers: one, resources: { requests: { cpu: '1' } } }))).toEqual({
      milliCpu: 1000,
      memoryBytes: MIB,
    });
  });
});

describe('lists of resources', () => {
  it('become numbers, rounded up', () => {
    const expected: Resources = {
      milliCpu: 1501,
      memoryBytes: 1,
      ephemeralStorageBytes: 1024,
      pods: 110,
      scalar: new Map([['example.com/gpu', 8]]),
    };
    const list = {
      cpu: '1500100u',
      memory: '1m',
      'ephemeral-storage': '1Ki',
      pods: '110',
      'example.com/gpu': '8',
      other: '3',
    };
    expect(resourcesOf(list)).toEqual(expected);
    expect(resourcesOf(list)).toBe(resourcesOf(list));
  });

  it('sum limits as they sum requests', () => {
    const limited = (cpu: string): Container => ({ name: 'c', image: 'i', resources: { limits: { cpu } } });
    expect(podLimits({ spec: { containers: [limited('1'), limited('2')] } }).milliCpu).toBe(3000);
  });
});

it('the short way for a single container comes to what the long way comes to', () => {
  const amounts = fc.constantFrom('0', '1', '250m', '0.1m', '1Gi', '100m', '1e3');
  const lists = fc.dictionary(fc.constantFrom('cpu', 'memory', 'ephemeral-storage', 'pods', 'a/b'), amounts);
  fc.assert(
    fc.property(lists, (requests) => {
      const short = { containers: [container('a', requests)] };
      // An overhead of nothing changes nothing, but the way.
      const long = { ...short, overhead: {} };
      expect(podRequests({ spec: short })).toEqual(podRequests({ spec: long }));
      expect(nonZeroRequests(pod(short))).toEqual(nonZeroRequests(pod(long)));
    }),
  );
});

import { describe, expect, test } from 'vitest';
import { finalScores, putNode, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { Container, PodSpec, ResourceList } from '../../../sim/api/pod.ts';

const GIB = 'Gi';

function container(requests: ResourceList | undefined, more: Partial<Container> = {}): Container {
  return { name: 'c', image: 'i', ...(requests === undefined ? {} : { resources: { requests } }), ...more };
}

function pod(requests: ResourceList | undefined, more: Partial<PodSpec> = {}) {
  return podOf('p', { spec: { containers: [container(requests)], ...more } });
}

function fitWorld(
  args: object | undefined,
  allocatable: ResourceList,
  ...used: (ResourceList | undefined)[]
): SchedulingWorld {
  const pluginConfig = args === undefined ? [] : [{ name: 'NodeResourcesFit', args }];
  const world = new SchedulingWorld({
    configuration: { profiles: [{ schedulerName: 'default-scheduler', pluginConfig }] },
  });
  putNode(world, 'n', { allocatable });
  used.forEach((requests, i) => world.pod(`u${i}`, { node: 'n', spec: { containers: [container(requests)] } }));
  return world;
}

const NODE: ResourceList = {
  cpu: '4',
  memory: `16${GIB}`,
  pods: '110',
  'ephemeral-storage': '10Gi',
  'example.com/gpu': '2',
};

/** What Filter says of a pod on a node in which others use something. */
function fits(
  requests: ResourceList | undefined,
  used: ResourceList,
  more: Partial<PodSpec> = {},
  args?: object,
): unknown {
  return (verdicts(fitWorld(args, NODE, used), 'NodeResourcesFit', pod(requests, more)) as Record<string, string>)['n'];
}

describe('NodeResourcesFit Filter (sheet 3.8)', () => {
  test.each<[string, ResourceList | undefined, ResourceList, string]>([
    ['exactly what is free', { cpu: '1', memory: `8${GIB}` }, { cpu: '3', memory: `8${GIB}` }, 'ok'],
    ['one thousandth too much', { cpu: '1001m' }, { cpu: '3' }, 'Unschedulable: Insufficient cpu'],
    ['fractions of a thousandth round up', { cpu: '1000001u' }, { cpu: '3' }, 'Unschedulable: Insufficient cpu'],
    ['one byte too much', { memory: '8589934593' }, { memory: `8${GIB}` }, 'Unschedulable: Insufficient memory'],
    [
      'every lack is told',
      { cpu: '2', memory: `9${GIB}` },
      { cpu: '3', memory: `8${GIB}` },
      'Unschedulable: Insufficient cpu: Insufficient memory',
    ],
    ['more than the node has is unresolvable', { cpu: '5' }, {}, 'UnschedulableAndUnresolvable: Insufficient cpu'],
    [
      'one unresolvable lack decides',
      { cpu: '5', memory: `9${GIB}` },
      { memory: `8${GIB}` },
      'UnschedulableAndUnresolvable: Insufficient cpu: Insufficient memory',
    ],
    [
      'ephemeral storage',
      { 'ephemeral-storage': '6Gi' },
      { 'ephemeral-storage': '5Gi' },
      'Unschedulable: Insufficient ephemeral-storage',
    ],
    [
      'extended resources',
      { 'example.com/gpu': '2' },
      { 'example.com/gpu': '1' },
      'Unschedulable: Insufficient example.com/gpu',
    ],
    [
      'a scalar resource the node does not list',
      { 'hugepages-2Mi': '2Mi' },
      {},
      'UnschedulableAndUnresolvable: Insufficient hugepages-2Mi',
    ],
    [
      'scalar lacks stand by name',
      { 'vendor.io/nic': '1', 'example.com/fpga': '1' },
      {},
      'UnschedulableAndUnresolvable: Insufficient example.com/fpga: Insufficient vendor.io/nic',
    ],
    ['an amount of 0 never lacks', { cpu: '0', 'vendor.io/nic': '0' }, { cpu: '9' }, 'ok'],
    [
      'on an overcommitted node a positive request fails',
      { cpu: '1m' },
      { cpu: '9' },
      'Unschedulable: Insufficient cpu',
    ],
    ['and none passes', undefined, { cpu: '9' }, 'ok'],
    ['a resource of no known kind is ignored', { foo: '1' }, {}, 'ok'],
  ])('%s', (_what, requests, used, expected) => {
    expect(fits(requests, used)).toBe(expected);
  });

  test('the number of pods: resolvable, and told first', () => {
    const world = fitWorld(undefined, { cpu: '1', memory: '1Gi', pods: '1' }, undefined);
    expect(verdicts(world, 'NodeResourcesFit', pod(undefined))).toEqual({ n: 'Unschedulable: Too many pods' });
    expect(verdicts(world, 'NodeResourcesFit', pod({ cpu: '2' }))).toEqual({
      n: 'UnschedulableAndUnresolvable: Too many pods: Insufficient cpu',
    });
  });

  test('a node that says nothing of pods takes none', () => {
    const world = fitWorld(undefined, { cpu: '1' });
    expect(verdicts(world, 'NodeResourcesFit', pod(undefined))).toEqual({ n: 'Unschedulable: Too many pods' });
  });

  test('init containers: the largest of them beside the sidecars before it, or all that run together', () => {
    const sidecar = container({ cpu: '1' }, { name: 's', restartPolicy: 'Always' });
    const init = container({ cpu: '3' }, { name: 'i' });
    expect(fits({ cpu: '1' }, {}, { initContainers: [init] })).toBe('ok');
    expect(fits({ cpu: '1' }, {}, { initContainers: [sidecar, init] })).toBe('ok');
    expect(fits({ cpu: '1' }, { cpu: '1m' }, { initContainers: [sidecar, init] })).toBe(
      'Unschedulable: Insufficient cpu',
    );
    expect(fits({ cpu: '1' }, { cpu: '1' }, { initContainers: [init, sidecar] })).toBe('ok');
  });

  test('overhead is added, pod-level requests take the place of the sum', () => {
    expect(fits({ cpu: '3' }, {}, { overhead: { cpu: '1001m' } })).toBe(
      'UnschedulableAndUnresolvable: Insufficient cpu',
    );
    expect(fits({ cpu: '9' }, {}, { resources: { requests: { cpu: '4' } } })).toBe('ok');
    expect(fits({ cpu: '1' }, {}, { resources: { requests: { cpu: '4' } }, overhead: { cpu: '1m' } })).toBe(
      'UnschedulableAndUnresolvable: Insufficient cpu',
    );
    expect(fits({ memory: '17Gi' }, {}, { resources: { requests: { cpu: '4' } } })).toBe(
      'UnschedulableAndUnresolvable: Insufficient memory',
    );
  });

  test('a pod in the middle of a resize counts for the most it may use', () => {
    const world = fitWorld(undefined, NODE);
    world.pod('resizing', {
      node: 'n',
      spec: { containers: [container({ cpu: '1' })] },
      status: {
        containerStatuses: [
          {
            name: 'c',
            image: 'i',
            ready: true,
            started: true,
            restartCount: 0,
            state: {},
            resources: { requests: { cpu: '3' } },
            allocatedResources: { cpu: '2' },
          },
        ],
      },
    });
    expect(verdicts(world, 'NodeResourcesFit', pod({ cpu: '1' }))).toEqual({ n: 'ok' });
    expect(verdicts(world, 'NodeResourcesFit', pod({ cpu: '1001m' }))).toEqual({
      n: 'Unschedulable: Insufficient cpu',
    });
  });

  test('ignored resources and groups: extended ones alone', () => {
    const gpu = { 'example.com/gpu': '9' };
    expect(fits(gpu, {}, {}, { ignoredResources: ['example.com/gpu'] })).toBe('ok');
    expect(fits(gpu, {}, {}, { ignoredResourceGroups: ['example.com'] })).toBe('ok');
    expect(fits(gpu, {}, {}, { ignoredResourceGroups: ['other.com'] })).toContain('Insufficient');
    expect(fits({ cpu: '9' }, {}, {}, { ignoredResources: ['cpu'] })).toContain('Insufficient cpu');
    expect(fits({ 'kubernetes.io/x': '1' }, {}, {}, { ignoredResourceGroups: ['kubernetes.io'] })).toContain(
      'Insufficient',
    );
  });
});

/** The Fit score of a pod on a node of 4 CPUs and 16 GiB. */
function score(
  strategy: object | undefined,
  requests: ResourceList | undefined,
  used: ResourceList[],
  more: Partial<PodSpec> = {},
  allocatable: ResourceList = NODE,
): unknown {
  const world = fitWorld(strategy === undefined ? undefined : { scoringStrategy: strategy }, allocatable, ...used);
  return (finalScores(world, 'NodeResourcesFit', pod(requests, more)) as Record<string, number>)['n'];
}

const LEAST = { type: 'LeastAllocated' };
const MOST = { type: 'MostAllocated' };

describe('NodeResourcesFit Score: LeastAllocated and MostAllocated (sheet 3.8, appendix A)', () => {
  test.each<[string, ResourceList | undefined, ResourceList[], number, number]>([
    ['without requests: 100m and 200 MiB are filled in', undefined, [], 97, 1],
    ['500m and 512Mi', { cpu: '500m', memory: '512Mi' }, [], 91, 7],
    ['more CPU than there is', { cpu: '1', memory: '1Gi' }, [{ cpu: '3500m', memory: '8Gi' }], 21, 78],
    ['an uneven node', { cpu: '1333m', memory: '3Gi' }, [{ memory: '4Gi', cpu: '0' }], 61, 38],
    ['an explicit 0 stays 0', { cpu: '0', memory: '0' }, [], 100, 0],
  ])('%s', (_what, requests, used, least, most) => {
    expect(score(undefined, requests, used)).toBe(least);
    expect(score(LEAST, requests, used)).toBe(least);
    expect(score(MOST, requests, used)).toBe(most);
  });

  test('weights; weight 0 counts 1', () => {
    const resources = [{ name: 'cpu', weight: 3 }, { name: 'memory' }];
    expect(score({ ...LEAST, resources }, { cpu: '2', memory: '0' }, [])).toBe(62);
    expect(score({ ...MOST, resources }, { cpu: '2', memory: '0' }, [])).toBe(37);
  });

  test('a scalar resource counts where the pod asks for it and the node has it', () => {
    const resources = [
      { name: 'cpu', weight: 1 },
      { name: 'example.com/gpu', weight: 1 },
      { name: 'vendor.io/nic', weight: 1 },
    ];
    const gpu = { cpu: '2', 'example.com/gpu': '1' };
    expect(score({ ...LEAST, resources }, { cpu: '2' }, [])).toBe(50);
    expect(score({ ...LEAST, resources }, gpu, [])).toBe(50);
    expect(score({ ...MOST, resources }, gpu, [{ cpu: '0', 'example.com/gpu': '1' }])).toBe(75);
    expect(score({ ...MOST, resources }, { ...gpu, 'vendor.io/nic': '1' }, [])).toBe(50);
  });

  test('a node that has none of the resources scores 0', () => {
    expect(score(LEAST, { cpu: '1' }, [], {}, { pods: '9' })).toBe(0);
  });

  test('pod-level requests are not looked at for the incoming pod, but for those on the node', () => {
    const level = { resources: { requests: { cpu: '4', memory: '16Gi' } } };
    expect(score(LEAST, { cpu: '1', memory: '4Gi' }, [], level)).toBe(75);
    const world = fitWorld(undefined, NODE);
    world.pod('u', { node: 'n', spec: { containers: [container({ cpu: '1', memory: '4Gi' })], ...level } });
    expect(finalScores(world, 'NodeResourcesFit', pod({ cpu: '0', memory: '0' }))).toEqual({ n: 0 });
  });

  test('every container without a request is filled in, init containers too', () => {
    const two = { containers: [container({}), container({})] };
    expect(score(MOST, undefined, [], two, { cpu: '1', memory: '2000Mi', pods: '9' })).toBe(20);
    const init = { initContainers: [container({ cpu: '300m' }), container({}, { restartPolicy: 'Always' })] };
    expect(score({ ...MOST, resources: [{ name: 'cpu', weight: 1 }] }, {}, [], init, { cpu: '1', pods: '9' })).toBe(30);
  });

  test('amounts beyond 2^53 / 100 are exact', () => {
    const huge = { cpu: '1', memory: '90071992547409', pods: '9' };
    const resources = [{ name: 'memory', weight: 1 }];
    expect(score({ ...LEAST, resources }, { memory: '900719925475' }, [], {}, huge)).toBe(98);
    expect(score({ ...LEAST, resources }, { memory: '900719925474' }, [], {}, huge)).toBe(99);
  });
});

describe('NodeResourcesFit Score: RequestedToCapacityRatio (sheet 3.8)', () => {
  const ratio = (...shape: [number, number][]) => ({
    type: 'RequestedToCapacityRatio',
    requestedToCapacityRatio: { shape: shape.map(([utilization, value]) => ({ utilization, score: value })) },
  });

  test('a rising line packs, a falling one spreads', () => {
    expect(score(ratio([0, 0], [100, 10]), { cpu: '1', memory: '8Gi' }, [])).toBe(38);
    expect(score(ratio([0, 10], [100, 0]), { cpu: '1', memory: '8Gi' }, [])).toBe(63);
  });

  test('truncation toward zero makes falling parts round up', () => {
    const cpu = { resources: [{ name: 'cpu', weight: 1 }] };
    expect(score({ ...ratio([0, 0], [30, 10]), ...cpu }, { cpu: '400m' }, [])).toBe(33);
    expect(score({ ...ratio([0, 10], [30, 0]), ...cpu }, { cpu: '400m' }, [])).toBe(67);
  });

  test('level before the first and after the last point; too much counts as full', () => {
    const cpu = { resources: [{ name: 'cpu', weight: 1 }] };
    const shape = ratio([40, 2], [60, 8]);
    expect(score({ ...shape, ...cpu }, { cpu: '400m' }, [])).toBe(20);
    expect(score({ ...shape, ...cpu }, { cpu: '2' }, [])).toBe(50);
    expect(score({ ...shape, ...cpu }, { cpu: '3' }, [])).toBe(80);
    expect(score({ ...ratio([0, 0], [99, 5], [100, 10]), ...cpu }, { cpu: '3' }, [{ cpu: '3' }])).toBe(100);
  });

  test('resources that score 0 are left out, and the mean is rounded', () => {
    const resources = [
      { name: 'cpu', weight: 1 },
      { name: 'memory', weight: 2 },
    ];
    expect(score({ ...ratio([0, 0], [100, 10]), resources }, { cpu: '2', memory: '0' }, [])).toBe(50);
    expect(score({ ...ratio([0, 0], [100, 10]), resources }, { cpu: '2', memory: '4Gi' }, [])).toBe(33);
    expect(score({ ...ratio([0, 0], [100, 10]), resources }, { cpu: '0', memory: '0' }, [])).toBe(0);
  });
});

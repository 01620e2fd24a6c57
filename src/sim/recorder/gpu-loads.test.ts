import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { makeNode, makePod } from '../../../test/doubles/objects.ts';
import type { Change } from '../api/change.ts';
import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import { addFragmentation, FRAGMENTATION_PARTS, fragmentation, noFragmentation } from '../gpu/fragmentation.ts';
import { GpuNode } from '../gpu/gpu-node.ts';
import type { GpuRequest } from '../gpu/gpu-request.ts';
import { typicalPods } from '../gpu/typical-pods.ts';
import { GpuLoads, type GpuState } from './gpu-loads.ts';

const SECOND = 1_000_000;

function nodeWith(name: string, model: string, gpus: number, cores: number): Node {
  const node = makeNode(name, { labels: { 'alibabacloud.com/gpu-card-model': model } });
  const allocatable = { cpu: String(cores), memory: '64Gi', pods: '110', 'alibabacloud.com/gpu-count': String(gpus) };
  return { ...node, status: { ...node.status, allocatable } };
}

function podAsking(name: string, { milliCpu, gpus, milliGpu, models }: GpuRequest): Pod {
  const annotations = {
    'alibabacloud.com/gpu-count': String(gpus),
    'alibabacloud.com/gpu-milli': String(milliGpu),
    ...(models.length === 0 ? {} : { 'alibabacloud.com/gpu-card-model': models.join('|') }),
  };
  const containers = [{ name: 'c', image: 'a:1', resources: { requests: { cpu: `${milliCpu}m` } } }];
  const pod = makePod(name, { containers } as never, { annotations });
  return { ...pod, metadata: { ...pod.metadata, uid: name } };
}

function boundTo(pod: Pod, nodeName: string, devices: readonly number[]): Pod {
  const annotations = { ...pod.metadata.annotations, 'alibabacloud.com/gpu-index': devices.join('-') };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, nodeName } };
}

const phased = (pod: Pod, phase: Pod['status']['phase']): Pod => ({ ...pod, status: { ...pod.status, phase } });
const added = (object: Pod): Change<'Pod'> => ({ type: 'ADDED', object, previous: undefined });
const modified = (object: Pod): Change<'Pod'> => ({ type: 'MODIFIED', object, previous: object });
const deleted = (object: Pod): Change<'Pod'> => ({ type: 'DELETED', object, previous: object });

describe('the devices of a cluster', () => {
  it('are nothing where no node has any', () => {
    const loads = new GpuLoads();
    loads.addNode(makeNode('n'), 0);
    loads.observe(added(podAsking('p', { milliCpu: 1, memoryBytes: 0, gpus: 1, milliGpu: 500, models: [] })), 0);
    expect([loads.state(), loads.finish(SECOND)]).toEqual([undefined, undefined]);
  });

  it('a known answer, worked out by hand', () => {
    const loads = new GpuLoads();
    loads.addNode(nodeWith('n', 'T4', 2, 10), 0);
    const pod = podAsking('p', { milliCpu: 2_000, memoryBytes: 0, gpus: 1, milliGpu: 600, models: [] });
    loads.observe(added(pod), 0);
    // The only pod ever asked for would find both devices.
    expect(loads.state()).toEqual({
      allocatable: 2_000,
      allocated: 0,
      left: { ...noFragmentation(), satisfied: 2_000 },
    });
    const bound = boundTo(pod, 'n', [0]);
    loads.observe(modified(bound), 6 * SECOND);
    // 400 of the first device serve no other such pod.
    const left = { ...noFragmentation(), satisfied: 1_000, lackGpu: 400 };
    expect(loads.state()).toEqual({ allocatable: 2_000, allocated: 600, left });
    loads.observe(modified(phased(bound, 'Succeeded')), 8 * SECOND);
    expect(loads.finish(10 * SECOND)).toEqual({
      allocatable: 20_000 * SECOND,
      allocated: 1_200 * SECOND,
      left: { ...noFragmentation(), satisfied: 18_000 * SECOND, lackGpu: 800 * SECOND },
    });
  });

  it('whole devices of a device plugin are taken whole, whatever the annotations say', () => {
    const loads = new GpuLoads();
    const node = makeNode('n');
    const allocatable = { cpu: '10', memory: '64Gi', pods: '110', 'nvidia.com/gpu': '2' };
    loads.addNode({ ...node, status: { ...node.status, allocatable } }, 0);
    const asking = podAsking('p', { milliCpu: 0, memoryBytes: 0, gpus: 1, milliGpu: 600, models: [] });
    const requests = { 'nvidia.com/gpu': '1' };
    const spec = {
      ...asking.spec,
      containers: [{ ...asking.spec.containers[0]!, resources: { requests } }],
      nodeName: 'n',
    };
    loads.observe(added({ ...asking, spec } as never), 0);
    expect(loads.state()).toMatchObject({ allocatable: 2_000, allocated: 1_000 });
  });
});

const request = fc.record({
  milliCpu: fc.constantFrom(1_000, 4_000, 9_000),
  memoryBytes: fc.constant(0),
  gpus: fc.constantFrom(0, 1, 1, 1, 2),
  milliGpu: fc.constantFrom(200, 500, 1_000),
  models: fc.constantFrom<readonly string[]>([], [], ['T4'], ['A10', 'T4']),
});
const step = fc.record({ after: fc.integer({ min: 0, max: 5 }), pod: fc.nat(), node: fc.nat(2), device: fc.nat() });

const NODES = [
  { name: 'a', model: 'T4', gpus: 2, cores: 16 },
  { name: 'b', model: 'A10', gpus: 4, cores: 12 },
  { name: 'c', model: '', gpus: 1, cores: 8 },
];

/** Everything anew from the pods that hold devices now. */
function counted(
  held: readonly { node: number; ask: GpuRequest; devices: readonly number[] }[],
  seen: GpuRequest[],
): GpuState {
  const nodes = NODES.map(
    ({ cores, ...spec }) => new GpuNode({ ...spec, milliCpu: cores * 1_000, memoryBytes: 0, pods: 110 }),
  );
  for (const { node, ask, devices } of held) nodes[node]!.add(ask, devices);
  // Counted anew when twice as many pods have been seen.
  let known = 0;
  for (let count = 1; count <= seen.length; count *= 2) known = count;
  const typical = typicalPods(seen.slice(0, known));
  const left = noFragmentation();
  for (const node of nodes) addFragmentation(left, fragmentation(node, typical), 1);
  const free = nodes.flatMap((node) => node.left).reduce((a, b) => a + b, 0);
  return { allocatable: 7_000, allocated: 7_000 - free, left };
}

test.prop([fc.array(request, { minLength: 1, maxLength: 12 }), fc.array(step, { maxLength: 40 })])(
  'state and time means are those of a count from the beginning after every change',
  (requests, steps) => {
    const asks = requests.map((one) => ({
      ...one,
      milliGpu: one.gpus === 1 ? one.milliGpu : one.gpus === 0 ? 0 : 1_000,
    }));
    const loads = new GpuLoads();
    for (const { name, model, gpus, cores } of NODES) loads.addNode(nodeWith(name, model, gpus, cores), 0);
    const pods: { stage: number; object: Pod }[] = asks.map((ask, i) => ({
      stage: 0,
      object: podAsking(`p${i}`, ask),
    }));
    const held = new Map<number, { node: number; ask: GpuRequest; devices: readonly number[] }>();
    const seen: GpuRequest[] = [];
    let at = 0;
    let before = counted([], []);
    const sums = { allocatable: 0, allocated: 0, left: noFragmentation() };
    const pass = (micros: number): void => {
      sums.allocatable += before.allocatable * micros;
      sums.allocated += before.allocated * micros;
      addFragmentation(sums.left, before.left, micros);
      at += micros;
    };
    for (const { after, pod, node, device } of steps) {
      const index = pod % pods.length;
      const one = pods[index]!;
      const ask = asks[index]!;
      pass(after * SECOND);
      if (one.stage === 0) {
        seen.push(ask);
        loads.observe(added(one.object), at);
      } else if (one.stage === 1) {
        const first = device % NODES[node]!.gpus;
        const devices = [...Array(ask.gpus).keys()]
          .map((i) => (first + i) % NODES[node]!.gpus)
          .filter((d, i, all) => all.indexOf(d) === i);
        one.object = boundTo(one.object, NODES[node]!.name, devices);
        held.set(index, { node, ask, devices });
        loads.observe(modified(one.object), at);
      } else if (one.stage === 2) {
        loads.observe(modified(phased(one.object, 'Running')), at);
      } else if (one.stage === 3) {
        held.delete(index);
        loads.observe(device % 2 === 0 ? deleted(one.object) : modified(phased(one.object, 'Failed')), at);
      }
      one.stage++;
      before = counted([...held.values()], seen);
      expectClose(loads.state()!, before);
    }
    pass(SECOND);
    expectClose(loads.finish(at)!, sums);
  },
);

function expectClose(state: GpuState, expected: GpuState): void {
  expect([state.allocatable, state.allocated]).toEqual([expected.allocatable, expected.allocated]);
  for (const part of FRAGMENTATION_PARTS) {
    expect(Math.abs(state.left[part] - expected.left[part])).toBeLessThanOrEqual(1e-9 * expected.allocatable);
  }
}

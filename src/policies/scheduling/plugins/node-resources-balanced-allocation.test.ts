import { describe, expect, test } from 'vitest';
import { putNode, scores } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { PodSpec, ResourceList } from '../../../sim/api/pod.ts';
import { balance } from './node-resources-balanced-allocation.ts';

const NODE: ResourceList = { cpu: '4', memory: '16Gi', pods: '110', 'example.com/gpu': '4' };
const THREE = ['cpu', 'memory', 'example.com/gpu'];

function spec(requests: ResourceList): Partial<PodSpec> {
  return { containers: [{ name: 'c', image: 'i', resources: { requests } }] };
}

function scored(
  requests: ResourceList,
  used: ResourceList = {},
  resources?: readonly string[],
  more: Partial<PodSpec> = {},
  allocatable: ResourceList = NODE,
): unknown {
  const args = { resources: resources?.map((name) => ({ name, weight: 1 })) };
  const pluginConfig = resources === undefined ? [] : [{ name: 'NodeResourcesBalancedAllocation', args }];
  const world = new SchedulingWorld({
    configuration: { profiles: [{ schedulerName: 'default-scheduler', pluginConfig }] },
  });
  putNode(world, 'n', { allocatable });
  if (Object.keys(used).length > 0) world.pod('u', { node: 'n', spec: spec(used) });
  const all = scores(world, 'NodeResourcesBalancedAllocation', podOf('p', { spec: { ...spec(requests), ...more } }));
  return typeof all === 'string' ? all : all['n']![0];
}

describe('NodeResourcesBalancedAllocation (sheet 3.9)', () => {
  test('how even shares are', () => {
    expect(balance([])).toBe(100);
    expect(balance([0.3])).toBe(100);
    expect(balance([1, 0])).toBe(50);
    expect(balance([0.5, 0.5])).toBe(100);
    expect(balance([1, 0, 0])).toBe(52);
    expect(balance([0.25, 0.5, 0.75])).toBe(79);
  });

  test('golden vectors (appendix A)', () => {
    expect(scored({ cpu: '500m', memory: '512Mi' })).toBe(72);
    expect(scored({ cpu: '1', memory: '1Gi' }, { cpu: '3500m', memory: '8Gi' })).toBe(73);
    expect(scored({ cpu: '1333m', memory: '3Gi' }, { memory: '4Gi' })).toBe(78);
    expect(scored({ cpu: '1', memory: '0', 'example.com/gpu': '1' }, { cpu: '1', memory: '8Gi' }, THREE)).toBe(79);
  });

  test('75 when nothing changes, more for better, less for worse', () => {
    expect(scored({ cpu: '1', memory: '4Gi' })).toBe(75);
    expect(scored({ cpu: '4' }, { memory: '16Gi' })).toBe(100);
    expect(scored({ cpu: '4' })).toBe(50);
  });

  test('skips a pod that asks for none of the resources', () => {
    expect(scored({})).toBe('Skip');
    expect(scored({ cpu: '0', memory: '0' })).toBe('Skip');
    expect(scored({ 'example.com/gpu': '1' })).toBe('Skip');
    expect(scored({ memory: '1Gi' }, {}, ['cpu'])).toBe('Skip');
  });

  test('requests are not filled in, pod-level ones count', () => {
    expect(scored({ cpu: '2', memory: '0' })).toBe(62);
    expect(scored({ cpu: '1' }, {}, undefined, { resources: { requests: { cpu: '2', memory: '8Gi' } } })).toBe(75);
  });

  test('a scalar resource that the pod does not ask for is left out, even when it is in use', () => {
    expect(scored({ cpu: '1', memory: '4Gi' }, { 'example.com/gpu': '4' }, THREE)).toBe(75);
    expect(scored({ cpu: '1', memory: '4Gi', 'example.com/gpu': '0' }, { 'example.com/gpu': '4' }, THREE)).toBe(75);
  });

  test('a resource the node does not have is left out; one alone is always balanced', () => {
    expect(scored({ cpu: '1', memory: '4Gi' }, {}, undefined, {}, { cpu: '4', pods: '9' })).toBe(75);
    expect(scored({ cpu: '1' }, {}, ['cpu'])).toBe(75);
  });

  test('more than there is counts as full', () => {
    expect(scored({ cpu: '9', memory: '16Gi' })).toBe(75);
  });
});

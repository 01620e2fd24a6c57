import { describe, expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { Container, ContainerPort } from '../../../sim/api/pod.ts';

const NO = "Unschedulable: node(s) didn't have free ports for the requested pod ports";

function container(...ports: Partial<ContainerPort>[]): Container {
  return { name: 'c', image: 'i', ports: ports.map((port) => ({ containerPort: 80, ...port })) };
}

function against(used: Partial<ContainerPort>, wanted: Partial<ContainerPort>): unknown {
  const world = new SchedulingWorld();
  world.node('n');
  world.pod('user', { node: 'n', spec: { containers: [container(used)] } });
  return verdicts(world, 'NodePorts', podOf('p', { spec: { containers: [container(wanted)] } }));
}

describe('NodePorts (sheet 3.7)', () => {
  test.each<[string, Partial<ContainerPort>, Partial<ContainerPort>, string]>([
    ['the same port', { hostPort: 80 }, { hostPort: 80 }, NO],
    ['another port', { hostPort: 80 }, { hostPort: 81 }, 'ok'],
    ['no protocol is TCP', { hostPort: 80, protocol: 'TCP' }, { hostPort: 80 }, NO],
    ['another protocol', { hostPort: 80, protocol: 'UDP' }, { hostPort: 80 }, 'ok'],
    ['two addresses', { hostPort: 80, hostIP: '10.0.0.1' }, { hostPort: 80, hostIP: '10.0.0.2' }, 'ok'],
    ['one address', { hostPort: 80, hostIP: '10.0.0.1' }, { hostPort: 80, hostIP: '10.0.0.1' }, NO],
    ['all addresses are wanted', { hostPort: 80, hostIP: '10.0.0.1' }, { hostPort: 80 }, NO],
    ['all addresses are in use', { hostPort: 80, hostIP: '0.0.0.0' }, { hostPort: 80, hostIP: '10.0.0.1' }, NO],
    ['a container port alone is no host port', {}, { hostPort: 80 }, 'ok'],
  ])('%s', (_what, used, wanted, expected) => {
    expect(against(used, wanted)).toEqual({ n: expected });
  });

  test('a pod without host ports skips', () => {
    expect(against({ hostPort: 80 }, {})).toBe('Skip');
    expect(against({ hostPort: 80 }, { hostPort: 0 })).toBe('Skip');
  });

  test('ports of sidecars count, those of other init containers do not', () => {
    const world = new SchedulingWorld();
    world.node('side');
    world.node('init');
    const containers = [{ name: 'c', image: 'i' }];
    const init = { ...container({ hostPort: 80 }), name: 'i' };
    world.pod('a', { node: 'side', spec: { containers, initContainers: [{ ...init, restartPolicy: 'Always' }] } });
    world.pod('b', { node: 'init', spec: { containers, initContainers: [init] } });
    expect(verdicts(world, 'NodePorts', podOf('p', { hostPort: 80 }))).toEqual({ side: NO, init: 'ok' });
    const sidecar = podOf('q', { spec: { containers, initContainers: [{ ...init, restartPolicy: 'Always' }] } });
    expect(verdicts(world, 'NodePorts', sidecar)).toEqual({ side: NO, init: 'ok' });
    expect(verdicts(world, 'NodePorts', podOf('r', { spec: { containers, initContainers: [init] } }))).toBe('Skip');
  });

  test('used ports are a set: one of two equal users leaving clears the port', () => {
    const world = new SchedulingWorld();
    world.node('n');
    world.pod('a', { node: 'n', hostPort: 80 });
    const b = world.pod('b', { node: 'n', hostPort: 80 });
    world.policy.removePod(b.metadata.uid);
    expect(verdicts(world, 'NodePorts', podOf('p', { hostPort: 80 }))).toEqual({ n: 'ok' });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_CHANCE, SchedulingWorld, type WorldOptions } from '../../../../test/doubles/scheduling-world.ts';
import type { RandomStream } from '../../../sim/policy-api/scheduling.ts';
import { schedulerNamed, SCHEDULERS, UnknownSchedulerError } from '../../registry.ts';
import { schedulerOf } from '../own-scheduler.ts';

function worldOf(name: string, more: WorldOptions = {}): SchedulingWorld {
  return new SchedulingWorld({ scheduler: schedulerOf(schedulerNamed(name)), ...more });
}

/** Nodes a, b, c with 4 CPUs, of which 1, 3 and 2 are in use. */
function threeNodes(name: string, more: WorldOptions = {}): SchedulingWorld {
  const world = worldOf(name, more);
  for (const [node, cpu] of [
    ['a', '1'],
    ['b', '3'],
    ['c', '2'],
  ] as const) {
    world.node(node);
    world.pod(`on-${node}`, { cpu, node });
  }
  return world;
}

function placements(world: SchedulingWorld, count: number, cpu: string): string[] {
  return Array.from({ length: count }, (_, i) => world.place(world.pod(`p${i}`, { cpu })));
}

describe('each rule', () => {
  test.each([
    ['first-fit', ['a', 'a', 'a', 'b', 'c', 'c']],
    ['best-fit', ['b', 'c', 'c', 'a', 'a', 'a']],
    ['worst-fit', ['a', 'a', 'c', 'a', 'b', 'c']],
    ['round-robin', ['a', 'b', 'c', 'a', 'c', 'a']],
    ['most-allocated', ['b', 'c', 'c', 'a', 'a', 'a']],
  ])('%s', (name, expected) => {
    expect(placements(threeNodes(name), 6, '1')).toEqual(expected);
  });

  test('random draws among the nodes that fit, from its own stream', () => {
    const drawn: number[] = [];
    const random: RandomStream = { ...NO_CHANCE, below: (n) => (drawn.push(n), n - 1) };
    expect(placements(threeNodes('random', { random }), 3, '1')).toEqual(['c', 'c', 'b']);
    expect(drawn).toEqual([3, 3, 2]);
  });

  test('round robin goes on after the last placement, also where there was no choice', () => {
    const world = threeNodes('round-robin');
    expect(
      world.place(world.pod('picky', { cpu: '1', spec: { nodeSelector: { 'kubernetes.io/hostname': 'b' } } })),
    ).toBe('b');
    expect(placements(world, 2, '1')).toEqual(['c', 'a']);
  });

  test('first fit begins at the first node, wherever a search has ended', () => {
    const world = threeNodes('first-fit');
    world.policy.cursor.nextStartNodeIndex = 2;
    expect(placements(world, 1, '1')).toEqual(['a']);
  });
});

/** One that lets nobody pass refuses pods that have room, and has a test of its own below. */
const PASSING = [...SCHEDULERS.keys()].filter((name) => name !== 'strict-fifo');

describe.each(PASSING)('%s', (name) => {
  test('places a pod if and only if there is a node with room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 16 }),
        (nodes, pods) => {
          const world = worldOf(name);
          const free = new Map<string, number>();
          nodes.forEach((cpu, i) => {
            world.node(`n${i}`, { cpu: String(cpu) });
            free.set(`n${i}`, cpu);
          });
          pods.forEach((cpu, i) => {
            const hasRoom = [...free.values()].some((left) => left >= cpu);
            const node = world.place(world.pod(`p${i}`, { cpu: String(cpu) }));
            expect(free.has(node)).toBe(hasRoom);
            if (!hasRoom) return;
            free.set(node, free.get(node)! - cpu);
            expect(free.get(node)).toBeGreaterThanOrEqual(0);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('keeps to the taints, selectors and ports that kube-scheduler filters by', () => {
    const world = worldOf(name);
    world.node('tainted', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
    world.node('cordoned', { spec: { unschedulable: true } });
    world.node('busy');
    world.pod('other', { hostPort: 80, node: 'busy' });
    world.node('good', { labels: { disk: 'ssd' } });
    world.node('plain');
    expect(world.place(world.pod('p', { hostPort: 80, spec: { nodeSelector: { disk: 'ssd' } } }))).toBe('good');
  });
});

describe('strict-fifo', () => {
  test('places nobody before a pod that came earlier and waits', () => {
    const world = worldOf('strict-fifo');
    world.node('a', { cpu: '4' });
    const large = world.pod('large', { cpu: '8' });
    const small = world.pod('small', { cpu: '1' });
    expect(world.place(large)).toContain('Insufficient cpu');
    expect(world.place(small)).toContain('waiting for a pod that came earlier');
    world.node('b', { cpu: '8' });
    expect(world.place(small)).toContain('waiting for a pod that came earlier');
    expect(world.place(large)).toBe('b');
    expect(world.place(small)).toBe('a');
  });
});

describe('the table of names', () => {
  test('an unknown name lists those there are and what was meant', () => {
    expect(() => schedulerNamed('frist-fit')).toThrow(UnknownSchedulerError);
    expect(() => schedulerNamed('frist-fit')).toThrow(
      'no scheduler is called "frist-fit"; there are: default, first-fit, best-fit, worst-fit, random, round-robin, most-allocated, strict-fifo, gpu-random, gpu-dot-product, gpu-clustering, gpu-packing, gpu-best-fit, fgd',
    );
    try {
      schedulerNamed('frist-fit');
    } catch (error) {
      expect((error as UnknownSchedulerError).suggestion).toBe('first-fit');
    }
  });
});

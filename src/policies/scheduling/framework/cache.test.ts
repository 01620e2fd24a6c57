import { describe, expect, test } from 'vitest';
import { nodeOf, podOf, type NodeWish } from '../../../../test/doubles/scheduling-world.ts';
import type { Node } from '../../../sim/api/node.ts';
import { SchedulerCache } from './cache.ts';
import { podInfoOf } from './pod-info.ts';

const ZONE = 'topology.kubernetes.io/zone';
const inZone = (name: string, zone: string): Node => nodeOf(name, { labels: { [ZONE]: zone } });

function cacheOf(...nodes: readonly Node[]): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.addNode(node);
  return cache;
}

const order = (cache: SchedulerCache): string[] => cache.refresh().nodes.map((node) => node.name);
const pod = (name: string, node?: string) => podInfoOf(podOf(name, node === undefined ? {} : { node }));
const podsOn = (cache: SchedulerCache, node: string): string[] =>
  cache.node(node)!.pods.map((info) => info.pod.metadata.name);

describe('the snapshot list (sheet 4.2)', () => {
  test('nodes stand in the order they were added, zone-interleaved', () => {
    expect(order(cacheOf(inZone('a1', 'A'), inZone('a2', 'A'), inZone('b1', 'B')))).toEqual(['a1', 'b1', 'a2']);
  });

  test('a change of zone alone does not reorder until a node comes or goes', () => {
    const cache = cacheOf(inZone('a', 'A'), inZone('b', 'A'), inZone('c', 'C'));
    expect(order(cache)).toEqual(['a', 'c', 'b']);
    cache.updateNode(inZone('a', 'C'));
    expect(order(cache)).toEqual(['a', 'c', 'b']);
    expect(cache.refresh().get('a')!.node.metadata.labels[ZONE]).toBe('C');
    cache.addNode(inZone('d', 'A'));
    expect(order(cache)).toEqual(['b', 'c', 'd', 'a']);
  });

  test('a removal reorders as well', () => {
    const cache = cacheOf(inZone('a', 'A'), inZone('b', 'A'), inZone('c', 'C'));
    order(cache);
    cache.updateNode(inZone('a', 'C'));
    cache.removeNode('b');
    expect(order(cache)).toEqual(['c', 'a']);
  });

  test('a name that goes and comes back between two cycles keeps its place', () => {
    const cache = cacheOf(inZone('a', 'A'), inZone('b', 'A'), inZone('c', 'A'));
    order(cache);
    cache.removeNode('a');
    cache.addNode(inZone('a', 'A'));
    expect(order(cache)).toEqual(['a', 'b', 'c']);
    cache.removeNode('a');
    order(cache);
    cache.addNode(inZone('a', 'A'));
    expect(order(cache)).toEqual(['b', 'c', 'a']);
  });

  test('pods of a node that is gone are kept, and count when it comes back', () => {
    const cache = cacheOf(inZone('a', 'A'));
    cache.addPod(pod('p', 'a'), 'a');
    cache.removeNode('a');
    expect(order(cache)).toEqual([]);
    cache.addNode(inZone('a', 'A'));
    expect(podsOn(cache, 'a')).toEqual(['p']);
  });

  test('sub-lists follow pods with affinity as they come and go, in the order of the list', () => {
    const cache = cacheOf(inZone('a', 'A'), inZone('b', 'B'));
    const term = { topologyKey: ZONE, labelSelector: {} };
    const shy = podInfoOf(
      podOf('shy', {
        node: 'b',
        spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
      }),
    );
    const fond = podInfoOf(podOf('fond', { node: 'a', spec: { affinity: { podAffinity: {} } } }));
    const names = (nodes: readonly { name: string }[]): string[] => nodes.map(({ name }) => name);
    cache.addPod(shy, 'b');
    cache.addPod(fond, 'a');
    let snapshot = cache.refresh();
    expect(names(snapshot.nodesWithPodsWithAffinity)).toEqual(['a', 'b']);
    expect(names(snapshot.nodesWithPodsWithRequiredAntiAffinity)).toEqual(['b']);
    cache.removePod(shy.pod.metadata.uid);
    snapshot = cache.refresh();
    expect(names(snapshot.nodesWithPodsWithAffinity)).toEqual(['a']);
    expect(names(snapshot.nodesWithPodsWithRequiredAntiAffinity)).toEqual([]);
  });
});

describe('pods of a node (sheet 3.0.5, 1.7)', () => {
  test('removal moves the last pod into the gap', () => {
    const cache = cacheOf(inZone('a', 'A'));
    for (const name of ['p', 'q', 'r', 's']) cache.addPod(pod(name, 'a'), 'a');
    cache.removePod('uid-q');
    expect(podsOn(cache, 'a')).toEqual(['p', 's', 'r']);
  });

  test('a confirmed pod moves to the end', () => {
    const cache = cacheOf(inZone('a', 'A'));
    cache.addPod(pod('p'), 'a', true);
    cache.addPod(pod('q', 'a'), 'a');
    expect(cache.isAssumed('uid-p')).toBe(true);
    cache.addPod(pod('p', 'a'), 'a');
    expect(cache.isAssumed('uid-p')).toBe(false);
    expect(podsOn(cache, 'a')).toEqual(['q', 'p']);
  });

  test('sums follow pods and are exact after any of them left', () => {
    const wish: NodeWish = { more: { 'example.com/gpu': '4' } };
    const cache = cacheOf(nodeOf('a', wish));
    const requests = { cpu: '1500m', memory: '1Gi', 'example.com/gpu': '1' };
    const big = podInfoOf(
      podOf('big', { node: 'a', spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }] } }),
    );
    cache.addPod(big, 'a');
    cache.addPod(pod('none', 'a'), 'a');
    const state = cache.node('a')!;
    expect([state.requested.milliCpu, state.nonZeroMilliCpu, state.nonZeroMemoryBytes]).toEqual([
      1500,
      1600,
      1024 ** 3 + 200 * 1024 ** 2,
    ]);
    expect(state.requested.scalar.get('example.com/gpu')).toBe(1);
    cache.removePod('uid-big');
    expect([state.requested.milliCpu, state.nonZeroMilliCpu, state.nonZeroMemoryBytes]).toEqual([
      0,
      100,
      200 * 1024 ** 2,
    ]);
  });
});

describe('images (sheet 3.12)', () => {
  const withImage = (name: string, sizeBytes: number): Node => {
    const node = nodeOf(name);
    return { ...node, status: { ...node.status, images: [{ names: ['x:v1'], sizeBytes }] } };
  };

  test('the number of nodes is frozen per node when that node was last looked at', () => {
    const cache = cacheOf(withImage('a', 10));
    cache.refresh();
    cache.addNode(withImage('b', 20));
    const snapshot = cache.refresh();
    expect(snapshot.get('a')!.imageState('x:v1')).toEqual({ sizeBytes: 10, numNodes: 1 });
    expect(snapshot.get('b')!.imageState('x:v1')).toEqual({ sizeBytes: 10, numNodes: 2 });
    cache.addPod(pod('p', 'a'), 'a');
    expect(cache.refresh().get('a')!.imageState('x:v1')).toEqual({ sizeBytes: 10, numNodes: 2 });
  });
});

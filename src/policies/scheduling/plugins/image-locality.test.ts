import { describe, expect, test } from 'vitest';
import { putNode, scores } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { PodSpec } from '../../../sim/api/pod.ts';
import { imageScore, normalizedImageName } from './image-locality.ts';

const MIB = 1024 * 1024;

/** Nodes given as image name to MiB. */
function world(nodes: Readonly<Record<string, Readonly<Record<string, number>>>>): SchedulingWorld {
  const made = new SchedulingWorld();
  for (const [name, images] of Object.entries(nodes)) {
    putNode(made, name, {
      images: Object.entries(images).map(([image, size]) => ({ names: [image], sizeBytes: size * MIB })),
    });
  }
  return made;
}

function pod(images: readonly string[], more: Partial<PodSpec> = {}) {
  return podOf('p', { spec: { containers: images.map((image, i) => ({ name: `c${i}`, image })), ...more } });
}

function scored(made: SchedulingWorld, images: readonly string[], more: Partial<PodSpec> = {}): number[] {
  const all = scores(made, 'ImageLocality', pod(images, more));
  return Object.values(all as Record<string, [number, number]>).map(([raw]) => raw);
}

describe('ImageLocality (sheet 3.12)', () => {
  test.each([
    ['a', 'a:latest'],
    ['a:v1', 'a:v1'],
    ['host:5000/a', 'host:5000/a:latest'],
    ['host:5000/a:v1', 'host:5000/a:v1'],
    ['a@sha256:0123', 'a@sha256:0123'],
    ['', ':latest'],
  ])('the name %o is looked up as %o', (name, expected) => {
    expect(normalizedImageName(name)).toBe(expected);
  });

  test('golden vectors (sheet, appendix A)', () => {
    expect(scored(world({ a: { 'x:latest': 250 }, b: {} }), ['x'])).toEqual([10, 0]);
    expect(scored(world({ a: { 'x:latest': 140 }, b: {} }), ['x'])).toEqual([4, 0]);
    const two = world({ a: { 'x:v1': 2000 }, b: { 'x:v1': 2000 }, c: {} });
    expect(scored(two, ['x:v1', 'y'])).toEqual([66, 66, 0]);
    expect(scored(world({ a: { 'x:v1': 1000 }, b: { 'x:v1': 1000 } }), ['x:v1'])).toEqual([100, 100]);
  });

  test('sums below 23 MiB are worth nothing, beyond 1000 MiB a container no more', () => {
    expect(imageScore(23 * MIB, 1)).toBe(0);
    expect(imageScore(0, 1)).toBe(0);
    expect(imageScore(33 * MIB, 1)).toBe(1);
    expect(imageScore(1000 * MIB, 1)).toBe(100);
    expect(imageScore(5000 * MIB, 1)).toBe(100);
    expect(imageScore(1000 * MIB, 2)).toBe(49);
  });

  test('init containers count as images and as containers, image volumes as images alone', () => {
    const made = world({ a: { 'x:v1': 400, 'data:v1': 400 } });
    expect(scored(made, ['x:v1'])).toEqual([38]);
    expect(scored(made, ['y'], { initContainers: [{ name: 'i', image: 'x:v1' }] })).toEqual([19]);
    const volumes = [{ name: 'v', image: { reference: 'data:v1' } }];
    expect(scored(made, ['x:v1'], { volumes })).toEqual([79]);
  });

  test('a rare image counts by the share of nodes that have it', () => {
    const made = world({ a: { 'x:v1': 800 }, b: {}, c: {}, d: {} });
    expect(scored(made, ['x:v1'])).toEqual([18, 0, 0, 0]);
  });

  test('the size is the one reported by the node that named the image first', () => {
    const made = world({ a: { 'x:v1': 500 }, b: { 'x:v1': 900 } });
    expect(scored(made, ['x:v1'])).toEqual([48, 48]);
  });
});

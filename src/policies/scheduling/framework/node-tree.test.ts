import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeOf } from '../../../../test/doubles/scheduling-world.ts';
import type { Node } from '../../../sim/api/node.ts';
import { NodeTree, zoneKeyOf } from './node-tree.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const OLD_REGION = 'failure-domain.beta.kubernetes.io/region';

const inZone = (name: string, zone: string): Node => nodeOf(name, { labels: zone === '' ? {} : { [ZONE]: zone } });

function tree(...nodes: [string, string][]): NodeTree {
  const made = new NodeTree();
  for (const [name, zone] of nodes) made.add(inZone(name, zone));
  return made;
}

describe('zone keys (sheet 4.1)', () => {
  const key = (labels: Record<string, string>): string => zoneKeyOf(nodeOf('n', { labels }));

  test.each<[string, Record<string, string>, string]>([
    ['neither zone nor region', {}, ''],
    ['both empty', { [ZONE]: '', [REGION]: '' }, ''],
    ['zone and region', { [ZONE]: 'z', [REGION]: 'r' }, 'r:\0:z'],
    ['a zone alone', { [ZONE]: 'z' }, ':\0:z'],
    ['a region alone', { [REGION]: 'r' }, 'r:\0:'],
    [
      'the old labels win where they exist',
      { [ZONE]: 'z', [OLD_ZONE]: 'y', [REGION]: 'r', [OLD_REGION]: 'q' },
      'q:\0:y',
    ],
    ['even when they are empty', { [ZONE]: 'z', [OLD_ZONE]: '', [REGION]: 'r' }, 'r:\0:'],
  ])('%s', (_what, labels, expected) => {
    expect(key(labels)).toBe(expected);
  });
});

describe('the order of nodes (sheet 4.1)', () => {
  test('the k-th node of every zone in turn: a1,b1,c1,a2,c2,a3', () => {
    const made = tree(['a1', 'A'], ['a2', 'A'], ['b1', 'B'], ['a3', 'A'], ['c1', 'C'], ['c2', 'C']);
    expect(made.list()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  test('zones stand in the order they were first seen, nodes without a zone are a zone of their own', () => {
    expect(tree(['x', 'B'], ['y', ''], ['z', 'A'], ['w', '']).list()).toEqual(['x', 'y', 'z', 'w']);
  });

  test('adding a known name to its zone changes nothing', () => {
    const made = tree(['a', 'A'], ['b', 'A']);
    made.add(inZone('a', 'A'));
    expect(made.list()).toEqual(['a', 'b']);
    expect(made.size).toBe(2);
  });

  test('a zone that becomes empty leaves the list and comes back at its end', () => {
    const made = tree(['a', 'A'], ['b', 'B'], ['c', 'C']);
    made.remove(inZone('a', 'A'));
    expect(made.list()).toEqual(['b', 'c']);
    made.add(inZone('a', 'A'));
    expect(made.list()).toEqual(['b', 'c', 'a']);
  });

  test('removing keeps the order of the rest; an unknown name is nothing', () => {
    const made = tree(['a', 'A'], ['b', 'A'], ['c', 'A']);
    made.remove(inZone('b', 'A'));
    made.remove(inZone('x', 'A'));
    made.remove(inZone('a', 'B'));
    expect(made.list()).toEqual(['a', 'c']);
  });

  test('a node whose zone key changes goes to the end of its new zone; other labels do nothing', () => {
    const made = tree(['a', 'A'], ['b', 'A'], ['c', 'C']);
    made.update(inZone('a', 'A'), nodeOf('a', { labels: { [ZONE]: 'A', disk: 'ssd' } }));
    expect(made.list()).toEqual(['a', 'c', 'b']);
    made.update(inZone('a', 'A'), inZone('a', 'C'));
    expect(made.list()).toEqual(['b', 'c', 'a']);
  });

  test('is what interleaving by hand gives', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C', ''), { maxLength: 30 }), (zones) => {
        const nodes = zones.map((zone, i): [string, string] => [`n${i}`, zone]);
        const columns = [...new Set(zones)].map((zone) => nodes.filter(([, other]) => other === zone));
        const expected: string[] = [];
        for (let k = 0; k < zones.length; k++)
          for (const column of columns) expected.push(...(column[k]?.slice(0, 1) ?? []));
        expect(tree(...nodes).list()).toEqual(expected);
      }),
    );
  });
});

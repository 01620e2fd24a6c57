import { describe, expect, test } from 'vitest';
import { scores, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld, type WorldOptions } from '../../../../test/doubles/scheduling-world.ts';
import type { NodeAffinity, NodeSelectorTerm, PodSpec } from '../../../sim/api/pod.ts';

const NO = "UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector";
const NOT_ADDED = "UnschedulableAndUnresolvable: node(s) didn't match scheduler-enforced node affinity";

function world(options: WorldOptions = {}): SchedulingWorld {
  const made = new SchedulingWorld(options);
  made.node('a', { labels: { zone: 'x', gen: '7' } });
  made.node('b', { labels: { zone: 'y', gen: '010' } });
  made.node('c', { labels: { gen: 'new' } });
  return made;
}

const label = (key: string, operator: string, ...values: string[]): NodeSelectorTerm =>
  ({ matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }] }) as NodeSelectorTerm;
const named = (operator: 'In' | 'NotIn', ...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

function required(...nodeSelectorTerms: NodeSelectorTerm[]): Partial<PodSpec> {
  const nodeAffinity: NodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { affinity: { nodeAffinity } };
}

function preferred(...terms: [number, NodeSelectorTerm][]): Partial<PodSpec> {
  const list = terms.map(([weight, preference]) => ({ weight, preference }));
  return { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: list } } };
}

/** Names of the nodes that pass. */
function passed(spec: Partial<PodSpec>, made = world()): unknown {
  const all = verdicts(made, 'NodeAffinity', podOf('p', { spec }));
  if (typeof all === 'string') return all;
  for (const verdict of Object.values(all)) expect(['ok', NO]).toContain(verdict);
  return Object.keys(all).filter((node) => all[node] === 'ok');
}

describe('NodeAffinity Filter (sheet 3.6)', () => {
  test('a pod that asks for nothing skips; an empty nodeSelector asks for nothing', () => {
    expect(passed({})).toBe('Skip');
    expect(passed({ nodeSelector: {} })).toBe('Skip');
    expect(passed(preferred([1, label('zone', 'In', 'x')]))).toBe('Skip');
  });

  test.each<[string, Partial<PodSpec>, string[]]>([
    ['nodeSelector: all pairs equal', { nodeSelector: { zone: 'x', gen: '7' } }, ['a']],
    ['nodeSelector: one pair differs', { nodeSelector: { zone: 'x', gen: '8' } }, []],
    [
      'selector and affinity must both hold',
      { nodeSelector: { zone: 'x' }, ...required(label('zone', 'In', 'y')) },
      [],
    ],
    ['terms are alternatives', required(label('zone', 'In', 'x'), label('zone', 'In', 'y')), ['a', 'b']],
    ['NotIn matches where the label is absent', required(label('zone', 'NotIn', 'x')), ['b', 'c']],
    ['DoesNotExist', required(label('zone', 'DoesNotExist')), ['c']],
    ['Exists', required(label('zone', 'Exists')), ['a', 'b']],
    ['Gt compares numbers, not texts', required(label('gen', 'Gt', '8')), ['b']],
    ['Lt', required(label('gen', 'Lt', '8')), ['a']],
    ['no term matches nothing', required(), []],
    ['an empty term matches nothing', required({}), []],
    [
      'expressions and fields of a term must both hold',
      required({ ...label('zone', 'In', 'x'), ...named('In', 'b') }),
      [],
    ],
    ['matchFields NotIn', required(named('NotIn', 'b')), ['a', 'c']],
    [
      'a field other than the name is empty',
      required({ matchFields: [{ key: 'x', operator: 'In', values: ['a'] }] }),
      [],
    ],
  ])('%s', (_what, spec, nodes) => {
    expect(passed(spec)).toEqual(nodes);
  });

  test.each<[string, NodeSelectorTerm]>([
    ['Gt with a text that is no label value', label('gen', 'Gt', '-5')],
    ['Gt with a text that is no number', label('gen', 'Gt', 'x')],
    ['In without values', label('zone', 'In')],
    ['NotIn without values', label('zone', 'NotIn')],
    ['Exists with a value', label('zone', 'Exists', 'x')],
    ['a bad key', label('-bad', 'DoesNotExist')],
    ['two names in one field requirement', named('NotIn', 'b', 'c')],
  ])('a required term that does not parse is passed over: %s', (_what, term) => {
    expect(passed(required(term))).toEqual([]);
    expect(passed(required(term, label('zone', 'In', 'y')))).toEqual(['b']);
  });
});

describe('NodeAffinity PreFilter: named nodes (sheet 3.6)', () => {
  function candidates(spec: Partial<PodSpec>): unknown {
    const made = world();
    const pod = made.pod('p', { spec, cpu: '100' });
    const decision = made.decide(pod);
    return decision.kind === 'unschedulable' ? decision.message.split(' no new')[0]!.split(' not found')[0] : decision;
  }

  test('every term names nodes: only they are looked at', () => {
    expect(candidates(required(named('In', 'a')))).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
    expect(candidates(required(named('In', 'a'), named('In', 'c')))).toContain('2 Insufficient cpu');
  });

  test('one term that does not: all nodes are looked at', () => {
    expect(candidates(required(named('In', 'a'), label('zone', 'In', 'y')))).toBe(
      "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 2 Insufficient cpu.",
    );
  });

  test('names of one term are intersected; nothing left is a conflict', () => {
    const conflict = {
      matchFields: [...named('In', 'a').matchFields!, ...named('In', 'b').matchFields!],
    };
    expect(candidates(required(conflict))).toBe('0/3 nodes are available: pod affinity terms conflict.');
    expect(candidates(required(conflict, named('In', 'b')))).toContain('1 Insufficient cpu');
  });
});

describe('NodeAffinity Score (sheet 3.6)', () => {
  test('weights of matching terms add up; the best node gets 100', () => {
    const spec = preferred([3, label('zone', 'Exists')], [2, label('gen', 'In', '7')], [1, named('In', 'c')]);
    expect(scores(world(), 'NodeAffinity', podOf('p', { spec }))).toEqual({ a: [5, 100], b: [3, 60], c: [1, 20] });
  });

  test('weight 0 and empty terms are ignored, even when they would not parse', () => {
    const spec = preferred([0, label('-bad', 'Exists')], [5, {}]);
    expect(scores(world(), 'NodeAffinity', podOf('p', { spec }))).toEqual({ a: [0, 0], b: [0, 0], c: [0, 0] });
  });

  test('no preferred term at all skips', () => {
    expect(scores(world(), 'NodeAffinity', podOf('p'))).toBe('Skip');
  });

  test('a preferred term that does not parse ends the cycle with an error', () => {
    const made = world();
    const spec = preferred([1, label('zone', 'In', 'x')], [1, label('gen', 'Gt', '-5')]);
    expect(made.decide(made.pod('p', { spec }))).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(
        /^running PreScore plugin "NodeAffinity": \[1\]\.matchExpressions\[0\]\.values\[0\]\[gen\]: Invalid value: "-5": a valid label must/,
      ) as unknown,
    });
  });
});

describe('NodeAffinity with addedAffinity (sheet 2.4, 3.6)', () => {
  const added = (addedAffinity: NodeAffinity): WorldOptions => ({
    configuration: {
      profiles: [
        { schedulerName: 'default-scheduler', pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity } }] },
      ],
    },
  });

  test('its required part is asked first and has a reason of its own', () => {
    const made = world(
      added({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [label('zone', 'In', 'x')] } }),
    );
    const pod = podOf('p', { spec: { nodeSelector: { gen: '8' } } });
    expect(verdicts(made, 'NodeAffinity', pod)).toEqual({ a: NO, b: NOT_ADDED, c: NOT_ADDED });
    expect(verdicts(made, 'NodeAffinity', podOf('q'))).toEqual({ a: 'ok', b: NOT_ADDED, c: NOT_ADDED });
  });

  test('its preferred part is added to the pod', () => {
    const made = world(
      added({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 4, preference: label('zone', 'In', 'y') }] }),
    );
    expect(scores(made, 'NodeAffinity', podOf('p'))).toEqual({ a: [0, 0], b: [4, 100], c: [0, 0] });
    const spec = preferred([4, label('zone', 'Exists')]);
    expect(scores(made, 'NodeAffinity', podOf('p', { spec }))).toEqual({ a: [4, 50], b: [8, 100], c: [0, 0] });
  });
});

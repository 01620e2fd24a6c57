import { describe, expect, test } from 'vitest';
import { makeNamespace, meta } from '../../../../test/doubles/objects.ts';
import { putNode, scores, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld, type PodWish, type WorldOptions } from '../../../../test/doubles/scheduling-world.ts';
import type { Affinity, Pod, PodAffinityTerm } from '../../../sim/api/pod.ts';
import { CycleScratch } from '../framework/cycle-state.ts';
import { podInfoOf } from '../framework/pod-info.ts';

const NEAR = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
const FAR = "Unschedulable: node(s) didn't match pod anti-affinity rules";
const THEIRS = "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules";

function term(more: Partial<PodAffinityTerm> = {}): PodAffinityTerm {
  return { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } }, ...more };
}

const near = (...terms: PodAffinityTerm[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const far = (...terms: PodAffinityTerm[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const wish = (weight: number, podAffinityTerm = term()): Affinity => ({
  podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});
const aversion = (weight: number, podAffinityTerm = term()): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});

/** Nodes a and b in zone x, c in zone y, d in none. */
function world(options: WorldOptions = {}): SchedulingWorld {
  const made = new SchedulingWorld(options);
  made.node('a', { labels: { zone: 'x' } });
  made.node('b', { labels: { zone: 'x' } });
  made.node('c', { labels: { zone: 'y' } });
  putNode(made, 'd', { exactLabels: {} });
  return made;
}

function pod(affinity: Affinity | undefined, more: PodWish = {}): Pod {
  return podOf('p', { labels: { app: 'y' }, ...more, spec: affinity === undefined ? {} : { affinity } });
}

const running = (made: SchedulingWorld, node: string, more: PodWish = {}): Pod =>
  made.pod(`on-${node}-${more.namespace ?? ''}`, { node, labels: { app: 'x' }, ...more });

const filtered = (made: SchedulingWorld, incoming: Pod): unknown => verdicts(made, 'InterPodAffinity', incoming);
const scored = (made: SchedulingWorld, incoming: Pod): unknown => scores(made, 'InterPodAffinity', incoming);

describe('InterPodAffinity Filter: required affinity (sheet 3.11)', () => {
  test('only domains with a matching pod; a node without the key never', () => {
    const made = world();
    running(made, 'a');
    expect(filtered(made, pod(near(term())))).toEqual({ a: 'ok', b: 'ok', c: NEAR, d: NEAR });
  });

  test('a pod counts only when it matches all terms, then for each of them', () => {
    const made = world();
    running(made, 'a', { labels: { app: 'x' } });
    running(made, 'c', { labels: { app: 'x', tier: 't' } });
    const both = near(term(), term({ labelSelector: { matchLabels: { tier: 't' } } }));
    expect(filtered(made, pod(both))).toEqual({ a: NEAR, b: NEAR, c: 'ok', d: NEAR });
  });

  test('the first pod of a group: nobody matches, it matches its own terms', () => {
    expect(filtered(world(), pod(near(term()), { labels: { app: 'x' } }))).toEqual({
      a: 'ok',
      b: 'ok',
      c: 'ok',
      d: NEAR,
    });
    expect(filtered(world(), pod(near(term())))).toMatchObject({ a: NEAR, c: NEAR });
  });

  test('it is not the first where a matching pod stands on a node with the key', () => {
    const made = world();
    running(made, 'c');
    expect(filtered(made, pod(near(term()), { labels: { app: 'x' } }))).toMatchObject({ a: NEAR, c: 'ok' });
  });

  test('but it still is where the matching pod’s node lacks the key', () => {
    const made = world();
    running(made, 'd');
    expect(filtered(made, pod(near(term()), { labels: { app: 'x' } }))).toMatchObject({ a: 'ok', c: 'ok' });
  });

  test('pods being deleted count', () => {
    const made = world();
    running(made, 'a', { deletionTimestamp: 1 });
    expect(filtered(made, pod(near(term())))).toMatchObject({ a: 'ok', c: NEAR });
  });
});

describe('InterPodAffinity Filter: anti-affinity (sheet 3.11)', () => {
  test('no domain with a matching pod; a node without the key always', () => {
    const made = world();
    running(made, 'a');
    expect(filtered(made, pod(far(term())))).toEqual({ a: FAR, b: FAR, c: 'ok', d: 'ok' });
  });

  test('each term speaks for itself', () => {
    const made = world();
    running(made, 'a');
    running(made, 'c', { labels: { tier: 't' } });
    const both = far(term(), term({ labelSelector: { matchLabels: { tier: 't' } } }));
    expect(filtered(made, pod(both))).toEqual({ a: FAR, b: FAR, c: FAR, d: 'ok' });
  });

  test('required anti-affinity of pods that run already keeps away whom it selects', () => {
    const made = world();
    running(made, 'a', { spec: { affinity: far(term({ labelSelector: { matchLabels: { app: 'y' } } })) } });
    expect(filtered(made, pod(undefined))).toEqual({ a: THEIRS, b: THEIRS, c: 'ok', d: 'ok' });
    expect(filtered(made, pod(undefined, { labels: { app: 'z' } }))).toBe('Skip');
  });

  test('the pod’s own rules are told before those of others', () => {
    const made = world();
    running(made, 'a', { spec: { affinity: far(term({ labelSelector: {} })) } });
    expect(filtered(made, pod(far(term())))).toMatchObject({ a: FAR });
    expect(filtered(made, pod(near(term({ labelSelector: { matchLabels: { app: 'none' } } }))))).toMatchObject({
      a: NEAR,
    });
  });

  test('nothing to say at all skips', () => {
    const made = world();
    running(made, 'a', { spec: { affinity: near(term()) } });
    expect(filtered(made, pod(wish(1)))).toBe('Skip');
  });
});

describe('InterPodAffinity namespaces (sheet 3.11)', () => {
  function made(): SchedulingWorld {
    const all = world();
    const other = makeNamespace('other');
    all.add(makeNamespace('default'), {
      ...other,
      metadata: meta({ name: 'other', namespace: '', labels: { team: 't' } }),
    });
    running(all, 'a');
    running(all, 'c', { namespace: 'other' });
    return all;
  }

  test.each<[string, Partial<PodAffinityTerm>, string[]]>([
    ['none named: the pod’s own', {}, ['a', 'b']],
    ['named ones', { namespaces: ['other'] }, ['c']],
    ['an empty selector: all', { namespaceSelector: {} }, ['a', 'b', 'c']],
    ['a selector over namespace labels', { namespaceSelector: { matchLabels: { team: 't' } } }, ['c']],
    [
      'named and selected',
      { namespaces: ['default'], namespaceSelector: { matchLabels: { team: 't' } } },
      ['a', 'b', 'c'],
    ],
    ['a selector that selects none', { namespaceSelector: { matchLabels: { team: 'u' } } }, []],
    ['no label selector selects nothing', { labelSelector: undefined } as unknown as Partial<PodAffinityTerm>, []],
    ['an empty label selector selects every pod', { labelSelector: {} }, ['a', 'b']],
  ])('%s', (_what, more, nodes) => {
    const all = filtered(made(), pod(near(term(more)))) as Record<string, string>;
    expect(Object.keys(all).filter((node) => all[node] === 'ok')).toEqual(nodes);
  });

  test('terms of running pods see the labels of the incoming pod’s namespace', () => {
    const all = made();
    const affinity = far(term({ labelSelector: {}, namespaceSelector: { matchLabels: { team: 't' } } }));
    running(all, 'b', { spec: { affinity } });
    expect(filtered(all, pod(undefined))).toBe('Skip');
    expect(filtered(all, pod(undefined, { namespace: 'other' }))).toMatchObject({ a: THEIRS, c: 'ok' });
  });
});

describe('InterPodAffinity AddPod and RemovePod (sheet 3.11)', () => {
  test('follow all three counts; what comes back to nothing is nothing', () => {
    const all = world();
    const incoming = podInfoOf(pod(near(term()), { labels: { app: 'x' } }));
    const { nodes } = all.policy.cache.refresh();
    const { plugins } = all.policy.frameworkFor(incoming.pod);
    const plugin = plugins.preFilter.find(({ name }) => name === 'InterPodAffinity')!;
    const filter = plugins.filter.find(({ name }) => name === 'InterPodAffinity')!;
    const [a, c] = [nodes.find(({ name }) => name === 'a')!, nodes.find(({ name }) => name === 'c')!];
    const state = new CycleScratch();
    plugin.preFilter(state, incoming, nodes);
    const says = (node: typeof a): string => filter.filter(state, incoming, node)?.reasons[0] ?? 'ok';
    expect([says(a), says(c)]).toEqual(['ok', 'ok']);
    const friend = podInfoOf(podOf('friend', { labels: { app: 'x' } }));
    plugin.addPod!(state, incoming, friend, c);
    expect([says(a), says(c)]).toEqual(["node(s) didn't match pod affinity rules", 'ok']);
    plugin.removePod!(state, incoming, friend, c);
    expect([says(a), says(c)]).toEqual(['ok', 'ok']);
    const hermit = podInfoOf(podOf('hermit', { spec: { affinity: far(term()) } }));
    plugin.addPod!(state, incoming, hermit, a);
    expect(says(a)).toContain('existing pods anti-affinity');
    expect(says(c)).toBe('ok');
  });
});

describe('InterPodAffinity Score (sheet 3.11)', () => {
  test('golden vector: raw -5, 0, 7 become 0, 41, 100 (appendix A)', () => {
    const all = world();
    running(all, 'a', { labels: { app: 'bad' } });
    running(all, 'c', { labels: { app: 'x' } });
    const affinity = { ...wish(7), ...aversion(5, term({ labelSelector: { matchLabels: { app: 'bad' } } })) };
    expect(scored(all, pod(affinity))).toEqual({ a: [-5, 0], b: [-5, 0], c: [7, 100], d: [0, 41] });
  });

  test('weights add up over pods and terms', () => {
    const all = world();
    running(all, 'a');
    running(all, 'b');
    running(all, 'c');
    expect(scored(all, pod(wish(3)))).toEqual({ a: [6, 100], b: [6, 100], c: [3, 50], d: [0, 0] });
  });

  test('preferred terms of running pods pull and push', () => {
    const all = world();
    running(all, 'a', { spec: { affinity: wish(4, term({ labelSelector: { matchLabels: { app: 'y' } } })) } });
    running(all, 'c', { spec: { affinity: aversion(6, term({ labelSelector: { matchLabels: { app: 'y' } } })) } });
    expect(scored(all, pod(undefined))).toEqual({ a: [4, 100], b: [4, 100], c: [-6, 0], d: [0, 60] });
  });

  test('required affinity of running pods pulls by hardPodAffinityWeight', () => {
    const args = (hardPodAffinityWeight: number): WorldOptions => ({
      configuration: {
        profiles: [
          {
            schedulerName: 'default-scheduler',
            pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight } }],
          },
        ],
      },
    });
    const affinity = near(term({ labelSelector: { matchLabels: { app: 'y' } } }));
    for (const [options, expected] of [
      [{}, 1],
      [args(9), 9],
    ] as const) {
      const all = world(options);
      running(all, 'a', { spec: { affinity } });
      expect(scored(all, pod(undefined))).toMatchObject({ a: [expected, 100], c: [0, 0] });
    }
    const none = world(args(0));
    running(none, 'a', { spec: { affinity } });
    expect(scored(none, pod(undefined))).toBe('Skip');
  });

  test('ignorePreferredTermsOfExistingPods: a pod without preferences of its own skips', () => {
    const options: WorldOptions = {
      configuration: {
        profiles: [
          {
            schedulerName: 'default-scheduler',
            pluginConfig: [{ name: 'InterPodAffinity', args: { ignorePreferredTermsOfExistingPods: true } }],
          },
        ],
      },
    };
    const all = world(options);
    running(all, 'a', { spec: { affinity: wish(4, term({ labelSelector: {} })) } });
    expect(scored(all, pod(undefined))).toBe('Skip');
    expect(scored(all, pod(wish(2)))).toMatchObject({ a: [6, 100] });
  });

  test('nothing produced skips; what cancels out does not', () => {
    const all = world();
    expect(scored(all, pod(wish(5)))).toBe('Skip');
    running(all, 'a');
    expect(scored(all, pod({ ...wish(5), ...aversion(5) }))).toEqual({ a: [0, 0], b: [0, 0], c: [0, 0], d: [0, 0] });
  });
});

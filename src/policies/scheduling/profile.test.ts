import { describe, expect, test } from 'vitest';
import type { Plugin, PluginFactory, PluginHandle } from '../../sim/policy-api/scheduling.ts';
import { DEFAULT_PLUGINS } from './configuration/default-plugins.ts';
import { mergePlugins } from './configuration/merge-plugins.ts';
import type { PluginSet, PluginSets } from './configuration/configuration.ts';
import { ProfileError, resolvePlugins } from './profile.ts';
import type { ProfilePlugins } from './framework/extension-points.ts';

const NO_HANDLE = {} as PluginHandle;

/** A plugin that has these methods and does nothing. */
function pluginWith(name: string, ...methods: string[]): PluginFactory {
  return () => ({ name, ...Object.fromEntries(methods.map((method) => [method, () => undefined])) }) as Plugin;
}

const REGISTRY = new Map<string, PluginFactory>([
  ['Sort', pluginWith('Sort', 'compare')],
  ['Bind', pluginWith('Bind', 'bind')],
  ['FilterA', pluginWith('FilterA', 'filter')],
  ['ScoreA', pluginWith('ScoreA', 'score')],
  ['Both1', pluginWith('Both1', 'filter', 'score')],
  ['Both2', pluginWith('Both2', 'filter', 'score')],
]);

function set(text: string): PluginSet {
  const words = text.split(' ').filter((word) => word !== '');
  return {
    enabled: words
      .filter((word) => !word.startsWith('-'))
      .map((word) => ({ name: word.split(':')[0]!, weight: Number(word.split(':')[1] ?? 0) })),
    disabled: words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)),
  };
}

function resolve(sets: Partial<Record<keyof PluginSets, string>>): ProfilePlugins {
  const nothing = { ...DEFAULT_PLUGINS, multiPoint: set('') };
  const custom = Object.fromEntries(Object.entries(sets).map(([point, text]) => [point, set(text)]));
  return resolvePlugins(
    {
      schedulerName: 'a',
      percentageOfNodesToScore: undefined,
      plugins: mergePlugins(nothing, custom as Partial<PluginSets>),
      args: new Map(),
    },
    REGISTRY,
    () => NO_HANDLE,
  );
}

function names(plugins: readonly Plugin[]): string {
  return plugins.map((plugin) => plugin.name).join(' ');
}

function scores(plugins: ProfilePlugins): string {
  return plugins.score.map(({ plugin, weight }) => `${plugin.name}:${weight}`).join(' ');
}

describe('the order at an extension point (sheet 2.3)', () => {
  const all = 'Sort Bind FilterA Both1 ScoreA Both2';

  test('multiPoint expands to what each plugin implements, in its order', () => {
    const plugins = resolve({ multiPoint: all });
    expect(names(plugins.filter)).toBe('FilterA Both1 Both2');
    expect(scores(plugins)).toBe('Both1:1 ScoreA:1 Both2:1');
    expect(plugins.queueSort.name).toBe('Sort');
    expect(names(plugins.bind)).toBe('Bind');
    expect(names(plugins.preFilter)).toBe('');
  });

  test('explicit plugins of multiPoint come first, in explicit order', () => {
    expect(names(resolve({ multiPoint: all, filter: 'Both2 FilterA' }).filter)).toBe('Both2 FilterA Both1');
  });

  test('explicit plugins that multiPoint lacks come last', () => {
    const plugins = resolve({ multiPoint: 'Sort Bind FilterA', filter: 'Both2 FilterA' });
    expect(names(plugins.filter)).toBe('FilterA Both2');
  });

  test('disabled at the point leaves it out of the expansion there only', () => {
    const plugins = resolve({ multiPoint: all, filter: '-Both1' });
    expect(names(plugins.filter)).toBe('FilterA Both2');
    expect(scores(plugins)).toBe('Both1:1 ScoreA:1 Both2:1');
  });

  test('disabled and enabled at the point puts it last, with its new weight', () => {
    expect(scores(resolve({ multiPoint: 'Sort Bind Both1:3 ScoreA', score: 'Both1:9 -Both1' }))).toBe(
      'ScoreA:1 Both1:9',
    );
  });

  test('* suppresses the expansion, explicit plugins stay', () => {
    const plugins = resolve({ multiPoint: all, score: 'Both2:4 -*' });
    expect(scores(plugins)).toBe('Both2:4');
    expect(names(plugins.filter)).toBe('FilterA Both1 Both2');
  });

  test('the weight at score wins over the one at multiPoint', () => {
    expect(scores(resolve({ multiPoint: 'Sort Bind Both1:3 ScoreA:2', score: 'Both1:7' }))).toBe('Both1:7 ScoreA:2');
    expect(scores(resolve({ multiPoint: 'Sort Bind Both1:3', score: 'Both1' }))).toBe('Both1:1');
  });
});

describe('a profile that kube-scheduler would not start with', () => {
  test.each([
    ['no queueSort', { multiPoint: 'Bind' }, 'exactly one queueSort plugin is needed, profile has 0'],
    ['no bind', { multiPoint: 'Sort' }, 'at least one bind plugin is needed'],
    ['an unknown plugin', { multiPoint: 'Sort Bind Nope' }, /plugin Nope is not registered; known are: Bind, Both1/],
    [
      'a plugin at a point it lacks',
      { multiPoint: 'Sort Bind', score: 'FilterA' },
      'plugin FilterA does not extend score',
    ],
    ['twice at a point', { multiPoint: 'Sort Bind', score: 'Both1 Both1' }, 'plugin Both1 is enabled twice at score'],
    ['twice at multiPoint', { multiPoint: 'Sort Bind Both1 Both1' }, 'plugin Both1 is enabled twice at multiPoint'],
  ])('%s', (_name, sets, message) => {
    expect(() => resolve(sets)).toThrow(ProfileError);
    expect(() => resolve(sets)).toThrow(message);
  });
});

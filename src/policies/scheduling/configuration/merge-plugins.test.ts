import { describe, expect, test } from 'vitest';
import type { PluginSet } from './configuration.ts';
import { mergePluginSet } from './merge-plugins.ts';

/** `A B:2 -C -*`: enabled plugins with their weights, disabled ones with a dash. */
function set(text: string): PluginSet {
  const words = text.split(' ').filter((word) => word !== '');
  return {
    enabled: words
      .filter((word) => !word.startsWith('-'))
      .map((word) => ({ name: word.split(':')[0]!, weight: Number(word.split(':')[1] ?? 0) })),
    disabled: words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)),
  };
}

describe('merging a plugin set over the defaults (sheet 2.3)', () => {
  test.each([
    ['nothing changes the defaults', 'A B:2', '', 'A B:2'],
    ['an own plugin is appended', 'A B:2', 'C', 'A B:2 C'],
    ['a default takes the new weight in its place', 'A B:2 C', 'B:5', 'A B:5 C'],
    ['a replacing and an appended one', 'A B:2', 'C:1 B:5 D', 'A B:5 C:1 D'],
    ['a disabled default goes', 'A B:2', '-A', 'B:2 -A'],
    ['all defaults go', 'A B:2', '-*', '-*'],
    ['all defaults go, own ones stay', 'A B:2', 'C -*', 'C -*'],
    ['disabled and enabled again stands at the end', 'A B:2 C', 'A:3 -A', 'B:2 C A:3 -A'],
    ['all disabled and one enabled again', 'A B:2 C', 'B:7 -*', 'B:7 -*'],
    ['what the defaults disable stays disabled', 'A B:2 -C', 'D', 'A B:2 D -C'],
    ['of a default named twice the last replaces and the first is appended', 'A B', 'B:3 B:4', 'A B:4 B:3'],
  ])('%s', (_name, defaults, custom, merged) => {
    expect(mergePluginSet(set(defaults), set(custom))).toEqual(set(merged));
  });
});

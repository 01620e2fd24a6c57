import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLabels, compileLabelSelector, compileRequirement, isEmptySelector } from './label-selector.ts';
import type { Labels, LabelSelector } from './meta.ts';
import { compileRequirements, parseSelectorText } from './selector-text.ts';

/** What apimachinery v0.36.3 answered: for every selector text whether it matches each of the label sets. */
const recorded = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/api/selectors.json', import.meta.url), 'utf8'),
) as { labels: Labels[]; selectors: [string, boolean[] | null][] };

const keys = fc.constantFrom('a', 'b', 'constructor', 'toString', '__proto__');
const values = fc.constantFrom('', 'x', 'y', '10');
const labels = fc.dictionary(keys, values);
const selectors = fc.record(
  {
    matchLabels: fc.dictionary(keys, values),
    matchExpressions: fc.array(
      fc.record({
        key: keys,
        operator: fc.constantFrom('In' as const, 'NotIn' as const, 'Exists' as const, 'DoesNotExist' as const),
        values: fc.array(values, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

/** The definition, word by word. */
function selects(selector: LabelSelector, subject: Labels): boolean {
  const has = (key: string): boolean => Object.hasOwn(subject, key);
  for (const key of Object.keys(selector.matchLabels ?? {})) {
    if (!has(key) || subject[key] !== selector.matchLabels?.[key]) return false;
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const isOneOf = has(key) && values.includes(subject[key] ?? '');
    if (operator === 'In' && !isOneOf) return false;
    if (operator === 'NotIn' && isOneOf) return false;
    if (operator === 'Exists' && !has(key)) return false;
    if (operator === 'DoesNotExist' && has(key)) return false;
  }
  return true;
}

describe('label selectors', () => {
  it('select what their definition says', () => {
    fc.assert(
      fc.property(selectors, labels, (selector, subject) => {
        expect(compileLabelSelector(selector)(subject)).toBe(selects(selector, subject));
      }),
      { numRuns: 2000 },
    );
  });

  it('select nothing when absent and everything when empty', () => {
    expect(compileLabelSelector(undefined)({ a: 'b' })).toBe(false);
    expect(compileLabelSelector({})({ a: 'b' })).toBe(true);
    expect(isEmptySelector({ matchLabels: {} })).toBe(true);
    expect(isEmptySelector({ matchExpressions: [{ key: 'a', operator: 'Exists' }] })).toBe(false);
  });

  it('take an equality map as it stands', () => {
    expect(compileLabels({ a: 'b', c: 'd' })({ a: 'b', c: 'd', e: 'f' })).toBe(true);
    expect(compileLabels({ a: 'b', c: 'd' })({ a: 'b' })).toBe(false);
  });

  it('compare integers of 64 bits exactly with Gt and Lt', () => {
    const above = compileRequirement({ key: 'n', operator: 'Gt', values: ['9223372036854775806'] });
    expect(above({ n: '9223372036854775807' })).toBe(true);
    expect(above({ n: '9223372036854775808' })).toBe(false);
    expect(above({ n: 'many' })).toBe(false);
    expect(above({})).toBe(false);
    expect(compileRequirement({ key: 'n', operator: 'Lt', values: ['-1'] })({ n: '-2' })).toBe(true);
  });
});

describe('selector text', () => {
  it('is read as apimachinery reads it', () => {
    for (const [text, matches] of recorded.selectors) {
      const parsed = parseSelectorText(text);
      if (matches === null) {
        expect(parsed.ok, text).toBe(false);
        continue;
      }
      if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
      const predicate = compileRequirements(parsed.requirements);
      expect(recorded.labels.map(predicate), text).toEqual(matches);
    }
  });

  it('says what it did not expect', () => {
    const parsed = parseSelectorText('a in b');
    expect(parsed).toEqual({ ok: false, message: "found 'b', expected '('" });
  });
});

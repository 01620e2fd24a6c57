import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const fixture = readFileSync(new URL('./fixtures/lint/banned.ts', import.meta.url), 'utf8');

describe('the determinism lint', () => {
  it('refuses each banned construct in the simulation, on its own line', async () => {
    const eslint = new ESLint({ cwd: root });
    const rules = new Set(['no-restricted-globals', 'no-restricted-properties', 'no-restricted-syntax']);
    const config = (await eslint.calculateConfigForFile('src/sim/engine/engine.ts')) as {
      rules: Record<string, unknown>;
    };
    const plain = new ESLint({
      cwd: root,
      overrideConfigFile: true,
      baseConfig: {
        files: ['**/*.ts'],
        languageOptions: { parser: (await import('typescript-eslint')).parser },
        rules: Object.fromEntries([...rules].map((rule) => [rule, config.rules[rule]])) as never,
      },
    });
    const [result] = await plain.lintText(fixture, { filePath: 'src/sim/banned.ts' });
    const flagged = new Set(result!.messages.filter((one) => rules.has(one.ruleId ?? '')).map((one) => one.line));
    const lines = fixture.split('\n');
    const expected = lines
      .map((text, i) => ({ text, line: i + 1 }))
      .filter(({ text }) => /^export (const [a-v] |async)|await m|for \(const key in/.test(text))
      .map(({ line }) => line);
    expect([...flagged].sort((x, y) => x - y)).toEqual(expected);
  });

  it('wants a comparator for every sort', async () => {
    const eslint = new ESLint({ cwd: root });
    const config = (await eslint.calculateConfigForFile('src/sim/engine/engine.ts')) as {
      rules: Record<string, unknown[]>;
    };
    expect(config.rules['@typescript-eslint/require-array-sort-compare']?.[0]).toBe(2);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema, scenarioJsonSchemaText } from './json-schema.ts';
import { SourceFile } from './source-file.ts';
import { readYaml } from './yaml/reader.ts';

const root = new URL('../../', import.meta.url);

function documentOf(text: string): unknown {
  const [document] = readYaml(new SourceFile('scenario.yaml', text), () => {});
  return JSON.parse(JSON.stringify(document?.data)) as unknown;
}

const head = 'apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\n';

describe('the JSON Schema of scenarios', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(scenarioJsonSchema());

  it('is the one that lies beside the scenarios (npm run schema writes it anew)', () => {
    expect(readFileSync(new URL('scenarios/scenario.schema.json', root), 'utf8')).toBe(scenarioJsonSchemaText());
  });

  it('takes every shipped scenario', () => {
    const files = ['scenarios', 'bench/scenarios'].flatMap((folder) =>
      readdirSync(new URL(folder, root))
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => `${folder}/${name}`),
    );
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) {
      const text = readFileSync(new URL(file, root), 'utf8');
      expect(text.split('\n')[0], file).toMatch(/^# yaml-language-server: \$schema=\S*scenario\.schema\.json$/);
      validate(documentOf(text));
      expect(validate.errors, file).toBeNull();
    }
  });

  it.each([
    ['an unknown member', 'spec: { duraton: 1m }'],
    ['a number for a duration', 'spec: { duration: 5 }'],
    ['a duration without a unit', 'spec: { duration: "5" }'],
    ['a missing count', 'spec: { cluster: { nodes: [{ capacity: { cpu: 1 } }] } }'],
    ['a fraction of a node', 'spec: { cluster: { nodes: [{ count: 1.5, capacity: { cpu: 1 } }] } }'],
    [
      'an unknown effect',
      'spec: { cluster: { nodes: [{ count: 1, capacity: {}, taints: [{ key: a, effect: No }] }] } }',
    ],
    [
      'two distributions',
      'spec: { cluster: { parameters: { etcd: { commit: { constant: 1s, exponential: { mean: 1s } } } } } }',
    ],
    ['an unknown distribution', 'spec: { cluster: { parameters: { etcd: { commit: { normal: { mean: 1s } } } } } }'],
    ['another apiVersion', 'apiVersion: v1'],
  ])('refuses %s', (_, text) => {
    const whole = text.startsWith('apiVersion') ? head.replace('orrery.dev/v1', 'v2') + 'spec: {}' : head + text;
    expect(validate(documentOf(whole))).toBe(false);
  });
});

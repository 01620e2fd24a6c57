import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatDuration } from '../src/sim/engine/time.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import type { Distribution } from '../src/sim/engine/samplers.ts';
import type { RateLimit } from '../src/sim/scenario/parameters.ts';

/** docs/parameters.md is made from the defaults themselves and the comments that stand above them. */

const page = new URL('../docs/parameters.md', import.meta.url);
const source = readFileSync(new URL('../src/sim/default-parameters.ts', import.meta.url), 'utf8');

/** `kubelet.sandbox` to the comment above it; a comment also speaks for the lines that follow without their own. */
function commentsByName(): Map<string, string> {
  const found = new Map<string, string>();
  const within: string[] = [];
  let comment = '';
  const body = source.slice(source.indexOf('export const DEFAULT_PARAMETERS'));
  for (const match of body.matchAll(/\/\*\*([^]*?)\*\/|(\w+): \{$|^\s*\},?$|^ {2,}(\w+): (?!\{$)/gm)) {
    const [text, doc, opened, leaf] = match;
    if (doc !== undefined) comment = doc.replace(/\s*\n\s*\*\s?/g, ' ').trim();
    else if (opened !== undefined) {
      within.push(opened);
      comment = '';
    } else if (leaf !== undefined) found.set([...within, leaf].join('.'), comment);
    else if (text.trim().startsWith('}')) within.pop();
  }
  return found;
}

function isDistribution(value: object): value is Distribution {
  return 'kind' in value;
}

function shown(name: string, value: Distribution | RateLimit | number | boolean): string {
  const plain = /Rate$|Ratio$|Share$|Threshold$|Tolerance$/.test(name);
  const amount = (written: number) =>
    plain ? String(written) : /Bytes/.test(name) ? `${written / 1e6}M` : formatDuration(written);
  if (typeof value === 'boolean') return `\`${value}\``;
  if (typeof value === 'number') return `\`${amount(value)}\``;
  if (!isDistribution(value)) return `\`{ qps: ${value.qps}, burst: ${value.burst} }\``;
  switch (value.kind) {
    case 'constant':
      return `\`${amount(value.value)}\``;
    case 'uniform':
      return `\`{ uniform: { min: ${amount(value.min)}, max: ${amount(value.max)} } }\``;
    case 'lognormal':
      return `\`{ lognormal: { mean: ${amount(value.mean)}, cv: ${value.cv} } }\``;
    default:
      throw new Error(`${name}: say here how a ${value.kind} distribution is shown`);
  }
}

function rows(): string[] {
  const comments = commentsByName();
  const lines: string[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    const name = path.join('.');
    const whole = typeof value !== 'object' || value === null || isDistribution(value) || 'qps' in value;
    if (!whole) {
      for (const [member, inner] of Object.entries(value)) walk(inner, [...path, member]);
      return;
    }
    const comment = comments.get(name);
    expect(comment, `${name} has no comment in src/sim/default-parameters.ts`).toMatch(/\S/);
    const client = path.at(-1) === 'client';
    const key = client ? `clientLimits.${path[0]}` : `parameters.${name}`;
    lines.push(`| \`${key}\` | ${shown(name, value as Distribution)} | ${comment} |`);
  };
  walk(DEFAULT_PARAMETERS, []);
  return lines;
}

it('docs/parameters.md says what the defaults are (UPDATE_DOCS=1 rewrites it)', () => {
  const text = [
    '# Parameters',
    '',
    'How long each step of the simulated cluster takes, and how fast clients may ask. Each can be set under `spec.cluster`',
    'of a scenario, as a plain value or as a distribution:',
    '',
    '```yaml',
    'spec:',
    '  cluster:',
    '    parameters:',
    '      etcd: { commit: { lognormal: { mean: 3ms, cv: 0.5 } } }',
    '      kubelet: { sandbox: 200ms }',
    '    clientLimits:',
    '      controllerManager: { qps: 100, burst: 200 }',
    '      scheduler: unlimited',
    '```',
    '',
    'Distributions: `constant: X`, `uniform: { min, max }`, `exponential: { mean }`, `lognormal: { mean, cv }` (cv is the',
    'standard deviation divided by the mean), `weibull: { shape, scale }`, `pareto: { shape, minimum }`,',
    '`empirical: [X, Y, …]`.',
    '',
    'In the last column "published" means that Kubernetes documents the value or has it as its default, "recorded" that it',
    'was measured on real components, "model" that it is a choice of ours. Numbers in brackets are sections of the',
    "project's sheet of Kubernetes behaviour. This page is made from `src/sim/default-parameters.ts`.",
    '',
    '| parameter | default | meaning and source |',
    '|---|---|---|',
    ...rows(),
    '',
  ].join('\n');
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});

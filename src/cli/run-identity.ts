import { readFileSync } from 'node:fs';
import { sha256 } from '../experiment/plan.ts';
import { codeHash } from './code-hash.ts';
import type { PreparedRun } from './prepare-run.ts';

let code: string | undefined;

/**
 * Hash of all that decides what a run comes to, but for its seed: the scenario, the text of every policy file, our code.
 * Where the files lie does not matter. Who changes a policy file makes another experiment; what it imports is not looked at.
 */
export function runIdentity({ scenario, policyFiles }: PreparedRun): string {
  code ??= codeHash();
  const { seed: _seed, ...rest } = scenario;
  const texts = new Map(policyFiles.map((file) => [file, `text ${sha256(readFileSync(file, 'utf8'))}`]));
  const named = (_key: string, value: unknown): unknown => (typeof value === 'string' && texts.get(value)) || value;
  return sha256(`${code}\0${JSON.stringify(rest, named)}`);
}

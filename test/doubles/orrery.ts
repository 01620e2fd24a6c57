import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The built command. `npm ci` and `npm test` build it; a test that needs it says so where it is missing. */
export const ENTRY = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly binary?: string;
}

/** Runs `orrery` in a fresh process. */
export function orrery(args: readonly string[], surroundings: Surroundings = {}): Outcome {
  if (!existsSync(ENTRY)) throw new Error('dist/ is missing: run `npm run build` first');
  const { cwd = ROOT, env = {}, nodeArgs = [], binary = process.execPath } = surroundings;
  const result = spawnSync(binary, [...nodeArgs, ENTRY, ...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) throw result.error;
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

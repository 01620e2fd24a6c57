import { spawn, spawnSync } from 'node:child_process';
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

/** A command that goes on while the test does. */
export interface Going {
  /** What it has said on standard error. */
  readonly stderr: () => string;
  readonly ended: Promise<Outcome>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Runs `orrery` in a process of its own, beside the test. */
export function orreryBeside(args: readonly string[], { cwd = ROOT }: Pick<Surroundings, 'cwd'> = {}): Going {
  if (!existsSync(ENTRY)) throw new Error('dist/ is missing: run `npm run build` first');
  const child = spawn(process.execPath, [ENTRY, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    stderr: () => stderr,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))),
    kill: (signal) => child.kill(signal),
  };
}

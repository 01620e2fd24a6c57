import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotReplayed } from './conformance-control-plane/not-replayed.ts';
import { recordingsIn } from './conformance-control-plane/recording.ts';
import { replay } from './conformance-control-plane/replay.ts';

/**
 * Replays recordings of a real control plane in the simulator and writes what happened there under the same names, for a
 * judge to compare.
 */

const USAGE = `usage: npm run conformance:control-plane -- DIR --out OUT [--family F] [--name N] [--seed S]
  DIR       a folder of recordings, <family>/<name>/input.yaml
  --out     where the simulated files go, under the same names
  --family  only this family
  --name    only recordings of this name
  --seed    the seed of every run (1)
`;

class UsageError extends Error {}

interface Options {
  readonly root: string;
  readonly out: string;
  readonly family: string | undefined;
  readonly name: string | undefined;
  readonly seed: string;
}

function readOptions(args: readonly string[]): Options {
  const given = new Map<string, string>();
  let root: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const option = /^--(out|family|name|seed)(?:=(.*))?$/.exec(arg);
    if (option !== null) {
      const value = option[2] ?? args[++i];
      if (value === undefined) throw new UsageError(`${arg}: a value is missing`);
      given.set(option[1]!, value);
    } else if (arg.startsWith('-') || root !== undefined) throw new UsageError(`${arg}: not understood`);
    else root = arg;
  }
  const out = given.get('out');
  if (root === undefined) throw new UsageError('no folder of recordings is named');
  if (out === undefined) throw new UsageError('--out is missing');
  return { root, out, family: given.get('family'), name: given.get('name'), seed: given.get('seed') ?? '1' };
}

function main(args: readonly string[]): number {
  const { root, out, family, name, seed } = readOptions(args);
  const recordings = recordingsIn(root, family, name);
  if (recordings.length === 0) throw new UsageError('there is no such recording');
  let replayed = 0;
  for (const recording of recordings) {
    const id = `${recording.family}/${recording.name}`;
    try {
      const files = replay(recording, seed);
      const folder = join(out, recording.family, recording.name);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of files) writeFileSync(join(folder, file), text);
      replayed++;
    } catch (error) {
      if (error instanceof NotReplayed) process.stdout.write(`${id}  not replayed: ${error.message}\n`);
      else
        process.stdout.write(
          `${id}  failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
    }
  }
  process.stdout.write(`${replayed} of ${recordings.length} recordings replayed\n`);
  return replayed === recordings.length ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(USAGE);
  process.exitCode = 2;
}

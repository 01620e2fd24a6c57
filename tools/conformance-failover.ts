import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingsIn, writeCsv } from './conformance-failover/recording.ts';
import { runRecording } from './conformance-failover/run-recording.ts';

/**
 * Holds the simulator against recordings of real etcd members and API servers that fail: for each folder it runs the
 * scenario that the folder's name and input describe, writes what was measured, and compares column by column.
 */

const USAGE = `usage: npm run conformance:failover -- DIR --out OUT [--name N] [--repeats R] [--seed S]
  DIR        a folder of recordings, or one recording
  --out      where the simulated samples.csv go, each in a folder of the recording's name
  --name     only recordings whose name begins so
  --repeats  repeats of each scenario, each with a seed of its own; as many as were recorded unless said
  --seed     the first seed (1)
`;

interface Options {
  readonly folder: string;
  readonly out: string;
  readonly name: string | undefined;
  readonly repeats: number | undefined;
  readonly seed: string;
}

/** What is wrong with the command line. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): Options {
  let folder: string | undefined;
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('--')) {
      if (folder !== undefined) throw new UsageError(`${arg}: one folder, not two`);
      folder = arg;
      continue;
    }
    const [name, inline] = arg.slice(2).split('=', 2);
    const value = inline ?? args[++i];
    if (!['name', 'out', 'repeats', 'seed'].includes(name!) || value === undefined) {
      throw new UsageError(`${arg}: not understood`);
    }
    given.set(name!, value);
  }
  const out = given.get('out');
  if (folder === undefined || out === undefined) throw new UsageError('a folder and --out are needed');
  const repeats = given.get('repeats');
  if (repeats !== undefined && !/^[1-9][0-9]*$/.test(repeats))
    throw new UsageError(`--repeats ${repeats}: not a number`);
  const name = given.get('name');
  return {
    folder,
    out,
    name,
    repeats: repeats === undefined ? undefined : Number(repeats),
    seed: given.get('seed') ?? '1',
  };
}

function main(args: readonly string[]): number {
  const options = readOptions(args);
  const recordings = recordingsIn(options.folder, options.name);
  if (recordings.length === 0) throw new UsageError(`no recording in ${options.folder}`);
  let wrong = 0;
  let judged = 0;
  const left: string[] = [];
  for (const recording of recordings) {
    const run = runRecording(recording, options.repeats, options.seed);
    if (run === undefined) {
      left.push(recording.name);
      process.stdout.write(`WRONG ${recording.name}: this family is not simulated\n`);
      continue;
    }
    const folder = join(options.out, recording.name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'samples.csv'), writeCsv(recording.header, run.rows));
    for (const { line, holds } of run.verdicts) {
      process.stdout.write(`${line}\n`);
      judged++;
      if (!holds) wrong++;
    }
  }
  process.stdout.write(`${judged - wrong} of ${judged} columns hold, ${left.length} recordings are not simulated\n`);
  return wrong === 0 && left.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(USAGE);
  process.exitCode = 2;
}

import { once } from 'node:events';
import { basename, join } from 'node:path';
import { Engine } from '../sim/engine/engine.ts';
import { isLocal, reshape, reshapeOne, type Reshaping } from '../scenario/traces/reshape.ts';
import { readSimKube } from '../scenario/traces/simkube.ts';
import { simKubeScenario } from '../scenario/traces/simkube-scenario.ts';
import { taskHeader, taskLines } from '../scenario/traces/task-csv.ts';
import { TRACE_FORMATS } from '../scenario/traces/trace-formats.ts';
import { BYTES_PER_GIB, type TraceTask } from '../scenario/traces/trace-task.ts';
import { ExitCode } from './exit-codes.ts';
import { OutputFile, writeOutput } from './output-file.ts';

interface ImportOptions extends Reshaping {
  readonly from: string;
  readonly out?: string;
  readonly seed?: string;
  /** Cores and GiB. */
  readonly machineCpu: number;
  readonly machineMemory: number;
  readonly sliceFrom?: number;
  readonly sliceUntil?: number;
}

/** Tasks between two writes. */
const BATCH = 5_000;

/** `orrery import`: turns a trace into tasks as scenarios read them, or a trace of SimKube into a scenario. */
export async function importTrace(file: string, options: ImportOptions): Promise<void> {
  if (options.from === 'simkube') importSimKube(file, options.out);
  else await importTasks(file, options);
  process.exitCode = ExitCode.Ok;
}

async function importTasks(file: string, options: ImportOptions): Promise<void> {
  const shape = { ...options, fromMicros: options.sliceFrom, untilMicros: options.sliceUntil };
  const machine = { milliCpu: options.machineCpu * 1000, memoryBytes: options.machineMemory * BYTES_PER_GIB };
  const lots = new Engine({ seed: options.seed ?? '1' }).stream('import');
  const read = TRACE_FORMATS.get(options.from)!;
  const output = options.out === undefined ? undefined : new OutputFile(options.out);
  const write = (text: string): void => (output === undefined ? void process.stdout.write(text) : output.write(text));
  try {
    let batch: TraceTask[] = [];
    let count = 0;
    // With the first tasks, so that a file that cannot be read leaves nothing on standard output.
    let header = taskHeader();
    const flush = (): void => {
      write(header + (batch.length > 0 ? taskLines(batch) : ''));
      header = '';
      count += batch.length;
      batch = [];
    };
    const local = isLocal(shape);
    await read(file, machine, (task) => {
      const kept = local ? reshapeOne(task, shape, lots) : task;
      if (kept !== undefined) batch.push(kept);
      if (local && batch.length >= BATCH) flush();
    });
    if (!local) batch = reshape(batch, shape, lots);
    flush();
    output?.commit();
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    process.stderr.write(`${count} tasks\n`);
  } catch (error) {
    output?.discard();
    throw error;
  }
}

function importSimKube(file: string, out: string | undefined): void {
  const name = basename(file).replace(/\..*$/, '');
  const folder = out ?? name;
  const files = simKubeScenario(name, readSimKube(file));
  for (const { path, text } of files) writeOutput(join(folder, path), text);
  process.stderr.write(`${join(folder, 'scenario.yaml')} and ${files.length - 1} more files\n`);
}

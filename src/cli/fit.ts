import { basename } from 'node:path';
import { fitTrace } from '../experiment/fitting/fit-trace.ts';
import { fittedScenario } from '../experiment/fitting/fitted-scenario.ts';
import { renderFit } from '../report/fit.ts';
import { TRACE_FORMATS } from '../scenario/traces/trace-formats.ts';
import { BYTES_PER_GIB, type TraceTask } from '../scenario/traces/trace-task.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output-file.ts';

interface FitOptions {
  readonly from: string;
  readonly out?: string;
  readonly shapes: number;
  /** Cores and GiB. */
  readonly machineCpu: number;
  readonly machineMemory: number;
}

/** `orrery fit`: says which distributions are close to a trace, and writes a scenario with a workload like it. */
export async function fit(file: string, options: FitOptions): Promise<void> {
  const machine = { milliCpu: options.machineCpu * 1000, memoryBytes: options.machineMemory * BYTES_PER_GIB };
  const tasks: TraceTask[] = [];
  await TRACE_FORMATS.get(options.from)!(file, machine, (task) => tasks.push(task));
  const found = fitTrace(tasks, options.shapes);
  process.stdout.write(renderFit(found));
  if (options.out !== undefined) {
    if (tasks.length === 0) {
      process.stderr.write(`error: ${file} has no tasks to make a workload of\n`);
      process.exitCode = ExitCode.InputInvalid;
      return;
    }
    const name = basename(file)
      .replace(/\..*$/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    writeOutput(options.out, fittedScenario(name === '' ? 'fitted' : name, found));
  }
  process.exitCode = ExitCode.Ok;
}

import { resolve } from 'node:path';
import { platform } from 'node:os';
import { createHash } from 'node:crypto';
import { renderRun } from '../report/terminal.ts';
import { summarize, type Summary } from '../report/summary.ts';
import type { RunFacts } from '../report/html/run/facts.ts';
import { renderWarnings } from './warnings.ts';
import { setFreezing } from '../sim/api/freeze.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import { Simulation } from '../sim/simulation.ts';
import { ExitCode } from './exit-codes.ts';
import { failureOf, RunFailure } from './failure.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { OutputFile } from './output-file.ts';
import { momentsOf } from './moments.ts';
import { prepareRun } from './prepare-run.ts';
import { progressOf } from './progress.ts';
import { RunFolder, type FileFacts } from './run-folder.ts';
import { parquetForms, RunReports } from './run-reports.ts';
import { styleFor } from './style.ts';
import { Signals } from './signals.ts';
import { VERSION } from './version.ts';

interface RunOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly reports?: boolean;
  readonly html?: boolean;
  readonly parquet?: boolean;
  readonly trace?: string;
  readonly until?: number;
  readonly format?: 'table' | 'json';
  readonly progress?: boolean;
  readonly maxErrors?: number;
  readonly decisions?: boolean;
  readonly debug?: boolean;
  readonly simulateEverything?: boolean;
  /** Seconds of the wall clock. */
  readonly policyTimeout?: number;
}

/** Events between two looks at signals and the progress line. */
const SLICE = 20_000;

/** `orrery run`: reads, simulates, writes the reports, shows the result. Sets the exit code. */
export async function run(path: string, asked: RunOptions): Promise<void> {
  const options = asked.simulateEverything === true ? withEverything(asked) : asked;
  try {
    process.exitCode = await simulate(path, options);
  } catch (error) {
    const { message, code } = failureOf(error, {
      ...(options.maxErrors === undefined ? {} : { most: options.maxErrors }),
      debug: options.debug === true,
    });
    process.stderr.write(message);
    process.exitCode = code;
  }
}

/** The flag is a field of the scenario's: whatever repeats the run says so. */
function withEverything(options: RunOptions): RunOptions {
  return { ...options, set: [...(options.set ?? []), 'simulateEverything=true'] };
}

async function simulate(path: string, options: RunOptions): Promise<ExitCode> {
  // Policies of the user's are held to immutable objects (see prepareRun), and so is everybody while errors are looked for.
  setFreezing(options.debug === true);
  const { scenario, warnings, policies, watch } = await prepareRun(path, {
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const color = process.stderr.isTTY === true;
  if (warnings.length > 0) {
    process.stderr.write(renderWarnings(warnings, color, options.maxErrors ?? 20) + '\n');
  }

  const seed = options.seed ?? scenario.seed;
  const signals = new Signals();
  let folder: RunFolder | undefined;
  let traceFile: OutputFile | undefined;
  try {
    if (options.trace !== undefined) traceFile = new OutputFile(options.trace);
    if (options.reports !== false) {
      folder = new RunFolder(resolve(options.out ?? `reports/${fileName(scenario.name)}/seed-${fileName(seed)}`));
    }
    const reports = new RunReports(
      folder,
      traceFile,
      options,
      options.parquet === true ? await parquetForms() : undefined,
    );
    const explains = options.decisions === true ? (): boolean => true : undefined;
    const made = (): Simulation =>
      new Simulation(scenario, policies, reports, { seed, untilMicros: options.until, explains });
    const simulation = underWatch(watch, () => 0, made, options.policyTimeout);
    const advance = (): boolean => turnOn(simulation, SLICE, watch, options.policyTimeout);
    await turn(simulation, advance, signals, replayOf(path, seed, options), options.progress !== false);
    const record = simulation.finish();
    const summary = summarize(record);
    const facts = factsOf(scenario, path, options);
    reports.finish(record, summary, facts);
    folder?.commit((files) => manifest(record, facts, files));
    traceFile?.commit();
    process.stdout.write(
      options.format === 'json'
        ? resultAsJson(record, summary, folder?.path)
        : renderRun(record, summary, folder === undefined ? undefined : shown(folder.path), styleFor(process.stdout)),
    );
    if (record.stopped === 'interrupted') {
      return signals.received === 'SIGTERM' ? ExitCode.Terminated : ExitCode.Interrupted;
    }
    return record.expectations.every(({ held }) => held) ? ExitCode.Ok : ExitCode.Broken;
  } catch (error) {
    folder?.discard();
    traceFile?.discard();
    throw error;
  } finally {
    signals.close();
  }
}

/** Turns the crank until the run is over or somebody interrupts it. */
async function turn(
  simulation: Simulation,
  advance: () => boolean,
  signals: Signals,
  replay: string,
  showProgress: boolean,
): Promise<void> {
  const progress = progressOf(simulation, showProgress);
  try {
    while (signals.received === undefined && advance()) {
      progress.update();
      await new Promise(setImmediate);
    }
    if (signals.received !== undefined) simulation.interrupt();
  } catch (error) {
    const { engine } = simulation;
    throw new RunFailure(error, {
      replay,
      seed: engine.seed,
      at: engine.now,
      event: engine.dispatched,
      fingerprint: engine.fingerprint.toString(),
    });
  } finally {
    progress.stop();
  }
}

/** What makes the run repeatable and its files checkable. Nothing in it depends on when or where it was written. */
function manifest(run: RunRecord, facts: RunFacts, files: readonly FileFacts[]): string {
  return (
    JSON.stringify(
      {
        orrery: facts.orrery,
        kubernetes: facts.kubernetes,
        scenario: run.scenario,
        source: facts.source,
        overrides: facts.overrides,
        scenarioSha256: facts.scenarioSha256,
        seed: run.seed,
        complete: run.stopped !== 'interrupted',
        stopped: run.stopped,
        endedAtMicros: run.endedAt,
        engineEvents: run.engineEvents,
        fingerprint: run.fingerprint,
        node: process.versions.node,
        platform: `${platform()}-${process.arch}`,
        files,
      },
      undefined,
      2,
    ) + '\n'
  );
}

function factsOf(scenario: Scenario, path: string, options: RunOptions): RunFacts {
  return {
    orrery: VERSION,
    kubernetes: 'v1.36',
    source: path,
    overrides: options.set ?? [],
    moments: momentsOf(scenario),
    scenarioSha256: createHash('sha256').update(JSON.stringify(scenario)).digest('hex'),
  };
}

function resultAsJson(run: RunRecord, summary: Summary, folder: string | undefined): string {
  const { scenario, seed, stopped, endedAt, quiescentSince, fingerprint, expectations, pending } = run;
  const figures = Object.fromEntries(summary.figures.map(({ metric, value, unit }) => [metric, { value, unit }]));
  const result = {
    scenario,
    seed,
    stopped,
    endedAtMicros: endedAt,
    quiescentSinceMicros: quiescentSince,
    fingerprint,
    figures,
    expectations,
    pending,
    reports: folder,
  };
  return JSON.stringify(result, undefined, 2) + '\n';
}

function replayOf(path: string, seed: string, options: RunOptions): string {
  const sets = (options.set ?? []).map((one) => ` --set '${one}'`).join('');
  return `orrery run ${path} --seed ${seed}${sets} --debug`;
}

/** A name of the user's as a folder's name: nothing that leaves the folder, nothing that a file system refuses. */
function fileName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : safe.slice(0, 100);
}

/** Relative to where the user stands, if it lies below. */
function shown(path: string): string {
  const here = process.cwd() + '/';
  return path.startsWith(here) ? path.slice(here.length) : path;
}

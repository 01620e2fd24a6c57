import type { RecordSink } from '../sim/recorder/records.ts';
import { Simulation } from '../sim/simulation.ts';
import type { History } from '../sim/engine/checkpoints.ts';
import type { Trace } from '../sim/engine/trace.ts';
import { turnOn } from './guarded-turn.ts';
import { prepareRun } from './prepare-run.ts';

export interface HistoryOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
  readonly until?: number;
  readonly from?: number;
  readonly to?: number;
}

/** What one process says about its run. */
export interface HistoryAnswer {
  readonly history: History;
  /** When the run ended, in microseconds: with a duration, mostly later than its last event. */
  readonly endedAt: number;
  readonly window: Trace;
}

const NOBODY: RecordSink = { pod: () => undefined, event: () => undefined };

/** `orrery history`: runs a scenario and prints its history as one line of JSON. */
export async function history(path: string, options: HistoryOptions): Promise<void> {
  const { scenario, policies, watch } = await prepareRun(path, {
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const simulation = new Simulation(scenario, policies, NOBODY, {
    seed: options.seed,
    untilMicros: options.until,
  });
  const { engine } = simulation;
  const rows = options.from === undefined ? [] : engine.traceWindow(options.from, options.to ?? options.from);
  while (turnOn(simulation, Number.MAX_SAFE_INTEGER, watch)) {
    // One slice is the whole run.
  }
  const window: Trace = { rows, end: engine.fingerprint.toString() };
  const answer: HistoryAnswer = { history: engine.history(), endedAt: simulation.endedAt, window };
  process.stdout.write(JSON.stringify(answer) + '\n');
}

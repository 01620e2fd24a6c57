import { summarize } from '../report/summary.ts';
import type { ReplicationInput, ReplicationResult } from '../experiment/replication.ts';
import { Simulation } from '../sim/simulation.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { prepareRun, type PreparedRun } from './prepare-run.ts';

const SLICE = 50_000;

/** The scenario read last: replications of one variant come one after the other. */
let last: { readonly key: string; readonly prepared: Promise<PreparedRun> } | undefined;

/** Makes one run of an experiment. Throws what `orrery run` would report. */
export async function replicate({ path, sets, seed }: ReplicationInput): Promise<ReplicationResult> {
  const key = JSON.stringify([path, sets]);
  if (last?.key !== key) last = { key, prepared: prepareRun(path, { set: sets }) };
  const { scenario, policies, watch } = await last.prepared;
  const sink = { pod: () => undefined, event: () => undefined };
  const made = (): Simulation => new Simulation(scenario, policies, sink, { seed });
  const simulation = underWatch(watch, () => 0, made);
  while (turnOn(simulation, SLICE, watch));
  const record = simulation.finish();
  const { figures } = summarize(record);
  return {
    figures: Object.fromEntries(figures.map(({ metric, value }) => [metric, value === '' ? null : Number(value)])),
    units: Object.fromEntries(figures.map(({ metric, unit }) => [metric, unit])),
    fingerprint: record.fingerprint,
    stopped: record.stopped,
  };
}

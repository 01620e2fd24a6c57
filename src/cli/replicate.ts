import { summarize } from '../report/summary.ts';
import type { ReplicationInput, ReplicationResult } from '../experiment/replication.ts';
import type { StateSeries } from '../experiment/warm-up.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import { Simulation } from '../sim/simulation.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { prepareRun, type PreparedRun } from './prepare-run.ts';
import { runIdentity } from './run-identity.ts';

const SLICE = 50_000;

/** What is read here under the path of a run is not what the run was planned with. */
export class OtherExperimentError extends Error {
  override readonly name = 'OtherExperimentError';
}

/** The scenario read last: replications of one variant come one after the other. */
let last: { readonly key: string; readonly prepared: Promise<PreparedRun> } | undefined;

/** Makes one run of an experiment. Throws what `orrery run` would report; OtherExperimentError where it reads other files. */
export async function replicate(input: ReplicationInput): Promise<ReplicationResult> {
  const record = await recordOf(input);
  const { figures } = summarize(record);
  return {
    figures: Object.fromEntries(figures.map(({ metric, value }) => [metric, value === '' ? null : Number(value)])),
    units: Object.fromEntries(figures.map(({ metric, unit }) => [metric, unit])),
    fingerprint: record.fingerprint,
    stopped: record.stopped,
  };
}

/** How the cluster of such a run came to rest, if it does. Throws as `replicate`. */
export async function stateSeries(input: ReplicationInput): Promise<StateSeries> {
  const { samples, sampleIntervalMicros } = await recordOf(input);
  return {
    intervalMicros: sampleIntervalMicros,
    series: {
      pods_running: samples.map(({ podsRunning }) => podsRunning),
      pods_pending: samples.map(({ podsPending }) => podsPending),
      cpu_requested_millicores: samples.map(({ requestedMilliCpu }) => requestedMilliCpu),
    },
  };
}

async function recordOf({ path, sets, seed, identity }: ReplicationInput): Promise<RunRecord> {
  const key = JSON.stringify([path, sets, identity]);
  if (last?.key !== key) last = { key, prepared: prepareAs(identity, path, sets) };
  const { scenario, policies, watch } = await last.prepared;
  const sink = { pod: () => undefined, event: () => undefined };
  const made = (): Simulation => new Simulation(scenario, policies, sink, { seed });
  const simulation = underWatch(watch, () => 0, made);
  while (turnOn(simulation, SLICE, watch));
  return simulation.finish();
}

/** A result is kept under a name made of what it was planned with: nothing else may come to lie there. */
async function prepareAs(identity: string | undefined, path: string, sets: readonly string[]): Promise<PreparedRun> {
  const prepared = await prepareRun(path, { set: sets });
  if (identity === undefined || runIdentity(prepared) === identity) return prepared;
  throw new OtherExperimentError(
    `${path}, a policy that it names, or Orrery itself is not as it was when the experiment was planned`,
  );
}

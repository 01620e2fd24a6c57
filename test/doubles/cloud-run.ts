import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareRun } from '../../src/cli/prepare-run.ts';
import type { Commit } from '../../src/sim/control-plane/etcd/store.ts';
import type { EventRecord, PodRecord } from '../../src/sim/recorder/records.ts';
import type { RunRecord } from '../../src/sim/recorder/run-record.ts';
import { Simulation } from '../../src/sim/simulation.ts';

/** A whole run of a scenario, with what was written of it. */
export interface CloudRun {
  readonly record: RunRecord;
  readonly pods: readonly PodRecord[];
  readonly events: readonly EventRecord[];
  readonly commits: readonly Commit[];
  readonly simulation: Simulation;
}

export interface CloudRunOptions {
  readonly set?: readonly string[];
  readonly seed?: string;
  /** Looks at the run whenever something was committed. */
  readonly watch?: (commit: Commit, simulation: Simulation) => void;
}

/** Runs the text of a scenario. */
export async function runText(text: string, options: CloudRunOptions = {}): Promise<CloudRun> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-cloud-'));
  const path = join(folder, 'scenario.yaml');
  writeFileSync(path, text);
  try {
    return await runFile(path, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function runFile(path: string, { set = [], seed, watch }: CloudRunOptions = {}): Promise<CloudRun> {
  const { scenario, policies } = await prepareRun(path, { set, ...(seed === undefined ? {} : { seed }) });
  const pods: PodRecord[] = [];
  const events: EventRecord[] = [];
  const commits: Commit[] = [];
  const simulation = new Simulation(scenario, policies, {
    pod: (pod) => pods.push(pod),
    event: (event) => events.push(event),
  });
  simulation.api.observe((commit) => {
    commits.push(commit);
    watch?.(commit, simulation);
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { record: simulation.finish(), pods, events, commits, simulation };
}

import { runApiServerFamily } from './apiserver-family.ts';
import { runCatchupFamily } from './catchup-family.ts';
import { CONDITIONS, familyOf, rulesOf } from './columns.ts';
import { runControlPlaneFamily } from './control-plane-family.ts';
import { runEtcdFamily } from './etcd-family.ts';
import { runPartitionFamily } from './partition-family.ts';
import { runQuorumFamily } from './quorum-family.ts';
import { judgeFairness } from './fairness-family.ts';
import type { Recording, Row } from './recording.ts';
import { judge, type Verdict } from './verdict.ts';
import { runWatchFamily } from './watch-family.ts';
import { runWriteLatencyFamily } from './write-latency-family.ts';

/** What was measured in the simulation, and how it compares, a verdict for each column. */
export interface RunOfRecording {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly verdicts: readonly Verdict[];
}

type Runner = (recording: Recording, repeats: number, seed: string) => Record<string, unknown>[];

const RUNNERS: Readonly<Record<string, Runner>> = {
  apiserver: runApiServerFamily,
  catchup: runCatchupFamily,
  'control-plane-etcd': runControlPlaneFamily,
  etcd: runEtcdFamily,
  partition: runPartitionFamily,
  quorum: runQuorumFamily,
  watch: runWatchFamily,
  'write-latency': runWriteLatencyFamily,
};

/**
 * Simulates what a recording describes so often, each time with a seed of its own; as often as was recorded unless said.
 * Undefined where its family is not simulated.
 */
export function runRecording(
  recording: Recording,
  repeats: number | undefined,
  seed: string,
): RunOfRecording | undefined {
  // How long requests take under a flood is the machine's; the figures they are admitted by are not.
  if (familyOf(recording.name) === 'fairness') return { rows: [], verdicts: judgeFairness(recording) };
  const runner = RUNNERS[familyOf(recording.name)];
  if (runner === undefined) return undefined;
  const recorded = new Set(recording.rows.map((row) => row['rep'])).size;
  const rows = runner(recording, repeats ?? recorded, `${seed}/${recording.name}`);
  return { rows, verdicts: compare(recording, rows) };
}

function compare(recording: Recording, simulated: readonly Readonly<Record<string, unknown>>[]): Verdict[] {
  const named = CONDITIONS[familyOf(recording.name)] ?? [];
  const conditions = named.filter((column) => recording.header.includes(column));
  const texts = simulated.map((row): Row =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)])),
  );
  const groupOf = (row: Row): string => conditions.map((column) => `${column} ${row[column]}`).join(', ');
  return [...new Set(recording.rows.map(groupOf))].flatMap((group) => {
    const recorded = recording.rows.filter((row) => groupOf(row) === group);
    const own = texts.filter((row) => groupOf(row) === group);
    return rulesOf(recording).map((rule) => judge(recording.name, group, rule, recorded, own));
  });
}

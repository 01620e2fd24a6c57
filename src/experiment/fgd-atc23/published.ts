import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../../scenario/traces/csv-trace.ts';
import { LAST_PERCENT } from './arrived-columns.ts';
import { workloadName } from './study-data.ts';

/** A run's curves as the study's authors published them, a value for each per cent arrived. */
export interface PublishedRun {
  readonly allocatedPercent: readonly number[];
  readonly fragmentationPercent: readonly number[];
  readonly fragmentationRatioPercent: readonly number[];
}

const FILES = {
  allocatedPercent: 'analysis_allo_discrete.csv',
  fragmentationPercent: 'analysis_frag_discrete.csv',
  fragmentationRatioPercent: 'analysis_frag_ratio_discrete.csv',
} as const;

/** Runs are known by this. */
export function runKey(workload: string, policy: string, seed: string): string {
  return `${workload} ${policy} ${seed}`;
}

/** The published curves that are in the folder, by `runKey`; none where there are no such files. */
export async function readPublished(data: string): Promise<ReadonlyMap<string, PublishedRun>> {
  const runs = new Map<string, { -readonly [K in keyof PublishedRun]: number[] }>();
  const points = Array.from({ length: LAST_PERCENT + 1 }, (_, percent) => String(percent));
  for (const [member, name] of Object.entries(FILES)) {
    const file = join(data, 'fgd-atc23', 'expected', name);
    if (!existsSync(file)) continue;
    await readCsv(file, { required: ['workload', 'sc_policy', 'seed', ...points], others: true }, (row) => {
      const policy = row.name('sc_policy').replace(/^\d+-/, '');
      const key = runKey(workloadName(row.name('workload')), policy, row.name('seed'));
      let run = runs.get(key);
      if (run === undefined) {
        run = { allocatedPercent: [], fragmentationPercent: [], fragmentationRatioPercent: [] };
        runs.set(key, run);
      }
      run[member as keyof PublishedRun] = points.map((point) => row.decimal(point));
    });
  }
  return runs;
}

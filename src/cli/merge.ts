import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderResults, MemoryResults, type ResultStore } from '../experiment/result-store.ts';
import { TraceError } from '../scenario/traces/trace-error.ts';
import { showMerged, type CompareOptions, type KeptPlan } from './compare.ts';
import { keptResults } from './kept-results.ts';

/** Puts folders of shards of one experiment together. Throws a TraceError when they are not of one. */
export async function merge(
  folders: readonly string[],
  options: Pick<CompareOptions, 'format' | 'out' | 'parquet'>,
): Promise<void> {
  let kept: KeptPlan | undefined;
  let text = '';
  const store: ResultStore =
    options.out === undefined ? new MemoryResults() : keptResults(join(options.out, 'results'));
  for (const folder of folders) {
    const file = join(folder, 'experiment.json');
    if (!existsSync(file))
      throw TraceError.missing(file, 'no such file; merge takes folders that compare or sweep wrote');
    const found = readFileSync(file, 'utf8');
    if (kept === undefined) {
      text = found;
      kept = JSON.parse(found) as KeptPlan;
    } else if (found !== text) {
      throw new TraceError([
        `${file}: is another experiment than ${folders[0]}; only shards of one can be put together`,
      ]);
    }
    const results = new FolderResults(join(folder, 'results'));
    for (const name of readdirSync(results.folder)) {
      const key = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      const result = key === undefined ? undefined : results.get(key);
      if (result !== undefined) store.put(key!, result);
    }
  }
  await showMerged(kept!, store, options);
}

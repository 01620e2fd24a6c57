import type { ReplicationResult } from '../experiment/replication.ts';
import { FolderResults, type ResultStore } from '../experiment/result-store.ts';
import { attempt } from './output-error.ts';

/** Results of runs in a folder that the user named. Throws an OutputError where it cannot be made or written. */
export function keptResults<T = ReplicationResult>(folder: string): ResultStore<T> {
  const results = attempt(`cannot create ${folder}`, true, () => new FolderResults<T>(folder));
  return {
    get: (key) => results.get(key),
    put: (key, result) => attempt(`cannot write ${folder}`, false, () => results.put(key, result)),
  };
}

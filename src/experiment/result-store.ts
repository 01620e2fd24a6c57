import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicationResult } from './replication.ts';

/** Where results of runs are kept, each once, under the name of what it is the result of. */
export interface ResultStore<T = ReplicationResult> {
  get(key: string): T | undefined;
  put(key: string, result: T): void;
}

/** Results in memory: nothing is kept. */
export class MemoryResults<T = ReplicationResult> implements ResultStore<T> {
  readonly #results = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#results.get(key);
  }

  put(key: string, result: T): void {
    this.#results.set(key, result);
  }
}

/**
 * Results in a folder, a file each. A file appears under its name when it is whole; a run that is made twice writes the
 * same bytes again. Whoever finds a result need not run it: that is how an experiment that was interrupted goes on.
 */
export class FolderResults<T = ReplicationResult> implements ResultStore<T> {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get(key: string): T | undefined {
    const file = join(this.folder, `${key}.json`);
    if (!existsSync(file)) return undefined;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as T;
    } catch {
      // Not one of ours, or damaged: it is made anew.
      return undefined;
    }
  }

  put(key: string, result: T): void {
    const temporary = join(this.folder, `.${key}.${process.pid}.tmp`);
    try {
      writeFileSync(temporary, JSON.stringify(result) + '\n');
      renameSync(temporary, join(this.folder, `${key}.json`));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

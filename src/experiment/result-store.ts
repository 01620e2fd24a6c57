import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  /** By key: what was half written when this process came, by one that was killed or one that still writes. */
  readonly #halfWritten = new Map<string, string[]>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const key = HALF_WRITTEN.exec(name)?.[1];
      if (key !== undefined) this.#halfWritten.set(key, [...(this.#halfWritten.get(key) ?? []), name]);
    }
  }

  get(key: string): T | undefined {
    const file = join(this.folder, `${key}.json`);
    if (!existsSync(file)) return undefined;
    try {
      const result = JSON.parse(readFileSync(file, 'utf8')) as T;
      this.#tidy(key);
      return result;
    } catch {
      // Not one of ours, or damaged: it is made anew.
      return undefined;
    }
  }

  put(key: string, result: T): void {
    const temporary = join(this.folder, `.${key}.${process.pid}.tmp`);
    const file = join(this.folder, `${key}.json`);
    try {
      writeFileSync(temporary, JSON.stringify(result) + '\n');
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      // Somebody who had the same result already has tidied it away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(file)) throw error;
    }
    this.#tidy(key);
  }

  /** The result is there: nobody needs another half of it. */
  #tidy(key: string): void {
    for (const name of this.#halfWritten.get(key) ?? []) rmSync(join(this.folder, name), { force: true });
    this.#halfWritten.delete(key);
  }
}

/** A key and the number of the process that writes: `.<key>.<pid>.tmp`. */
const HALF_WRITTEN = /^\.(.+)\.\d+\.tmp$/;

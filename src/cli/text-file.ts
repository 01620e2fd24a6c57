import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from './run-folder.ts';

/** A file that appears under its name when it is whole. */
export class TextFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #descriptor: number;

  /** Throws an OutputError. */
  constructor(path: string) {
    this.path = path;
    this.#temporary = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#descriptor = openSync(this.#temporary, 'w');
    } catch (error) {
      throw new OutputError(`cannot write ${path}: ${(error as Error).message}`, true, error);
    }
  }

  write(content: string | Uint8Array): void {
    const bytes = Buffer.from(content as string);
    try {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
      }
    } catch (error) {
      throw new OutputError(`cannot write ${this.path}: ${(error as Error).message}`, false, error);
    }
  }

  commit(): void {
    closeSync(this.#descriptor);
    renameSync(this.#temporary, this.path);
  }

  discard(): void {
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }
}

/** A whole file at once. Throws an OutputError. */
export function writeText(path: string, text: string): void {
  const file = new TextFile(path);
  file.write(text);
  file.commit();
}

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { attempt, OutputError } from './output-error.ts';

/** A file that the user named, put in its place in one rename when it is whole. Throws OutputErrors. */
export class OutputFile {
  readonly path: string;
  readonly #staging: string;
  readonly #descriptor: number;
  #isOpen = true;

  constructor(path: string) {
    this.path = resolve(path);
    this.#staging = `${this.path}.incomplete-${process.pid}`;
    this.#descriptor = attempt(`cannot create ${this.path}`, true, () => {
      if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() === true) {
        throw new OutputError(`cannot create ${this.path}: it is a folder`, true);
      }
      mkdirSync(dirname(this.path), { recursive: true });
      return openSync(this.#staging, 'w');
    });
  }

  write(content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    attempt(`cannot write ${this.path}`, false, () => {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
      }
    });
  }

  commit(): void {
    attempt(`cannot write ${this.path}`, false, () => {
      fsyncSync(this.#descriptor);
      this.#close();
      renameSync(this.#staging, this.path);
    });
  }

  /** Takes it away again; what stood there before stays. */
  discard(): void {
    this.#close();
    rmSync(this.#staging, { force: true });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }
}

/** A whole file at once. Throws an OutputError, and leaves nothing half written. */
export function writeOutput(path: string, text: string): void {
  const file = new OutputFile(path);
  try {
    file.write(text);
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

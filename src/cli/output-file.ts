import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OutputError } from './run-folder.ts';

/** A file that the user named, put in its place in one rename when it is whole. */
export class OutputFile {
  readonly path: string;
  readonly #staging: string;
  readonly #descriptor: number;
  #isOpen = true;

  constructor(path: string) {
    this.path = resolve(path);
    this.#staging = `${this.path}.incomplete-${process.pid}`;
    this.#descriptor = this.#attempt('cannot create', true, () => {
      mkdirSync(dirname(this.path), { recursive: true });
      return openSync(this.#staging, 'w');
    });
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#attempt('cannot write', false, () => {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
      }
    });
  }

  commit(): void {
    this.#attempt('cannot write', false, () => {
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

  #attempt<T>(what: string, creating: boolean, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw new OutputError(
        `${what} ${this.path}: ${error instanceof Error ? error.message : String(error)}`,
        creating,
        error,
      );
    }
  }
}

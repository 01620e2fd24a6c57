import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { whatIsInTheWay } from './earlier-run.ts';
import { attempt, OutputError } from './output-error.ts';

interface OpenFile {
  readonly descriptor: number;
  readonly hash: ReturnType<typeof createHash>;
  bytes: number;
  rows: number;
}

export interface FileFacts {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The folder of a run, written beside its place and put there in one rename when it is whole, its manifest last. A run
 * that dies half way leaves a folder whose name begins with a dot and that has no manifest; nothing looks whole that is
 * not. The earlier run that stood there is replaced only then; what is not a run is never replaced.
 */
export class RunFolder {
  readonly path: string;
  readonly #staging: string;
  readonly #files = new Map<string, OpenFile>();

  constructor(path: string) {
    this.path = resolve(path);
    const parent = dirname(this.path);
    const obstacle = attempt(`cannot create ${this.path}`, true, () => whatIsInTheWay(this.path));
    if (obstacle !== undefined) {
      throw new OutputError(`cannot create ${this.path}: ${obstacle}; --out names another one`, true);
    }
    this.#staging = join(parent, `.${basename(this.path)}.incomplete-${process.pid}`);
    attempt(`cannot create ${this.path}`, true, () => {
      mkdirSync(parent, { recursive: true });
      removeAbandoned(parent, basename(this.path));
      rmSync(this.#staging, { recursive: true, force: true });
      mkdirSync(this.#staging);
    });
  }

  /** Opens a file of the run; the function appends to it. */
  open(name: string): (content: string | Uint8Array) => void {
    const descriptor = attempt(`cannot create ${name}`, true, () => openSync(join(this.#staging, name), 'wx'));
    const file: OpenFile = { descriptor, hash: createHash('sha256'), bytes: 0, rows: 0 };
    this.#files.set(name, file);
    return (content) => {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      attempt(`cannot write ${name}`, false, () => {
        for (let written = 0; written < bytes.length;) {
          written += writeSync(descriptor, bytes, written, bytes.length - written);
        }
      });
      file.hash.update(bytes);
      file.bytes += bytes.length;
    };
  }

  /** Closes all files, writes the manifest made of their facts, and puts the folder in its place. */
  commit(manifest: (files: readonly FileFacts[]) => string): void {
    const facts: FileFacts[] = [];
    for (const [file, { descriptor, hash, bytes }] of this.#files) {
      attempt(`cannot write ${file}`, false, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
      });
      facts.push({ file, bytes, sha256: hash.digest('hex') });
    }
    attempt(`cannot write ${this.path}`, false, () => {
      const descriptor = openSync(join(this.#staging, 'manifest.json'), 'wx');
      writeSync(descriptor, manifest(facts));
      fsyncSync(descriptor);
      closeSync(descriptor);
      syncFolder(this.#staging);
      this.#replace();
      syncFolder(dirname(this.path));
    });
  }

  /** Takes everything away again: the run failed before it had anything to say. */
  discard(): void {
    for (const { descriptor } of this.#files.values()) {
      try {
        closeSync(descriptor);
      } catch {
        // It was closed already.
      }
    }
    rmSync(this.#staging, { recursive: true, force: true });
  }

  #replace(): void {
    if (!existsSync(this.path)) {
      renameSync(this.#staging, this.path);
      return;
    }
    const old = join(dirname(this.path), `.${basename(this.path)}.replaced-${process.pid}`);
    rmSync(old, { recursive: true, force: true });
    renameSync(this.path, old);
    renameSync(this.#staging, this.path);
    rmSync(old, { recursive: true, force: true });
  }
}

/** What runs that were killed left behind: only those whose process is gone. */
function removeAbandoned(parent: string, name: string): void {
  for (const entry of readdirSync(parent)) {
    const match = /^\.(.+)\.(?:incomplete|replaced)-(\d+)$/.exec(entry);
    if (match === null || match[1] !== name || isAlive(Number(match[2]))) continue;
    rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A rename is durable when the folder that holds the name is. */
function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

import { createReadStream, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TraceError } from './trace-error.ts';

/** The bytes of a trace, unpacked when its name ends in `.gz`. Throws a TraceError when it is not there. */
export function openTrace(file: string): Readable {
  checkFile(file);
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 });
  if (!file.endsWith('.gz')) return bytes;
  // What goes wrong in either part is met by whoever reads.
  return pipeline(bytes, createGunzip(), () => {});
}

/** Throws a TraceError when there is no ordinary file of this name. */
export function checkFile(file: string): void {
  let isFile: boolean;
  try {
    isFile = statSync(file).isFile();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw TraceError.missing(file, missing ? 'no such file' : `cannot be read (${(error as Error).message})`);
  }
  if (!isFile) throw TraceError.missing(file, 'is no ordinary file');
}

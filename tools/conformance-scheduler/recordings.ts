import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One line of a recording, as parsed JSON, and where it stands. */
export interface RecordedLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `undefined` when the line is no JSON; `problem` then says why. */
  readonly value: unknown;
  readonly problem: string | undefined;
}

function isRecording(name: string): boolean {
  return name.endsWith('.jsonl') || name.endsWith('.jsonl.gz');
}

/**
 * The recordings that the paths name. A folder stands for all recordings in it, but for `selection.jsonl`, which repeats
 * cases of the others. Throws an Error that names a path that is not there.
 */
export function recordingFiles(paths: readonly string[]): string[] {
  const files: string[] = [];
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw new Error(`${path}: no such file or folder`);
    if (!stats.isDirectory()) {
      files.push(path);
      continue;
    }
    const names = readdirSync(path).filter((name) => isRecording(name) && name !== 'selection.jsonl');
    files.push(...names.sort().map((name) => join(path, name)));
  }
  return files;
}

const GZIP_MAGIC = [0x1f, 0x8b];

/** The lines of a recording, compressed or not, whatever its name; empty lines are passed over. */
export function* recordedLines(file: string): Generator<RecordedLine> {
  const bytes = readFileSync(file);
  const isCompressed = bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];
  const text = (isCompressed ? gunzipSync(bytes) : bytes).toString('utf8');
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(start, end).trim();
    start = end + 1;
    if (content === '') continue;
    try {
      yield { file: basename(file), line, value: JSON.parse(content), problem: undefined };
    } catch (error) {
      yield { file: basename(file), line, value: undefined, problem: (error as Error).message };
    }
  }
}

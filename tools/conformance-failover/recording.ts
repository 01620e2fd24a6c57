import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

export type Row = Readonly<Record<string, string>>;

/** A recorded folder: what its name and its input say was done, and one line a repeat. */
export interface Recording {
  readonly name: string;
  /** All words of the input, lower case: what was done is told there in sentences. */
  readonly words: string;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** What was found out besides; empty where nothing was. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Folders with samples, sorted by name. */
export function recordingsIn(folder: string, name: string | undefined): Recording[] {
  const names = existsSync(join(folder, 'samples.csv')) ? ['.'] : readdirSync(folder).sort();
  const found: Recording[] = [];
  for (const one of names) {
    const path = join(folder, one);
    if (!statSync(path).isDirectory() || !existsSync(join(path, 'samples.csv'))) continue;
    const own = one === '.' ? basename(folder) : one;
    if (name !== undefined && !own.startsWith(name)) continue;
    found.push(readRecording(path, own));
  }
  return found;
}

function readRecording(path: string, name: string): Recording {
  const inputPath = join(path, 'input.yaml');
  const input = existsSync(inputPath) ? (parse(readFileSync(inputPath, 'utf8')) as Record<string, unknown>) : {};
  const { header, rows } = readCsv(readFileSync(join(path, 'samples.csv'), 'utf8'));
  const cluster = (input['cluster'] ?? {}) as Record<string, unknown>;
  const etcd = (cluster['etcd'] ?? {}) as Record<string, unknown>;
  const flags = (etcd['flags'] ?? {}) as Record<string, unknown>;
  const factsPath = join(path, 'facts.json');
  const facts = existsSync(factsPath) ? (JSON.parse(readFileSync(factsPath, 'utf8')) as Record<string, unknown>) : {};
  return { name, words: JSON.stringify(input).toLowerCase(), flags, input, header, rows, facts };
}

/** Recorded tables quote only cells that hold a comma. */
export function readCsv(text: string): { header: string[]; rows: Row[] } {
  const lines = text.split('\n').filter((line) => line !== '');
  const header = cells(lines[0] ?? '');
  const rows = lines.slice(1).map((line) => {
    const values = cells(line);
    return Object.fromEntries(header.map((column, i) => [column, values[i] ?? '']));
  });
  return { header, rows };
}

function cells(line: string): string[] {
  const found: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    found.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
  }
  return found;
}

export function writeCsv(header: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  const cell = (value: unknown): string => {
    const text = String(value ?? '');
    return text.includes(',') || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header.join(','), ...rows.map((row) => header.map((column) => cell(row[column])).join(',')), ''].join('\n');
}

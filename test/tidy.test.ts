import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The house rules, read from the source itself. */

const root = fileURLToPath(new URL('..', import.meta.url));

function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder)).sort()) {
    const path = posix.join(folder, entry);
    if (statSync(join(root, path)).isDirectory()) found.push(...filesBelow(path));
    else found.push(path);
  }
  return found;
}

const sources = filesBelow('src').filter((path) => path.endsWith('.ts'));
const product = sources.filter((path) => !path.endsWith('.test.ts'));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function importsOf(path: string): string[] {
  const text = read(path);
  const found: string[] = [];
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
    found.push(
      relative(root, resolve(root, dirname(path), match[1]!))
        .split('\\')
        .join('/'),
    );
  }
  return found;
}

/** Rows of "Who may import whom", longest room first so that the most exact one answers for a file. */
function importTable(): { room: string; may: string[] }[] {
  const text = read('ARCHITECTURE.md');
  const section = text.slice(text.indexOf('## Who may import whom'), text.indexOf('## To add'));
  const rows: { room: string; may: string[] }[] = [];
  for (const line of section.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const rooms = [...(cells[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    const may = [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    for (const room of rooms) if (room.startsWith('src')) rows.push({ room, may });
  }
  return rows.sort((a, b) => b.room.length - a.room.length);
}

function within(path: string, room: string): boolean {
  return path === room || path.startsWith(room + '/');
}

describe('the house', () => {
  it('has no import that the table of ARCHITECTURE.md does not allow', () => {
    const table = importTable();
    expect(table.length).toBeGreaterThan(10);
    const wrong: string[] = [];
    for (const path of product) {
      const row = table.find(({ room }) => within(path, room));
      if (row === undefined) {
        wrong.push(`${path} lies in no room of the table`);
        continue;
      }
      for (const target of importsOf(path)) {
        if (within(target, row.room) || row.may.some((room) => within(target, room))) continue;
        wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has no import cycle', () => {
    const state = new Map<string, 'open' | 'closed'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'closed') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      state.set(path, 'open');
      for (const target of valueImportsOf(path)) if (existsSync(join(root, target))) visit(target, [...trail, path]);
      state.set(path, 'closed');
    };
    for (const path of product) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('imports files that exist, with their suffix', () => {
    const missing: string[] = [];
    for (const path of sources) {
      for (const target of importsOf(path)) if (!existsSync(join(root, target))) missing.push(`${path}: ${target}`);
    }
    expect(missing).toEqual([]);
  });

  it('has no drawer for odds and ends', () => {
    const drawers = sources.filter((path) => /(^|\/)(utils?|helpers?|common|types|misc)(\/|\.ts$)/.test(path));
    expect(drawers).toEqual([]);
  });

  it('has one index.ts, the public library', () => {
    expect(sources.filter((path) => path.endsWith('/index.ts') && path !== 'src/index.ts')).toEqual([]);
  });

  it('imports no product code from tests, benches or tools', () => {
    const wrong = product.flatMap((path) =>
      importsOf(path)
        .filter((target) => /^(test|bench|tools|scenarios)\//.test(target))
        .map((target) => `${path}: ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leaves nothing unfinished by its own words, and no test switched off', () => {
    const leftovers: string[] = [];
    for (const path of [...sources, ...filesBelow('test'), ...filesBelow('bench'), ...filesBelow('tools')]) {
      if (!path.endsWith('.ts') || path === 'test/tidy.test.ts') continue;
      const text = read(path);
      for (const word of ['TODO', 'FIXME', 'XXX', 'HACK', 'not implemented']) {
        if (new RegExp(`\\b${word}\\b`).test(text)) leftovers.push(`${path}: ${word}`);
      }
      if (/\b(?:it|test|describe)\.(?:only|todo|fails)\b/.test(text)) leftovers.push(`${path}: a test switched off`);
    }
    expect(leftovers).toEqual([]);
  });

  it('says HOT in every file that the benches of the hot path guard', () => {
    for (const path of ['src/sim/engine/engine.ts', 'src/sim/engine/event-queue.ts']) {
      expect(read(path), path).toMatch(/\bHOT\b/);
    }
  });
});

/** Imports that are there at run time: types may point both ways. */
function valueImportsOf(path: string): string[] {
  const text = read(path)
    .replace(/import\s+type\s[^;]+;/g, '')
    .replace(/export\s+type\s[^;]+;/g, '');
  const found: string[] = [];
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
    found.push(
      relative(root, resolve(root, dirname(path), match[1]!))
        .split('\\')
        .join('/'),
    );
  }
  return found;
}

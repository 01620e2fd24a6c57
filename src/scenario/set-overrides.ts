import type { SourceDocument } from './document.ts';
import { readYaml } from './yaml/reader.ts';
import type { ProblemSink } from './problem.ts';
import { SourceFile } from './source-file.ts';

const MOST_INDEX = 10_000;

/**
 * Applies `--set path=value` to the data of a document, before it is validated. A path is `spec.cluster.nodes[0].count`,
 * or, for short, `cluster.nodes[0].count`; a name with dots stands in quotes: `labels["a.b/c"]`. A value is YAML. The
 * index one past the end of a list adds an entry. Messages about an overridden value point at the option.
 */
export function applyOverrides(document: SourceDocument, sets: readonly string[], report: ProblemSink): void {
  const source = new SourceFile('--set', sets.map((set) => set.replace(/[\r\n]+/g, ' ')).join('\n'));
  let offset = 0;
  for (const written of sets) {
    const set = written.replace(/[\r\n]+/g, ' ');
    applyOverride(document, set, source, offset, report);
    offset += set.length + 1;
  }
}

function applyOverride(
  document: SourceDocument,
  set: string,
  source: SourceFile,
  offset: number,
  report: ProblemSink,
): void {
  const refuse = (message: string, start: number, end: number, help?: string) =>
    report({
      code: 'bad-override',
      severity: 'error',
      message,
      source,
      span: { start: offset + start, end: offset + Math.max(end, start + 1) },
      help,
    });
  const parsed = parsePath(set);
  if (parsed === undefined || set[parsed.end] !== '=') {
    refuse(
      `\`${set.slice(0, 60)}\` is not PATH=VALUE`,
      0,
      set.length,
      'for instance `--set spec.cluster.nodes[0].count=50`',
    );
    return;
  }
  const path = [...parsed.path];
  if (!['spec', 'metadata', 'apiVersion', 'kind'].includes(String(path[0]))) path.unshift('spec');
  if (path.some((part) => part === '__proto__' || part === 'constructor' || part === 'prototype')) {
    refuse('this path is not allowed', 0, parsed.end);
    return;
  }
  const text = set.slice(parsed.end + 1);
  const value = readValue(text, (message) => refuse(message, parsed.end + 1, set.length));
  if (!value.ok) return;
  let holder = document.data;
  for (const [depth, part] of path.entries()) {
    const last = depth === path.length - 1;
    const isIndex = typeof part === 'number';
    if (typeof holder !== 'object' || holder === null || Array.isArray(holder) !== isIndex) {
      refuse(`\`${path.slice(0, depth).join('.')}\` is not a ${isIndex ? 'list' : 'map'}`, 0, parsed.end);
      return;
    }
    if (isIndex && part > (holder as unknown[]).length) {
      refuse(`the list has ${(holder as unknown[]).length} entries: the index ${part} is too large`, 0, parsed.end);
      return;
    }
    const members = holder as Record<string | number, unknown>;
    if (last) members[part] = value.data;
    else {
      if (!Object.hasOwn(members, part) || members[part] === null)
        members[part] = typeof path[depth + 1] === 'number' ? [] : (Object.create(null) as unknown);
      holder = members[part];
    }
  }
  const from = offset + parsed.end + 1;
  document.override(
    path,
    source,
    { start: offset, end: from - 1 },
    { start: from, end: Math.max(offset + set.length, from + 1) },
  );
}

function readValue(text: string, refuse: (message: string) => void): { ok: true; data: unknown } | { ok: false } {
  if (text.trim() === '') return { ok: true, data: '' };
  let failed = false;
  const documents = readYaml(new SourceFile('--set', text), (problem) => {
    if (problem.severity === 'error' && !failed) refuse(problem.message);
    failed ||= problem.severity === 'error';
  });
  if (failed) return { ok: false };
  if (documents.length !== 1) {
    refuse('the value must be one YAML value');
    return { ok: false };
  }
  return { ok: true, data: documents[0]?.data };
}

/** Reads `a.b[0]["c.d"]` up to the first character that is not part of a path. */
function parsePath(text: string): { path: (string | number)[]; end: number } | undefined {
  const path: (string | number)[] = [];
  const name = /[A-Za-z_][-A-Za-z0-9_]*/y;
  const bracket = /\[(?:([0-9]+)|"([^"]*)"|'([^']*)')\]/y;
  let at = 0;
  while (at < text.length) {
    bracket.lastIndex = at;
    const inBrackets = bracket.exec(text);
    if (inBrackets !== null && path.length > 0) {
      if (inBrackets[1] === undefined) path.push(inBrackets[2] ?? inBrackets[3] ?? '');
      else {
        const index = Number(inBrackets[1]);
        if (index > MOST_INDEX) return undefined;
        path.push(index);
      }
      at = bracket.lastIndex;
      continue;
    }
    if (path.length > 0) {
      if (text[at] !== '.') break;
      at++;
    }
    name.lastIndex = at;
    const match = name.exec(text);
    if (match === null) return undefined;
    path.push(match[0]);
    at = name.lastIndex;
  }
  return path.length === 0 ? undefined : { path, end: at };
}

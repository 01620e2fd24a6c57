import { Composer, CST, isAlias, isMap, isScalar, isSeq, Lexer, Parser, type Document, type ParsedNode } from 'yaml';
import { SourceDocument, type Path, type SpanNode } from './document.ts';
import { LIMITS } from './limits.ts';
import type { ProblemSink } from './problem.ts';
import type { SourceFile, Span } from './source-file.ts';
import { fieldPath } from '../sim/api/problem.ts';

/**
 * Reads every document of a YAML text (version 1.2, core schema). Stricter than YAML where Kubernetes manifests have no
 * use for its freedoms: no tags, no directives, text keys only, no key twice, no cycles, no number that would lose
 * digits. Empty documents are left out. A document with a problem is reported and left out as well.
 */
export function readYaml(source: SourceFile, report: ProblemSink): SourceDocument[] {
  const tokens = guardedTokens(source, report);
  if (tokens === undefined) return [];
  const documents: SourceDocument[] = [];
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    intAsBigInt: true,
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let first = true;
  for (const document of composer.compose(tokens, true, source.text.length)) {
    const converted = convertDocument(source, document, report);
    if (converted !== undefined) documents.push(converted);
    else if (first && document.errors.length > 0) return documents;
    first = false;
  }
  return documents;
}

/** The syntax tree, or nothing when the text goes beyond a limit or uses what is refused as a whole. */
function guardedTokens(source: SourceFile, report: ProblemSink): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let offset = 0;
  let nodes = 0;
  let documents = 0;
  const refuse = (
    code: 'too-deep' | 'too-many-nodes' | 'too-many-documents' | 'yaml-tag' | 'yaml-directive',
    message: string,
    length: number,
    help?: string,
  ) => {
    report({ code, severity: 'error', message, source, span: { start: offset, end: offset + length }, help });
    return undefined;
  };
  for (const lexeme of new Lexer().lex(source.text)) {
    const type = CST.tokenType(lexeme);
    const length = type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar' ? 0 : lexeme.length;
    switch (type) {
      case 'tag':
        return refuse(
          'yaml-tag',
          `the tag \`${shorten(lexeme)}\` is not supported`,
          lexeme.length,
          'leave it out; put text that looks like a number in quotes',
        );
      case 'directive-line':
        return refuse(
          'yaml-directive',
          'YAML directives are not supported',
          lexeme.trimEnd().length,
          'leave the line out: files are read as YAML 1.2',
        );
      case 'scalar':
      case 'alias':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
      case 'block-scalar-header':
      case 'flow-map-start':
      case 'flow-seq-start':
      case 'seq-item-ind':
      case 'map-value-ind':
        if (++nodes > LIMITS.nodes)
          return refuse('too-many-nodes', `the file holds more than ${LIMITS.nodes} values`, length);
        break;
      case 'doc-start':
        if (++documents > LIMITS.documents)
          return refuse('too-many-documents', `the file holds more than ${LIMITS.documents} documents`, length);
        break;
      default:
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > LIMITS.depth + 2)
      return refuse('too-deep', `maps and sequences are nested more than ${LIMITS.depth} deep`, length);
    offset = parser.offset;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function convertDocument(
  source: SourceFile,
  document: Document.Parsed | Document,
  report: ProblemSink,
): SourceDocument | undefined {
  const [error] = document.errors;
  if (error !== undefined) {
    const [start, end] = error.pos;
    report({
      code: 'yaml-syntax',
      severity: 'error',
      message: sentence(error.message),
      source,
      span: { start, end: Math.max(end, start + 1) },
    });
    return undefined;
  }
  const contents = document.contents as ParsedNode | null;
  if (contents === null) return undefined;
  if (isScalar(contents) && contents.value === null && contents.source === '') return undefined;
  const conversion = new Conversion(source, report);
  const data = conversion.convert(contents, []);
  if (conversion.failed) return undefined;
  const anchors = conversion.anchors;
  return new SourceDocument(
    source,
    data,
    () => new YamlSpan(undefined, contents, anchors),
    leadingComment(source, contents),
  );
}

/** Turns nodes into plain data and refuses what has no plain meaning. */
class Conversion {
  failed = false;
  readonly anchors = new Map<ParsedNode, ParsedNode>();
  private readonly source: SourceFile;
  private readonly report: ProblemSink;
  private readonly byName = new Map<string, { node: ParsedNode; data: unknown; size: number; open: boolean }>();
  private size = 0;

  constructor(source: SourceFile, report: ProblemSink) {
    this.source = source;
    this.report = report;
  }

  convert(node: ParsedNode | null, path: Path): unknown {
    if (node === null) return null;
    const before = this.size;
    if (++this.size > LIMITS.nodes) {
      this.refuse(
        'too-many-nodes',
        `the document holds more than ${LIMITS.nodes} values once its aliases are written out`,
        node,
        path,
      );
      return null;
    }
    if (isAlias(node)) return this.alias(node, path);
    const anchor = node.anchor;
    const entry = { node, data: undefined as unknown, size: 0, open: true };
    if (anchor !== undefined) this.byName.set(anchor, entry);
    let data: unknown;
    if (isMap(node)) data = this.map(node, path);
    else if (isSeq(node))
      data = node.items.map((item, index) =>
        this.failedBySize() ? null : this.convert(item as ParsedNode | null, [...path, index]),
      );
    else data = this.scalar(node, path);
    entry.data = data;
    entry.size = this.size - before;
    entry.open = false;
    return data;
  }

  private failedBySize(): boolean {
    return this.size > LIMITS.nodes;
  }

  private alias(node: ParsedNode & { source: string }, path: Path): unknown {
    const target = this.byName.get(node.source);
    if (target === undefined) {
      this.refuse('yaml-alias', `nothing is called \`&${shorten(node.source)}\` before this alias`, node, path);
      return null;
    }
    if (target.open) {
      this.report({
        code: 'yaml-cycle',
        severity: 'error',
        message: `\`*${shorten(node.source)}\` stands inside \`&${shorten(node.source)}\`: the document would contain itself`,
        source: this.source,
        span: spanOf(node),
        path: fieldPath(path),
        related: [{ source: this.source, span: firstCharacter(target.node), label: 'the anchor' }],
      });
      this.failed = true;
      return null;
    }
    this.size += target.size - 1;
    if (this.size > LIMITS.nodes)
      this.refuse(
        'too-many-nodes',
        `the document holds more than ${LIMITS.nodes} values once its aliases are written out`,
        node,
        path,
      );
    this.anchors.set(node, target.node);
    return target.data;
  }

  private map(node: ParsedNode & { items: readonly { key: unknown; value: unknown }[] }, path: Path): unknown {
    const data = Object.create(null) as Record<string, unknown>;
    const seen = new Map<string, ParsedNode>();
    const merges: { value: unknown; node: ParsedNode }[] = [];
    for (const item of node.items) {
      if (this.failedBySize()) return data;
      const key = item.key as ParsedNode | null;
      const value = item.value as ParsedNode | null;
      if (!isScalar(key)) {
        this.refuse('yaml-key', 'a key must be plain text', key ?? node, path);
        continue;
      }
      const name = key.value === null ? '' : String(key.value);
      if (name === '<<' && key.type === 'PLAIN') {
        merges.push({ value: this.convert(value, path), node: value ?? key });
        continue;
      }
      if (name === '__proto__' && !MAPS_OF_TEXT.has(String(path.at(-1)))) {
        this.refuse('forbidden-key', 'the key `__proto__` is not allowed', key, [...path, name]);
        continue;
      }
      const first = seen.get(name);
      if (first !== undefined) {
        this.report({
          code: 'duplicate-key',
          severity: 'error',
          message: `the key \`${shorten(name)}\` is set twice`,
          source: this.source,
          span: spanOf(key),
          label: 'again here',
          path: fieldPath([...path, name]),
          related: [{ source: this.source, span: spanOf(first), label: 'first here' }],
        });
        this.failed = true;
        continue;
      }
      seen.set(name, key);
      data[name] = this.convert(value, [...path, name]);
    }
    for (const merge of merges) this.merge(data, merge, path);
    return data;
  }

  /** `<<`: members that the map does not have itself, from a map or from several, the first of them first. */
  private merge(data: Record<string, unknown>, merge: { value: unknown; node: ParsedNode }, path: Path): void {
    for (const from of Array.isArray(merge.value) ? (merge.value as unknown[]) : [merge.value]) {
      if (typeof from !== 'object' || from === null || Array.isArray(from)) {
        this.refuse('yaml-merge', '`<<` takes a map or a list of maps', merge.node, path);
        return;
      }
      for (const key of Object.keys(from)) if (!(key in data)) data[key] = (from as Record<string, unknown>)[key];
    }
  }

  private scalar(node: ParsedNode, path: Path): unknown {
    const { value, source: text, type } = node as { value: unknown; source?: string; type?: string };
    if (typeof value === 'bigint') {
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        this.refuse(
          'inexact-number',
          `the number ${shorten(text ?? '')} cannot be kept exactly`,
          node,
          path,
          'whole numbers go up to 9007199254740991; a Kubernetes quantity may stand in quotes',
        );
      if (text !== undefined && /^[-+]?0[0-9]+$/.test(text))
        this.warn(
          'leading-zero',
          `${text} is read as ${number}`,
          node,
          path,
          `kubectl reads it as octal${/^[-+]?0[0-7]+$/.test(text) ? ` ${Number.parseInt(text, 8)}` : ' where it can'}: write it without the leading zero, or in quotes`,
        );
      return number;
    }
    if (typeof value === 'number') {
      if (!Number.isFinite(value))
        this.refuse('not-finite', `${shorten(text ?? String(value))} is not a finite number`, node, path);
      return Object.is(value, -0) ? 0 : value;
    }
    if (typeof value === 'string' && type === 'PLAIN' && /^(?:yes|no|on|off|y|n)$/i.test(value))
      this.warn(
        'bare-boolean-word',
        `\`${value}\` without quotes is text here`,
        node,
        path,
        `kubectl may read it as a boolean: write ${/^(?:yes|on|y)$/i.test(value) ? 'true' : 'false'}, or "${value}" in quotes`,
      );
    return value;
  }

  private refuse(code: RefusalCode, message: string, node: ParsedNode, path: Path, help?: string): void {
    this.failed = true;
    this.report({
      code,
      severity: 'error',
      message,
      source: this.source,
      span: spanOf(node),
      path: fieldPath(path),
      help,
    });
  }

  private warn(
    code: 'leading-zero' | 'bare-boolean-word',
    message: string,
    node: ParsedNode,
    path: Path,
    help: string,
  ): void {
    this.report({
      code,
      severity: 'warning',
      message,
      source: this.source,
      span: spanOf(node),
      path: fieldPath(path),
      help,
    });
  }
}

type RefusalCode =
  'too-many-nodes' | 'yaml-alias' | 'yaml-key' | 'yaml-merge' | 'forbidden-key' | 'inexact-number' | 'not-finite';

/** Members whose own members are free text, where any name is data. */
const MAPS_OF_TEXT = new Set(['labels', 'annotations', 'data', 'binaryData', 'stringData']);

class YamlSpan implements SpanNode {
  readonly key: Span | undefined;
  private readonly node: ParsedNode;
  private readonly aliases: ReadonlyMap<ParsedNode, ParsedNode>;
  private children: Map<string | number, YamlSpan> | undefined;

  constructor(key: Span | undefined, node: ParsedNode, aliases: ReadonlyMap<ParsedNode, ParsedNode>) {
    this.key = key;
    this.node = node;
    this.aliases = aliases;
  }

  get value(): Span {
    return spanOf(this.node);
  }

  get collection(): boolean {
    return !isScalar(this.node) && !isAlias(this.node);
  }

  child(part: string | number): YamlSpan | undefined {
    this.children ??= this.index();
    return this.children.get(part);
  }

  private index(): Map<string | number, YamlSpan> {
    const children = new Map<string | number, YamlSpan>();
    const target = this.aliases.get(this.node) ?? this.node;
    if (isSeq(target))
      target.items.forEach((item, index) => {
        if (item !== null) children.set(index, new YamlSpan(undefined, item as ParsedNode, this.aliases));
      });
    if (!isMap(target)) return children;
    const merged: ParsedNode[] = [];
    for (const { key, value } of target.items) {
      const keyNode = key as ParsedNode | null;
      if (!isScalar(keyNode)) continue;
      const name = keyNode.value === null ? '' : String(keyNode.value);
      const valueNode = (value as ParsedNode | null) ?? keyNode;
      if (name === '<<' && keyNode.type === 'PLAIN') merged.push(valueNode);
      else children.set(name, new YamlSpan(spanOf(keyNode), valueNode, this.aliases));
    }
    for (const node of merged) {
      const from = new YamlSpan(undefined, node, this.aliases);
      const sources = isSeq(this.aliases.get(node) ?? node) ? [...from.index().values()] : [from];
      for (const each of sources)
        for (const [name, child] of each.index()) if (!children.has(name)) children.set(name, child);
    }
    return children;
  }
}

function spanOf(node: ParsedNode): Span {
  const [start, end] = node.range;
  return { start, end: Math.max(end, start + 1) };
}

function firstCharacter(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[0] + 1 };
}

function leadingComment(source: SourceFile, contents: ParsedNode): string {
  const before = source.text.slice(0, contents.range[0]);
  const since = Math.max(before.lastIndexOf('\n---'), 0);
  return before
    .slice(since)
    .split(/\r\n|\n|\r/)
    .filter((line) => /^\s*#/.test(line) && !/^\s*#\s*yaml-language-server:/.test(line))
    .map((line) => line.replace(/^\s*# ?/, '').trimEnd())
    .join('\n')
    .trim();
}

function sentence(message: string): string {
  const [first = ''] = message.split('\n');
  return first.charAt(0).toLowerCase() + first.slice(1);
}

function shorten(text: string): string {
  return text.length > 60 ? text.slice(0, 57) + '…' : text;
}

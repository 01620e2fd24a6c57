import { fieldPath } from '../../sim/api/problem.ts';
import { LIMITS } from '../limits.ts';
import type { Problem, RelatedPlace } from '../problem.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { SourceFile, Span } from '../source-file.ts';
import type { SpanTree } from '../span-tree.ts';
import { Cursor, YamlRefusal } from './cursor.ts';
import { isFlowIndicator } from './plain.ts';
import { resolvePlain } from './resolve.ts';

/** Members whose own members are free text, where any name is data. */
const MAPS_OF_TEXT: ReadonlySet<unknown> = new Set(['data', 'binaryData', 'stringData']);

/** With so many problems the rest of a file is not looked at. */
const MOST_PROBLEMS = 1_000;

/** Thrown when the rest of the file is not worth reading. */
export class Enough extends Error {}

export interface Anchor {
  data: unknown;
  size: number;
  /** Still being read: an alias to it would be a cycle. */
  open: boolean;
  readonly span: Span;
  readonly tree: SpanTree | undefined;
}

export interface Key {
  readonly name: string;
  readonly span: Span;
  /** Without quotes: only then is `<<` a merge. */
  readonly plain: boolean;
}

/** A `<<` and its value. */
export interface Merge {
  readonly value: unknown;
  readonly span: Span;
  readonly child: SpanTree | undefined;
}

/**
 * The reading of one file: what has been found so far, and what the styles of YAML have in common. Values that go wrong
 * without making the rest unreadable are noted and reading goes on; a YamlRefusal ends the document.
 */
export class Reading {
  readonly problems: Problem[] = [];
  /** Something is to be told that needs to know where earlier parts stand. */
  wantsPlaces = false;
  protected readonly source: SourceFile;
  /** Whether places are kept. */
  protected readonly located: boolean;
  protected readonly cursor: Cursor;
  protected readonly path: (string | number)[] = [];
  protected anchors = new Map<string, Anchor>();
  protected depth = 0;
  protected flowDepth = 0;
  protected nodes = 0;
  protected failed = false;
  /** Offset after the last value that was read. */
  protected end = 0;

  constructor(source: SourceFile, located: boolean) {
    this.source = source;
    this.located = located;
    this.cursor = new Cursor(source.text);
  }

  /** Forgets what belongs to one document only. */
  protected beginDocument(): void {
    this.anchors = new Map();
    this.path.length = 0;
    this.depth = 0;
    this.flowDepth = 0;
    this.failed = false;
  }

  protected put(
    data: Record<string, unknown>,
    key: Key,
    value: unknown,
    child: SpanTree | undefined,
    tree: SpanTree | undefined,
    merges: Merge[],
  ): void {
    const { name, span } = key;
    if (name === '<<' && key.plain) {
      merges.push({ value, span, child });
      return;
    }
    if (name === '__proto__' && !MAPS_OF_TEXT.has(this.path.at(-1))) {
      this.refuse('forbidden-key', 'the key `__proto__` is not allowed', span, undefined, name);
      return;
    }
    if (name in data) {
      this.wantsPlaces = true;
      const first = tree?.children.get(name)?.key;
      this.refuse(
        'duplicate-key',
        `the key \`${shorten(name)}\` is set twice`,
        span,
        undefined,
        name,
        first === undefined ? [] : [{ source: this.source, span: first, label: 'first here' }],
      );
      return;
    }
    data[name] = value;
    if (child !== undefined) tree?.children.set(name, child);
  }

  /** `<<`: members that the map does not have itself, from a map or from several, the first of them first. */
  protected merge(data: Record<string, unknown>, merges: readonly Merge[], tree: SpanTree | undefined): void {
    for (const { value, span, child } of merges) {
      const sources = Array.isArray(value) ? (value as unknown[]) : [value];
      for (const [index, source] of sources.entries()) {
        if (typeof source !== 'object' || source === null || Array.isArray(source)) {
          this.refuse('yaml-merge', '`<<` takes a map or a list of maps', span);
          break;
        }
        const members = Object.keys(source);
        this.count(members.length);
        const from = Array.isArray(value) ? child?.child(index) : child;
        for (const name of members) {
          if (name in data) continue;
          data[name] = (source as Record<string, unknown>)[name];
          const place = from?.child(name);
          if (place !== undefined) tree?.children.set(name, place);
        }
      }
    }
  }

  /** Reads a value by `read` and gives it the name `name`. */
  protected anchored(
    name: string | undefined,
    start: number,
    before: number,
    tree: SpanTree | undefined,
    read: () => unknown,
  ): unknown {
    if (name === undefined) return read();
    const anchor = this.bind(name, undefined, 1, { start, end: start + 1 }, tree);
    anchor.open = true;
    anchor.data = read();
    anchor.size = this.nodes - before;
    anchor.open = false;
    return anchor.data;
  }

  protected bind(name: string, data: unknown, size: number, span: Span, tree: SpanTree | undefined): Anchor {
    const anchor = { data, size, open: false, span, tree };
    this.anchors.set(name, anchor);
    return anchor;
  }

  protected alias(tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    const start = cursor.at;
    const name = this.readName();
    const span = { start, end: cursor.at };
    const anchor = this.anchors.get(name);
    this.place(tree, span.start, span.end, false);
    if (anchor === undefined) {
      this.refuse('yaml-alias', `nothing is called \`&${shorten(name)}\` before this alias`, span);
      return null;
    }
    if (anchor.open) {
      this.refuse(
        'yaml-cycle',
        `\`*${shorten(name)}\` stands inside \`&${shorten(name)}\`: the document would contain itself`,
        span,
        undefined,
        undefined,
        [{ source: this.source, span: anchor.span, label: `what \`&${shorten(name)}\` names` }],
      );
      return null;
    }
    this.count(anchor.size - 1);
    if (tree !== undefined && anchor.tree !== undefined) tree.children = anchor.tree.children;
    return anchor.data;
  }

  /** The name after `&` or `*`. */
  protected readName(): string {
    const { cursor } = this;
    const start = ++cursor.at;
    while (!cursor.isGap() && !isFlowIndicator(cursor.unit())) cursor.at++;
    if (cursor.at === start) throw new YamlRefusal('yaml-syntax', 'a name is missing', start - 1, start);
    if (!cursor.isGap() && (this.flowDepth === 0 || cursor.unit() === 91 || cursor.unit() === 123))
      throw new YamlRefusal('yaml-syntax', 'a blank is missing after this name', start - 1, cursor.at);
    return cursor.text.slice(start, cursor.at);
  }

  protected refuseTag(): void {
    const { cursor } = this;
    const start = cursor.at;
    while (!cursor.isGap() && !isFlowIndicator(cursor.unit())) cursor.at++;
    this.refuse(
      'yaml-tag',
      `the tag \`${shorten(cursor.text.slice(start, cursor.at))}\` is not supported`,
      { start, end: cursor.at },
      'leave it out; put text that looks like a number in quotes',
    );
  }

  protected twoAnchors(at: number): never {
    throw new YamlRefusal('yaml-syntax', 'a value has one anchor, and an alias none', at, at + 1);
  }

  protected enter(at: number): void {
    if (++this.depth > LIMITS.depth)
      throw new YamlRefusal('too-deep', `maps and lists are nested more than ${LIMITS.depth} deep`, at, at + 1);
  }

  protected count(values = 1): void {
    this.nodes += values;
    if (this.nodes > LIMITS.nodes)
      throw new YamlRefusal(
        'too-many-nodes',
        `the file holds more than ${LIMITS.nodes} values, aliases written out`,
        this.cursor.at,
        this.cursor.at + 1,
      );
  }

  protected resolve(text: string, start: number, end: number): unknown {
    return resolvePlain(text, ({ code, severity, message, help }) => {
      this.tell({
        code,
        severity,
        message,
        help,
        source: this.source,
        span: { start, end },
        path: fieldPath(this.path),
      });
    });
  }

  protected place(tree: SpanTree | undefined, start: number, end: number, collection: boolean): void {
    if (tree === undefined) return;
    tree.value = { start, end: Math.max(end, start + 1) };
    tree.collection = collection;
  }

  protected refuse(
    code: ProblemCode,
    message: string,
    span: Span,
    help?: string,
    member?: string,
    related: readonly RelatedPlace[] = [],
  ): void {
    this.tell({
      code,
      severity: 'error',
      message,
      source: this.source,
      span,
      path: fieldPath(member === undefined ? this.path : [...this.path, member]),
      help,
      related,
    });
  }

  private tell(problem: Problem): void {
    if (problem.severity === 'error') this.failed = true;
    if (this.problems.length >= MOST_PROBLEMS) {
      if (problem.severity === 'error') throw new Enough();
      return;
    }
    this.problems.push(problem);
  }
}

export function shorten(text: string): string {
  return text.length > 60 ? text.slice(0, 57) + '…' : text;
}

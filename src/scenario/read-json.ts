import { SourceDocument, type SpanNode } from './document.ts';
import { LIMITS } from './limits.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { ProblemSink } from './problem.ts';
import type { SourceFile, Span } from './source-file.ts';

/**
 * Reads one JSON document. As strict as the YAML reader: no key twice, no nesting too deep, no number that would lose
 * digits. Positions are worked out when somebody asks for one.
 */
export function readJson(source: SourceFile, report: ProblemSink): SourceDocument[] {
  const spans = (): JsonSpan => {
    const root = new JsonSpan(undefined);
    new JsonReader(source.text, root).document();
    return root;
  };
  const refuse = ({ code, message, span, first }: JsonRefusal): SourceDocument[] => {
    const related = first === undefined ? [] : [{ source, span: first, label: 'first here' }];
    report({ code, severity: 'error', message, source, span, related });
    return [];
  };
  try {
    return [new SourceDocument(source, new JsonReader(source.text, undefined).document(), spans)];
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error;
    if (error.code !== 'duplicate-key') return refuse(error);
  }
  try {
    spans();
  } catch (error) {
    if (error instanceof JsonRefusal) return refuse(error);
    throw error;
  }
  return [];
}

class JsonRefusal extends Error {
  readonly code: ProblemCode;
  readonly span: Span;
  readonly first: Span | undefined;
  constructor(code: ProblemCode, message: string, span: Span, first?: Span) {
    super(message);
    this.code = code;
    this.span = span;
    this.first = first;
  }
}

class JsonSpan implements SpanNode {
  readonly key: Span | undefined;
  value: Span = { start: 0, end: 1 };
  collection = false;
  readonly children = new Map<string | number, JsonSpan>();
  constructor(key: Span | undefined) {
    this.key = key;
  }
  child(part: string | number): JsonSpan | undefined {
    return this.children.get(part);
  }
}

const SIMPLE = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;

class JsonReader {
  private readonly text: string;
  private readonly root: JsonSpan | undefined;
  private at = 0;
  private depth = 0;

  constructor(text: string, root: JsonSpan | undefined) {
    this.text = text;
    this.root = root;
  }

  document(): unknown {
    this.space();
    const data = this.value(this.root);
    this.space();
    if (this.at < this.text.length) this.fail('something follows the end of the document');
    return data;
  }

  private fail(message: string, start = this.at, end = start + 1): never {
    throw new JsonRefusal('json-syntax', message, { start, end });
  }

  private space(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return;
      this.at++;
    }
  }

  private value(span: JsonSpan | undefined): unknown {
    const start = this.at;
    let data: unknown;
    switch (this.text[this.at]) {
      case '{':
        data = this.map(span);
        break;
      case '[':
        data = this.list(span);
        break;
      case '"':
        data = this.string();
        break;
      case 't':
        data = this.word('true', true);
        break;
      case 'f':
        data = this.word('false', false);
        break;
      case 'n':
        data = this.word('null', null);
        break;
      case undefined:
        return this.fail('the text ends too early');
      default:
        data = this.number();
    }
    if (span !== undefined) {
      span.value = { start, end: this.at };
      span.collection = typeof data === 'object' && data !== null;
    }
    return data;
  }

  private enter(): void {
    this.at++;
    if (++this.depth > LIMITS.depth)
      throw new JsonRefusal('too-deep', `maps and sequences are nested more than ${LIMITS.depth} deep`, {
        start: this.at - 1,
        end: this.at,
      });
    this.space();
  }

  private map(span: JsonSpan | undefined): unknown {
    this.enter();
    const data = Object.create(null) as Record<string, unknown>;
    if (this.text[this.at] === '}') {
      this.at++;
      this.depth--;
      return data;
    }
    for (;;) {
      const start = this.at;
      if (this.text[this.at] !== '"') this.fail('expected a key in double quotes');
      const name = this.string();
      const key = { start, end: this.at };
      if (name in data)
        throw new JsonRefusal(
          'duplicate-key',
          `the key \`${name.slice(0, 60)}\` is set twice`,
          key,
          span?.children.get(name)?.key,
        );
      this.space();
      if (this.text[this.at] !== ':') this.fail('expected `:`');
      this.at++;
      this.space();
      const child = span === undefined ? undefined : new JsonSpan(key);
      data[name] = this.value(child);
      if (child !== undefined) span?.children.set(name, child);
      this.space();
      const next = this.text[this.at];
      if (next === '}') break;
      if (next !== ',') this.fail(next === undefined ? 'the text ends too early' : 'expected `,` or `}`');
      this.at++;
      this.space();
    }
    this.at++;
    this.depth--;
    return data;
  }

  private list(span: JsonSpan | undefined): unknown {
    this.enter();
    const data: unknown[] = [];
    if (this.text[this.at] === ']') {
      this.at++;
      this.depth--;
      return data;
    }
    for (;;) {
      const child = span === undefined ? undefined : new JsonSpan(undefined);
      data.push(this.value(child));
      if (child !== undefined) span?.children.set(data.length - 1, child);
      this.space();
      const next = this.text[this.at];
      if (next === ']') break;
      if (next !== ',') this.fail(next === undefined ? 'the text ends too early' : 'expected `,` or `]`');
      this.at++;
      this.space();
    }
    this.at++;
    this.depth--;
    return data;
  }

  private string(): string {
    const start = this.at;
    this.at++;
    let escaped = false;
    for (;;) {
      SIMPLE.lastIndex = this.at;
      this.at += (SIMPLE.exec(this.text) as RegExpExecArray)[0].length;
      const next = this.text[this.at];
      if (next === '"') break;
      if (next === undefined) this.fail('a text has no closing quote', start);
      if (next !== '\\') this.fail('a line end or control character inside a text');
      escaped = true;
      this.at = Math.min(this.at + 2, this.text.length);
    }
    this.at++;
    if (!escaped) return this.text.slice(start + 1, this.at - 1);
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.fail('an escape in this text is not known to JSON', start, this.at);
    }
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('expected a value');
    this.at += word.length;
    return value;
  }

  private number(): number {
    const start = this.at;
    NUMBER.lastIndex = start;
    const match = NUMBER.exec(this.text);
    if (match === null) return this.fail('expected a value');
    this.at += match[0].length;
    const value = Number(match[0]);
    if (!Number.isFinite(value))
      throw new JsonRefusal('not-finite', `${match[0].slice(0, 60)} is not a finite number`, { start, end: this.at });
    if (match[1] === undefined && match[2] === undefined && !Number.isSafeInteger(value))
      throw new JsonRefusal('inexact-number', `the number ${match[0].slice(0, 60)} cannot be kept exactly`, {
        start,
        end: this.at,
      });
    return Object.is(value, -0) ? 0 : value;
  }
}

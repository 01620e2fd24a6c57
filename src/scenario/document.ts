import type { SourceFile, Span } from './source-file.ts';

export type Path = readonly (string | number)[];

/** Where the parts of a document stand in its text: one node for each value. */
export interface SpanNode {
  /** The member's name, absent for sequence items and the root. */
  readonly key: Span | undefined;
  readonly value: Span;
  /** Whether the value is a map or a sequence, whose own span may be many lines. */
  readonly collection: boolean;
  child(part: string | number): SpanNode | undefined;
}

export interface Place {
  readonly source: SourceFile;
  readonly span: Span;
  /** False when the path does not exist and the place is that of its nearest ancestor. */
  readonly exact: boolean;
}

/** Plain data of one document, maps as objects without prototype, and where each part of it was written. */
export class SourceDocument {
  readonly source: SourceFile;
  readonly data: unknown;
  /** The comment lines before the first line of content, without their `#`. */
  readonly leadingComment: string;
  private readonly root: () => SpanNode;
  private readonly overrides: {
    readonly path: Path;
    readonly source: SourceFile;
    readonly key: Span;
    readonly value: Span;
  }[] = [];

  constructor(source: SourceFile, data: unknown, root: () => SpanNode, leadingComment = '') {
    this.source = source;
    this.data = data;
    this.root = root;
    this.leadingComment = leadingComment;
  }

  /** From now on `path`, and what lies under it, was written at another place. */
  override(path: Path, source: SourceFile, key: Span, value: Span): void {
    this.overrides.push({ path, source, key, value });
  }

  /** The place to point at. A collection is pointed at by its name, since its own text may be long. */
  locate(path: Path, at: 'key' | 'value' = 'value'): Place {
    for (let i = this.overrides.length - 1; i >= 0; i--) {
      const { path: prefix, source, key, value } = this.overrides[i] as (typeof this.overrides)[number];
      if (prefix.length <= path.length && prefix.every((part, depth) => part === path[depth]))
        return { source, span: at === 'key' && prefix.length === path.length ? key : value, exact: true };
    }
    let node = this.root();
    let exact = true;
    for (const [depth, part] of path.entries()) {
      const next = node.child(part);
      if (next === undefined) {
        const maker = this.overrideThatMade(path.slice(0, depth + 1));
        if (maker !== undefined)
          return { source: maker.source, span: maker.key, exact: path.every((one, i) => one === maker.path[i]) };
        exact = false;
        break;
      }
      node = next;
    }
    const byKey = node.key !== undefined && (at === 'key' || node.collection || !exact);
    return { source: this.source, span: byKey ? (node.key as Span) : node.value, exact };
  }

  /** The override on whose way `path` came to be, though the text of the document has it not. */
  private overrideThatMade(path: Path): (typeof this.overrides)[number] | undefined {
    return this.overrides.findLast((one) => path.every((part, depth) => part === one.path[depth]));
  }
}

/** The member `path` of plain data, own members only. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

import { SpanTree } from '../span-tree.ts';
import { readBlockScalar } from './block-scalar.ts';
import { YamlRefusal } from './cursor.ts';
import { FlowReading } from './flow.ts';
import { canStartPlain, plainPiece, readPlain } from './plain.ts';
import { readQuoted } from './quoted.ts';
import { shorten, type Key, type Merge } from './reading.ts';

const DASH = 45;

/** Where a value in block style stands: as a document, after `---` on its line, after `- `, or after `key:`. */
export type Position = 'document' | 'document-line' | 'entry' | 'member';

/** Block style: maps and lists by indentation. */
export class BlockReading extends FlowReading {
  /**
   * A value whose parent stands at column `parent`. Afterwards the cursor stands at the end of a line, or at the beginning
   * of the content of a later one.
   */
  protected blockValue(parent: number, position: Position, tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    const indicator = cursor.at;
    let outer: string | undefined;
    let anchor: string | undefined;
    let anchorAt = 0;
    let crossed = position === 'document';
    let onlySpaces = true;
    for (;;) {
      const from = cursor.at;
      cursor.skipSpaces();
      if (cursor.unit() === 9) onlySpaces = false;
      cursor.skipBlanks();
      if (cursor.atComment()) cursor.skipLine();
      if (cursor.ended || cursor.isBreak()) {
        const content = cursor.toContent();
        crossed = true;
        onlySpaces = true;
        if (anchor !== undefined) {
          if (outer !== undefined) this.twoAnchors(from);
          outer = anchor;
          anchor = undefined;
        }
        const { column } = cursor;
        const isMember = position === 'member' && column === parent && this.atEntry();
        if (!content || (column <= parent && !isMember)) {
          this.count();
          this.end = indicator;
          this.place(tree, indicator, indicator + 1, false);
          if (outer !== undefined) this.bind(outer, null, 1, { start: indicator, end: indicator + 1 }, tree);
          return null;
        }
        continue;
      }
      const unit = cursor.unit();
      if (unit === 38) {
        if (anchor !== undefined) this.twoAnchors(cursor.at);
        anchorAt = cursor.at;
        anchor = this.readName();
      } else if (unit === 33) this.refuseTag();
      else break;
    }

    const start = cursor.at;
    const before = this.nodes;
    this.count();
    const canNest = crossed || position === 'entry';
    if (canNest && this.atEntry()) {
      if (anchor !== undefined)
        throw new YamlRefusal('yaml-syntax', 'after an anchor a list begins on a line of its own', start, start + 1);
      return this.anchored(outer, start, before, tree, () => {
        this.refuseTab(onlySpaces, start);
        return this.sequence(tree);
      });
    }
    const key = canNest ? this.tryKey() : undefined;
    if (key !== undefined) {
      this.refuseTab(onlySpaces, start);
      return this.anchored(outer, start, before, tree, () =>
        this.mapping(key, (anchor === undefined ? key.span.start : anchorAt) - cursor.lineStart, anchor, tree),
      );
    }
    if (outer !== undefined && anchor !== undefined) this.twoAnchors(start);
    if ((outer ?? anchor) !== undefined && cursor.unit() === 42) this.twoAnchors(start);
    return this.anchored(outer ?? anchor, start, before, tree, () => this.blockLeaf(parent, position, crossed, tree));
  }

  /** Anything but a block collection. */
  private blockLeaf(parent: number, position: Position, crossed: boolean, tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    const start = cursor.at;
    const unit = cursor.unit();
    if (unit === 124 || unit === 62) {
      const text = readBlockScalar(cursor, parent);
      this.end = cursor.at;
      this.place(tree, start, start + 1, false);
      return text;
    }
    let data: unknown;
    if (unit === 42) data = this.alias(tree);
    else if (unit === 91) data = this.flowSequence(parent, tree);
    else if (unit === 123) data = this.flowMapping(parent, tree);
    else if (unit === 34 || unit === 39) {
      data = readQuoted(cursor, parent);
      this.place(tree, start, cursor.at, false);
    } else if (canStartPlain(cursor, false)) {
      const text = readPlain(cursor, parent, false);
      data = this.resolve(text, start, cursor.at);
      this.place(tree, start, cursor.at, false);
    } else this.refuseLeaf(position, crossed);
    this.end = cursor.at;
    cursor.finishLine();
    return data;
  }

  private sequence(tree: SpanTree | undefined): unknown[] {
    const { cursor } = this;
    const { column, at: start } = cursor;
    const data: unknown[] = [];
    this.enter(start);
    for (;;) {
      cursor.at++;
      const child = tree === undefined ? undefined : new SpanTree(undefined);
      this.path.push(data.length);
      data.push(this.blockValue(column, 'entry', child));
      this.path.pop();
      if (child !== undefined) tree?.children.set(data.length - 1, child);
      if (!cursor.toContent()) break;
      this.refuseIndentation(column);
      if (cursor.column < column || !this.atEntry()) break;
    }
    this.depth--;
    this.place(tree, start, this.end, true);
    return data;
  }

  /** The cursor stands after the colon of the first key. The map's keys stand in `column`. */
  private mapping(first: Key, column: number, anchor: string | undefined, tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    // An anchor before the first key on its line names the key.
    if (anchor !== undefined) this.bind(anchor, first.name, 1, first.span, undefined);
    const data = Object.create(null) as Record<string, unknown>;
    const merges: Merge[] = [];
    this.enter(first.span.start);
    let key = first;
    for (;;) {
      const child = tree === undefined ? undefined : new SpanTree(key.span);
      this.path.push(key.name);
      const value = this.blockValue(column, 'member', child);
      this.path.pop();
      this.put(data, key, value, child, tree, merges);
      if (!cursor.toContent()) break;
      this.refuseIndentation(column);
      if (cursor.column < column) break;
      key = this.nextKey();
    }
    this.merge(data, merges, tree);
    this.depth--;
    this.place(tree, first.span.start, this.end, true);
    return data;
  }

  private nextKey(): Key {
    const { cursor } = this;
    const start = cursor.at;
    let anchor: string | undefined;
    for (;;) {
      if (cursor.unit() === 38) anchor = this.readName();
      else if (cursor.unit() === 33) this.refuseTag();
      else break;
      cursor.skipBlanks();
    }
    const key = this.tryKey();
    if (key !== undefined) {
      if (anchor !== undefined) this.bind(anchor, key.name, 1, key.span, undefined);
      return key;
    }
    if (cursor.unit() === 63 && cursor.isGap(1))
      throw new YamlRefusal('yaml-key', 'a key must be plain text', cursor.at, cursor.at + 1);
    const end = cursor.at;
    cursor.skipLine();
    const line = cursor.text.slice(end, cursor.at);
    if (line.startsWith('-'))
      throw new YamlRefusal(
        'yaml-syntax',
        'a list entry among the keys of a map',
        end,
        end + 1,
        'indent the list under its key',
      );
    const colon = /^([^\s:'"]+):\S/.exec(line);
    throw new YamlRefusal(
      'yaml-syntax',
      'expected `key: value`',
      start,
      end + Math.max(line.trimEnd().length, 1),
      colon === null ? undefined : `a blank is missing after the colon of \`${shorten(colon[1] as string)}:\``,
    );
  }

  /** A key on this line, with its colon; otherwise the cursor stays. */
  private tryKey(): Key | undefined {
    const { cursor } = this;
    const start = cursor.at;
    const unit = cursor.unit();
    let name: string | undefined;
    const plain = unit !== 34 && unit !== 39;
    if (!plain) name = readQuoted(cursor, -1, true);
    else if (canStartPlain(cursor, false)) name = plainPiece(cursor, false);
    const end = cursor.at;
    if (name !== undefined) {
      cursor.skipBlanks();
      if (cursor.unit() === 58 && cursor.isGap(1)) {
        cursor.at++;
        return { name, span: { start, end }, plain };
      }
    }
    cursor.at = start;
    return undefined;
  }

  private atEntry(): boolean {
    return this.cursor.unit() === DASH && this.cursor.isGap(1);
  }

  private refuseLeaf(position: Position, crossed: boolean): never {
    const { cursor } = this;
    const { at } = cursor;
    if (cursor.unit() === 63) throw new YamlRefusal('yaml-key', 'a key must be plain text', at, at + 1);
    if (cursor.unit() === 58) throw new YamlRefusal('yaml-key', 'the key before this colon is missing', at, at + 1);
    if (this.atEntry() && !crossed)
      throw new YamlRefusal(
        'yaml-syntax',
        'a list begins on a line of its own',
        at,
        at + 1,
        position === 'member' ? 'put the `-` on the next line' : undefined,
      );
    const letter = cursor.text[at] ?? '';
    if (letter === '@' || letter === '`' || letter === '%')
      throw new YamlRefusal('yaml-syntax', `text cannot begin with \`${letter}\``, at, at + 1, 'put it in quotes');
    return cursor.unexpected();
  }

  private refuseTab(onlySpaces: boolean, at: number): void {
    if (!onlySpaces)
      throw new YamlRefusal('yaml-syntax', 'a tab stands where the line is indented', at - 1, at, 'indent with spaces');
  }

  private refuseIndentation(column: number): void {
    const { cursor } = this;
    if (cursor.column > column)
      throw new YamlRefusal(
        'yaml-syntax',
        'this line is indented unlike those above it',
        cursor.at,
        cursor.at + 1,
        `those above begin in column ${column + 1}`,
      );
  }
}

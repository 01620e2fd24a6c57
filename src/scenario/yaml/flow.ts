import { SpanTree } from '../span-tree.ts';
import { YamlRefusal } from './cursor.ts';
import { canStartPlain, isFlowIndicator, readPlain } from './plain.ts';
import { readQuoted } from './quoted.ts';
import { Reading, type Key, type Merge } from './reading.ts';

const DASH = 45;

/** Flow style: `[a, b]` and `{ key: value }`, which JSON is a part of. */
export class FlowReading extends Reading {
  protected flowSequence(parent: number, tree: SpanTree | undefined): unknown[] {
    const { cursor } = this;
    const start = cursor.at;
    const data: unknown[] = [];
    this.enter(start);
    this.flowDepth++;
    cursor.at++;
    this.skipFlow(parent);
    while (cursor.unit() !== 93) {
      const child = tree === undefined ? undefined : new SpanTree(undefined);
      this.path.push(data.length);
      data.push(this.flowValue(parent, child));
      this.path.pop();
      if (child !== undefined) tree?.children.set(data.length - 1, child);
      this.skipFlow(parent);
      if (cursor.unit() === 44) {
        cursor.at++;
        this.skipFlow(parent);
      } else if (cursor.unit() === 58)
        throw new YamlRefusal(
          'yaml-syntax',
          'a pair inside a list needs braces',
          cursor.at,
          cursor.at + 1,
          'write `{ key: value }`',
        );
      else if (cursor.unit() !== 93) this.refuseNeighbour(start, ']');
    }
    cursor.at++;
    this.depth--;
    this.flowDepth--;
    this.end = cursor.at;
    this.place(tree, start, cursor.at, true);
    return data;
  }

  protected flowMapping(parent: number, tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    const start = cursor.at;
    const data = Object.create(null) as Record<string, unknown>;
    const merges: Merge[] = [];
    this.enter(start);
    this.flowDepth++;
    cursor.at++;
    this.skipFlow(parent);
    while (cursor.unit() !== 125) {
      const key = this.flowKey(parent);
      this.skipFlow(parent);
      const child = tree === undefined ? undefined : new SpanTree(key.span);
      let value: unknown = null;
      this.path.push(key.name);
      if (cursor.unit() === 58 && (!key.plain || cursor.isGap(1) || isFlowIndicator(cursor.unit(1)))) {
        cursor.at++;
        this.skipFlow(parent);
        if (cursor.unit() === 44 || cursor.unit() === 125) this.missingValue(child, key);
        else value = this.flowValue(parent, child);
        this.skipFlow(parent);
      } else this.missingValue(child, key);
      this.path.pop();
      this.put(data, key, value, child, tree, merges);
      if (cursor.unit() === 44) {
        cursor.at++;
        this.skipFlow(parent);
      } else if (cursor.unit() !== 125) this.refuseNeighbour(start, '}');
    }
    cursor.at++;
    this.merge(data, merges, tree);
    this.depth--;
    this.flowDepth--;
    this.end = cursor.at;
    this.place(tree, start, cursor.at, true);
    return data;
  }

  private flowValue(parent: number, tree: SpanTree | undefined): unknown {
    const { cursor } = this;
    let anchor: string | undefined;
    for (;;) {
      if (cursor.unit() === 38) {
        if (anchor !== undefined) this.twoAnchors(cursor.at);
        anchor = this.readName();
      } else if (cursor.unit() === 33) this.refuseTag();
      else break;
      this.skipFlow(parent);
    }
    if (anchor !== undefined && cursor.unit() === 42) this.twoAnchors(cursor.at);
    const start = cursor.at;
    const before = this.nodes;
    this.count();
    return this.anchored(anchor, start, before, tree, () => {
      const unit = cursor.unit();
      let data: unknown;
      if (unit === 91) return this.flowSequence(parent, tree);
      if (unit === 123) return this.flowMapping(parent, tree);
      if (unit === 42) data = this.alias(tree);
      else if (unit === 34 || unit === 39) {
        data = readQuoted(cursor, parent);
        this.place(tree, start, cursor.at, false);
      } else if (canStartPlain(cursor, true)) {
        data = this.resolve(readPlain(cursor, parent, true), start, cursor.at);
        this.place(tree, start, cursor.at, false);
      } else if (anchor !== undefined && (isFlowIndicator(unit) || cursor.ended)) {
        data = null;
        this.place(tree, start - 1, start, false);
      } else this.refuseFlow();
      return data;
    });
  }

  private flowKey(parent: number): Key {
    const { cursor } = this;
    let anchor: string | undefined;
    for (;;) {
      if (cursor.unit() === 38) anchor = this.readName();
      else if (cursor.unit() === 33) this.refuseTag();
      else break;
      this.skipFlow(parent);
    }
    const start = cursor.at;
    const unit = cursor.unit();
    let name: string;
    const plain = unit !== 34 && unit !== 39;
    if (!plain) name = readQuoted(cursor, parent) as string;
    else if (canStartPlain(cursor, true)) name = readPlain(cursor, parent, true);
    else if (unit === 91 || unit === 123 || unit === 42)
      throw new YamlRefusal('yaml-key', 'a key must be plain text', start, start + 1);
    else this.refuseFlow();
    const key = { name, span: { start, end: cursor.at }, plain };
    if (anchor !== undefined) this.bind(anchor, name, 1, key.span, undefined);
    return key;
  }

  private missingValue(child: SpanTree | undefined, key: Key): void {
    this.count();
    this.place(child, key.span.start, key.span.end, false);
  }

  /** Over blanks, comments and line ends inside brackets, whose lines must be indented more than `parent`. */
  private skipFlow(parent: number): void {
    const { cursor } = this;
    let crossed = false;
    let column = 0;
    for (;;) {
      cursor.skipBlanks();
      if (cursor.atComment()) cursor.skipLine();
      if (!cursor.takeBreak()) break;
      crossed = true;
      if (cursor.atMarker())
        throw new YamlRefusal('yaml-syntax', 'a document ends inside a bracket', cursor.at, cursor.at + 3);
      cursor.skipSpaces();
      ({ column } = cursor);
    }
    if (!crossed || column > parent || cursor.ended) return;
    const closes = cursor.unit() === 93 || cursor.unit() === 125;
    if (closes && column === parent && this.flowDepth === 1) return;
    throw new YamlRefusal(
      'yaml-syntax',
      'this line inside a bracket is not indented enough',
      cursor.at,
      cursor.at + 1,
      'is a closing bracket missing?',
    );
  }

  private refuseFlow(): never {
    const { cursor } = this;
    if (cursor.ended) throw new YamlRefusal('yaml-syntax', 'the text ends inside a bracket', cursor.at, cursor.at + 1);
    if (cursor.unit() === 63) throw new YamlRefusal('yaml-key', 'a key must be plain text', cursor.at, cursor.at + 1);
    if (cursor.unit() === DASH)
      throw new YamlRefusal(
        'yaml-syntax',
        'a `-` entry inside brackets',
        cursor.at,
        cursor.at + 1,
        'inside [ ] entries are separated by commas, without `-`',
      );
    return cursor.unexpected();
  }

  private refuseNeighbour(opening: number, closing: string): never {
    const { cursor } = this;
    const { line } = this.source.position(opening);
    const help = `the bracket was opened in line ${line}`;
    if (cursor.ended) throw new YamlRefusal('yaml-syntax', `\`${closing}\` is missing`, opening, opening + 1);
    throw new YamlRefusal('yaml-syntax', `expected \`,\` or \`${closing}\``, cursor.at, cursor.at + 1, help);
  }
}

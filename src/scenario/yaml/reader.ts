import { SourceDocument } from '../document.ts';
import { LIMITS } from '../limits.ts';
import type { ProblemSink } from '../problem.ts';
import type { SourceFile } from '../source-file.ts';
import { SpanTree } from '../span-tree.ts';
import { BlockReading, type Position } from './block.ts';
import { YamlRefusal } from './cursor.ts';
import { Enough } from './reading.ts';

/**
 * Reads every document of a YAML text (version 1.2, core schema), in time proportional to its length.
 *
 * It is stricter than YAML where Kubernetes manifests have no use for its freedoms: no tags, no directives, keys are plain
 * text on one line, no key twice, no cycles, no number that would lose digits, no pairs in lists without braces. Whatever
 * it takes means what YAML says it means; a test holds it against the `yaml` package. Empty documents are left out. A
 * document with a problem is reported and left out as well.
 */
export function readYaml(source: SourceFile, report: ProblemSink): SourceDocument[] {
  let reader = new Reader(source, false);
  let found = reader.documents();
  if (reader.wantsPlaces) {
    reader = new Reader(source, true);
    found = reader.documents();
  }
  reader.problems.forEach(report);
  // Places are worked out in a second reading, once for all documents of the file, when the first is asked for.
  let trees = reader.trees;
  return found.map(({ index, data, comment }) => {
    const root = () => {
      if (trees === undefined) {
        const located = new Reader(source, true);
        located.documents();
        trees = located.trees;
      }
      return trees?.[index] as SpanTree;
    };
    return new SourceDocument(source, data, root, comment);
  });
}

const DASH = 45;
const PERCENT = 37;

/** The documents of a file, one after the other. */
class Reader extends BlockReading {
  /** The places of each document, when they were asked for. */
  readonly trees: SpanTree[] | undefined;

  constructor(source: SourceFile, located: boolean) {
    super(source, located);
    this.trees = located ? [] : undefined;
  }

  documents(): { readonly index: number; readonly data: unknown; readonly comment: string }[] {
    const { cursor } = this;
    const documents: ReturnType<Reader['documents']> = [];
    for (let index = 0; !cursor.ended; index++) {
      const from = cursor.at;
      try {
        const found = this.document();
        if (found === undefined || this.failed) continue;
        if (this.trees !== undefined && found.tree !== undefined) this.trees[index] = found.tree;
        documents.push({ index, data: found.data, comment: leadingComment(cursor.text.slice(from, found.start)) });
      } catch (error) {
        if (error instanceof Enough || !this.passOver(error)) return [];
        this.toNextDocument();
      }
      if (index >= LIMITS.documents) {
        const message = `the file holds more than ${LIMITS.documents} documents`;
        this.passOver(new YamlRefusal('too-many-documents', message, from, from + 1));
        return [];
      }
    }
    return documents;
  }

  /** One document and the marker that ends it; undefined when it is empty. */
  private document(): { data: unknown; start: number; tree: SpanTree | undefined } | undefined {
    const { cursor } = this;
    this.beginDocument();
    let position: Position = 'document';
    if (!cursor.toContent()) {
      if (cursor.ended) return undefined;
      const ends = cursor.unit() !== DASH;
      cursor.at += 3;
      if (ends) {
        cursor.finishLine();
        return undefined;
      }
      position = 'document-line';
    } else if (cursor.unit() === PERCENT)
      throw new YamlRefusal(
        'yaml-directive',
        'YAML directives are not supported',
        cursor.at,
        cursor.at + 1,
        'leave the line out: files are read as YAML 1.2',
      );
    const before = this.nodes;
    const tree = this.located ? new SpanTree(undefined) : undefined;
    if (position === 'document-line') {
      const content = this.findContent();
      if (content === undefined) return undefined;
      position = content;
    }
    const start = cursor.at;
    const data = this.blockValue(-1, position, tree);
    if (cursor.toContent())
      throw new YamlRefusal('yaml-syntax', 'this line is indented unlike those above it', cursor.at, cursor.at + 1);
    if (this.nodes === before) return undefined;
    return { data, start, tree };
  }

  /** After `---`: where the document's content begins, if it has any. */
  private findContent(): Position | undefined {
    const { cursor } = this;
    cursor.skipBlanks();
    if (cursor.atComment()) cursor.skipLine();
    if (!cursor.ended && !cursor.isBreak()) return 'document-line';
    return cursor.toContent() ? 'document' : undefined;
  }

  /** Notes why a document cannot be read; false when the whole file cannot. */
  private passOver(error: unknown): boolean {
    if (!(error instanceof YamlRefusal)) throw error;
    try {
      const help = error.help ?? this.templateHelp(error.start);
      this.refuse(error.code, error.message, { start: error.start, end: error.end }, help);
    } catch (enough) {
      if (enough instanceof Enough) return false;
      throw enough;
    }
    return error.code !== 'too-many-nodes';
  }

  /** Where a line has the braces of a template: files of a Helm chart are found in many folders of manifests. */
  private templateHelp(at: number): string | undefined {
    const { text } = this.cursor;
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 80).split('\n', 1)[0]!;
    return line.includes('{{')
      ? 'this is a template: render it first, e.g. `helm template CHART > all.yaml`'
      : undefined;
  }

  private toNextDocument(): void {
    const { cursor } = this;
    while (!cursor.ended && !cursor.atMarker()) {
      cursor.skipLine();
      cursor.takeBreak();
    }
  }
}

/** The comment lines before a document's content, without their `#` and what is meant for an editor. */
function leadingComment(before: string): string {
  return before
    .split(/\r\n|\n|\r/)
    .filter((line) => /^\s*#/.test(line) && !/^\s*#\s*yaml-language-server:/.test(line))
    .map((line) => line.replace(/^\s*# ?/, '').trimEnd())
    .join('\n')
    .trim();
}

import type { ProblemCode } from '../problem-codes.ts';

/** Why a document cannot be read on. Offsets into the text. */
export class YamlRefusal extends Error {
  override readonly name = 'YamlRefusal';
  readonly code: ProblemCode;
  readonly start: number;
  readonly end: number;
  readonly help: string | undefined;

  constructor(code: ProblemCode, message: string, start: number, end: number, help?: string) {
    super(message);
    this.code = code;
    this.start = start;
    this.end = end;
    this.help = help;
  }
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const HASH = 35;

/** A place in a YAML text that knows its line's beginning. Every step is forward, so reading is linear. */
export class Cursor {
  readonly text: string;
  at = 0;
  /** Offset of the first character of the line. */
  lineStart = 0;

  constructor(text: string) {
    this.text = text;
  }

  get column(): number {
    return this.at - this.lineStart;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The code unit `ahead` of the cursor; NaN beyond the end. */
  unit(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  isBreak(ahead = 0): boolean {
    const unit = this.unit(ahead);
    return unit === LF || unit === CR;
  }

  /** Blank, line end, or end of the text. */
  isGap(ahead = 0): boolean {
    const unit = this.unit(ahead);
    return unit === SPACE || unit === TAB || unit === LF || unit === CR || Number.isNaN(unit);
  }

  /** Over one line end, if the cursor stands before one. */
  takeBreak(): boolean {
    const unit = this.unit();
    if (unit !== LF && unit !== CR) return false;
    this.at += unit === CR && this.unit(1) === LF ? 2 : 1;
    this.lineStart = this.at;
    return true;
  }

  skipBlanks(): void {
    for (;;) {
      const unit = this.unit();
      if (unit !== SPACE && unit !== TAB) return;
      this.at++;
    }
  }

  skipSpaces(): void {
    while (this.unit() === SPACE) this.at++;
  }

  skipLine(): void {
    while (!this.ended && !this.isBreak()) this.at++;
  }

  /** Whether a document marker, `---` or `...`, stands at the cursor. */
  atMarker(): boolean {
    if (this.at !== this.lineStart) return false;
    const unit = this.unit();
    return (unit === 45 || unit === 46) && this.unit(1) === unit && this.unit(2) === unit && this.isGap(3);
  }

  /** Whether a comment begins at the cursor: `#` after a blank or at the beginning of a line. */
  atComment(): boolean {
    if (this.unit() !== HASH) return false;
    if (this.at === this.lineStart) return true;
    const before = this.unit(-1);
    return before === SPACE || before === TAB;
  }

  /** Over blanks and a comment to the end of the line, where nothing else may stand. */
  finishLine(): void {
    this.skipBlanks();
    if (this.atComment()) this.skipLine();
    if (this.ended || this.isBreak()) return;
    this.unexpected();
  }

  /**
   * To the next line with content: over blank lines and comments. False at the end of the document. The cursor must stand
   * at the beginning or the end of a line.
   */
  toContent(): boolean {
    for (;;) {
      this.skipSpaces();
      const indentation = this.at;
      this.skipBlanks();
      if (this.atComment()) this.skipLine();
      if (this.takeBreak()) continue;
      if (this.ended || this.atMarker()) return false;
      if (this.at > indentation)
        throw new YamlRefusal(
          'yaml-syntax',
          'a tab stands where the line is indented',
          indentation,
          this.at,
          'indent with spaces',
        );
      return true;
    }
  }

  /** Ends the reading because of what stands at the cursor. */
  unexpected(): never {
    const { at, text } = this;
    const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (letter === ':')
      throw new YamlRefusal(
        'yaml-syntax',
        'a value cannot hold `: ` here',
        at,
        at + 1,
        'put text that contains `: ` in quotes, or mind the indentation of this key',
      );
    if (letter === '#') throw new YamlRefusal('yaml-syntax', 'a comment needs a blank before its `#`', at, at + 1);
    throw new YamlRefusal('yaml-syntax', `unexpected \`${letter}\``, at, at + letter.length);
  }
}

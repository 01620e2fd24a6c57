import type { Cursor } from './cursor.ts';

const QUESTION_MARK = 63;
const COLON = 58;
const DASH = 45;
const HASH = 35;
/** Characters that mean something else at the beginning of a value. */
const INDICATORS = new Set([...',[]{}#&*!|>\'"%@`'].map((letter) => letter.charCodeAt(0)));

/** The characters that end a value inside `[ ]` and `{ }`. */
export function isFlowIndicator(unit: number): boolean {
  return unit === 44 || unit === 91 || unit === 93 || unit === 123 || unit === 125;
}

/** Whether a value without quotes can begin at the cursor. */
export function canStartPlain(cursor: Cursor, inFlow: boolean): boolean {
  const unit = cursor.unit();
  if (INDICATORS.has(unit) || cursor.isGap()) return false;
  if (unit !== DASH && unit !== QUESTION_MARK && unit !== COLON) return true;
  return !cursor.isGap(1) && !(inFlow && isFlowIndicator(cursor.unit(1)));
}

/** Moves over what one line holds of a value without quotes, trailing blanks left out, and returns it. */
export function plainPiece(cursor: Cursor, inFlow: boolean): string {
  const start = cursor.at;
  const { text } = cursor;
  let at = start;
  let end = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 32 || unit === 9) continue;
    if (unit === 10 || unit === 13) break;
    if (unit === COLON) {
      const next = text.charCodeAt(at + 1);
      if (next === 32 || next === 10 || next === 13 || next === 9 || Number.isNaN(next)) break;
      if (inFlow && isFlowIndicator(next)) break;
    } else if (unit === HASH && at > end) break;
    else if (inFlow && isFlowIndicator(unit)) break;
    end = at + 1;
  }
  cursor.at = end;
  return text.slice(start, end);
}

/**
 * Reads a value without quotes. It goes on over lines that are indented more than `parent`: line ends become blanks, empty
 * lines become line ends.
 */
export function readPlain(cursor: Cursor, parent: number, inFlow: boolean): string {
  let value = plainPiece(cursor, inFlow);
  for (;;) {
    const { at, lineStart } = cursor;
    const breaks = takeBreaks(cursor);
    const indented = cursor.column > parent;
    cursor.skipBlanks();
    let piece = '';
    if (breaks > 0 && indented && !cursor.ended && !cursor.atMarker() && !cursor.atComment())
      piece = plainPiece(cursor, inFlow);
    if (piece === '') {
      cursor.at = at;
      cursor.lineStart = lineStart;
      return value;
    }
    value += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + piece;
  }
}

/** Over the rest of a blank line and the blank lines after it, to the spaces' end of the next; the number of line ends. */
function takeBreaks(cursor: Cursor): number {
  let breaks = 0;
  cursor.skipBlanks();
  while (cursor.takeBreak()) {
    breaks++;
    const start = cursor.at;
    cursor.skipBlanks();
    if (!cursor.isBreak()) {
      cursor.at = start;
      cursor.skipSpaces();
      break;
    }
  }
  return breaks;
}

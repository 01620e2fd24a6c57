import { YamlRefusal, type Cursor } from './cursor.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);
const CODE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/**
 * Reads a value in single or double quotes at the cursor. Over several lines it must be indented more than `parent`; line
 * ends become blanks, empty lines become line ends. With `oneLine` a value that does not end on its line is not read, and
 * undefined is returned.
 */
export function readQuoted(cursor: Cursor, parent: number, oneLine = false): string | undefined {
  const { text } = cursor;
  const opening = cursor.at;
  const quote = cursor.unit();
  const double = quote === 34;
  cursor.at++;
  let value = '';
  let from = cursor.at;
  for (;;) {
    const unit = cursor.unit();
    if (unit === quote) {
      value += text.slice(from, cursor.at);
      cursor.at++;
      if (double || cursor.unit() !== quote) return value;
      value += "'";
      cursor.at++;
      from = cursor.at;
    } else if (cursor.ended) {
      if (oneLine) return undefined;
      throw new YamlRefusal('yaml-syntax', 'this quote is never closed', opening, opening + 1);
    } else if (double && unit === 92) {
      value += text.slice(from, cursor.at);
      if (cursor.isBreak(1)) {
        if (oneLine) return undefined;
        cursor.at++;
        const breaks = foldBreaks(cursor, parent, opening);
        value += '\n'.repeat(breaks - 1);
      } else value += readEscape(cursor);
      from = cursor.at;
    } else if (cursor.isBreak()) {
      if (oneLine) return undefined;
      value += text.slice(from, trimmedEnd(text, from, cursor.at));
      const breaks = foldBreaks(cursor, parent, opening);
      value += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      from = cursor.at;
    } else cursor.at++;
  }
}

/** Over line ends and the blanks that begin the next line with text; the number of line ends. */
function foldBreaks(cursor: Cursor, parent: number, opening: number): number {
  let breaks = 0;
  while (cursor.takeBreak()) {
    breaks++;
    if (cursor.atMarker()) throw new YamlRefusal('yaml-syntax', 'this quote is never closed', opening, opening + 1);
    cursor.skipSpaces();
    const { column } = cursor;
    cursor.skipBlanks();
    if (!cursor.isBreak() && !cursor.ended && column <= parent)
      throw new YamlRefusal(
        'yaml-syntax',
        'the text in quotes goes on here, but is not indented',
        cursor.at,
        cursor.at + 1,
        'is the closing quote missing?',
      );
  }
  return breaks;
}

function trimmedEnd(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9)) at--;
  return at;
}

/** The cursor stands at the backslash. */
function readEscape(cursor: Cursor): string {
  const start = cursor.at;
  const letter = cursor.text[start + 1] ?? '';
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    cursor.at += 2;
    return simple;
  }
  const length = CODE_LENGTHS.get(letter) ?? 0;
  const digits = cursor.text.slice(start + 2, start + 2 + length);
  const code =
    length > 0 && digits.length === length && /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
  if (code > 0x10ffff)
    throw new YamlRefusal(
      'yaml-syntax',
      'no such escape',
      start,
      start + 2 + length,
      'a backslash in double quotes begins an escape; single quotes have none',
    );
  cursor.at += 2 + length;
  return String.fromCodePoint(code);
}

import { YamlRefusal, type Cursor } from './cursor.ts';

const TAB = 9;

/**
 * Reads a text block: `|` keeps line ends, `>` folds lines. The lines must be indented more than `parent`. The cursor stands
 * at the indicator, and afterwards at the beginning of the line that follows the block.
 */
export function readBlockScalar(cursor: Cursor, parent: number): string {
  const folded = cursor.unit() === 62;
  const start = cursor.at;
  const header = /[|>](?:([1-9])([-+]?)|([-+])([1-9]?))?/y;
  header.lastIndex = start;
  const match = header.exec(cursor.text);
  const chomp = match?.[2] || match?.[3] || '';
  const digit = match?.[1] || match?.[4] || '';
  cursor.at = header.lastIndex;
  if (!cursor.isGap())
    throw new YamlRefusal(
      'yaml-syntax',
      'no such kind of text block',
      start,
      cursor.at + 1,
      'a block begins with | or >, maybe with - or + and a digit',
    );
  cursor.finishLine();
  const lines = readLines(cursor, parent, digit === '' ? undefined : Math.max(parent, 0) + Number(digit));
  let trailing = 0;
  while (lines.length > 0 && lines.at(-1) === '') {
    lines.pop();
    trailing++;
  }
  if (lines.length === 0) return chomp === '+' ? '\n'.repeat(trailing) : '';
  const text = folded ? fold(lines) : lines.join('\n');
  if (chomp === '-') return text;
  return text + '\n' + (chomp === '+' ? '\n'.repeat(trailing) : '');
}

function readLines(cursor: Cursor, parent: number, given: number | undefined): string[] {
  const lines: string[] = [];
  let indentation = given;
  let widestBlank = 0;
  while (cursor.takeBreak()) {
    cursor.skipSpaces();
    const spaces = cursor.column;
    if (cursor.isBreak() || cursor.ended) {
      if (indentation === undefined) widestBlank = Math.max(widestBlank, spaces);
      if (cursor.ended && spaces <= (indentation ?? Infinity)) break;
      lines.push(cursor.text.slice(Math.min(cursor.lineStart + (indentation ?? spaces), cursor.at), cursor.at));
      continue;
    }
    if (indentation === undefined && spaces > parent) {
      indentation = spaces;
      if (widestBlank > spaces)
        throw new YamlRefusal(
          'yaml-syntax',
          'an empty line above is indented more than this first line of the block',
          cursor.at,
          cursor.at + 1,
        );
    }
    if (cursor.unit() === TAB && (indentation === undefined || spaces < indentation)) {
      const tab = cursor.at;
      cursor.skipBlanks();
      if (cursor.isBreak() || cursor.ended)
        throw new YamlRefusal(
          'yaml-syntax',
          'a tab stands where the block is indented',
          tab,
          tab + 1,
          'indent with spaces',
        );
    }
    const within = indentation !== undefined && spaces >= indentation;
    cursor.at = cursor.lineStart;
    if (indentation === undefined || !within || cursor.atMarker()) break;
    cursor.skipLine();
    lines.push(cursor.text.slice(cursor.lineStart + indentation, cursor.at));
  }
  return lines;
}

/** Lines joined by blanks, save around empty and more indented ones, which stay as they are. */
function fold(lines: readonly string[]): string {
  let text = '';
  let empty = 0;
  let before: string | undefined;
  for (const line of lines) {
    if (line === '') {
      empty++;
      continue;
    }
    if (before === undefined) text += '\n'.repeat(empty);
    else if (isIndented(before) || isIndented(line)) text += '\n'.repeat(empty + 1);
    else text += empty === 0 ? ' ' : '\n'.repeat(empty);
    text += line;
    before = line;
    empty = 0;
  }
  return text;
}

function isIndented(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t');
}

/** Between a cell and the column after it. */
const PADDING = 2;

/**
 * Text whose cells end in tabs, as Go's `tabwriter` lays it out for kubectl: a column is as wide as the widest cell of
 * the lines that follow each other and have it; what stands behind the last tab of a line belongs to no column.
 */
export function layOut(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths: number[] = [];
  const out: string[] = [];

  const write = (from: number, to: number): void => {
    for (const cells of lines.slice(from, to)) {
      out.push(cells.map((cell, i) => (i < widths.length ? cell.padEnd(widths[i]!) : cell)).join(''));
    }
  };
  const format = (from: number, to: number): void => {
    const column = widths.length;
    const has = (line: number): boolean => column < lines[line]!.length - 1;
    let written = from;
    for (let line = from; line < to; line++) {
      if (!has(line)) continue;
      write(written, line);
      written = line;
      while (line < to && has(line)) line++;
      const cells = lines.slice(written, line).map((one) => one[column]!.length);
      widths.push(Math.max(...cells) + PADDING);
      format(written, line);
      widths.pop();
      written = line;
    }
    write(written, to);
  };
  format(0, lines.length);
  return out.join('\n');
}

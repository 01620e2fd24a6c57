import type { Problem, RelatedPlace } from './problem.ts';
import type { SourceFile, Span } from './source-file.ts';

/** Problems shown before the rest is only counted. */
export const MOST_SHOWN = 20;

export interface RenderOptions {
  /** Colour for terminals. Off unless asked for. */
  readonly color?: boolean;
  /** How many to show; 0 shows all. */
  readonly most?: number;
  /** Problems that were found but not kept. */
  readonly dropped?: number;
}

/** Problems as a person reads them: message, place, excerpt with a caret, and what to do. */
export function renderProblems(problems: readonly Problem[], options: RenderOptions = {}): string {
  const most = options.most ?? MOST_SHOWN;
  const shown = most === 0 ? problems : foremost(problems, most);
  const blocks = shown.map((problem) => renderProblem(problem, options));
  const more = problems.length - shown.length + (options.dropped ?? 0);
  if (more > 0)
    blocks.push(`${more} more ${more === 1 ? 'problem' : 'problems'} not shown (all of them: --max-errors 0)\n`);
  return blocks.join('\n');
}

/** So many of the problems, in their order: warnings only as far as the errors leave room. */
function foremost(problems: readonly Problem[], most: number): readonly Problem[] {
  const room = { error: most, warning: Math.max(0, most - problems.filter(isError).length) };
  return problems.filter(({ severity }) => room[severity]-- > 0);
}

/** One problem, ending in a line end. */
export function renderProblem(problem: Problem, options: RenderOptions = {}): string {
  const paint = painter(options.color === true);
  const strong = problem.severity === 'error' ? paint.red : paint.yellow;
  const lines = [`${strong(`${problem.severity}[${problem.code}]`)}: ${paint.bold(printable(problem.message))}`];
  const places: RelatedPlace[] = [...(problem.related ?? [])];
  if (problem.span !== undefined)
    places.unshift({ source: problem.source, span: problem.span, label: problem.label ?? '' });
  const width = Math.max(...places.map(({ source, span }) => String(source.position(span.start).line).length), 1);
  const gutter = ' '.repeat(width);
  if (problem.span === undefined) lines.push(`${gutter}${paint.blue('-->')} ${printable(problem.source.name)}`);
  for (const [index, { source, span, label }] of places.entries()) {
    const { line, column } = source.position(span.start);
    lines.push(`${gutter}${paint.blue(index === 0 ? '-->' : ':::')} ${printable(source.name)}:${line}:${column}`);
    lines.push(`${gutter} ${paint.blue('|')}`);
    const { text, caret } = excerpt(source, span);
    lines.push(`${paint.blue(`${String(line).padStart(width)} |`)} ${text}`);
    const mark = (index === 0 ? strong : paint.blue)(caret.trimStart() + (label === '' ? '' : ' ' + printable(label)));
    lines.push(`${gutter} ${paint.blue('|')} ${' '.repeat(caret.length - caret.trimStart().length)}${mark}`);
  }
  if ((problem.help !== undefined || problem.note !== undefined) && places.length > 0)
    lines.push(`${gutter} ${paint.blue('|')}`);
  if (problem.help !== undefined) lines.push(`${paint.bold('help')}: ${printable(problem.help)}`);
  if (problem.note !== undefined) lines.push(`${paint.bold('note')}: ${printable(problem.note)}`);
  return lines.join('\n') + '\n';
}

/** Problems as data, for programs: positions count from 1, `path` is that of the member inside its document. */
export function problemsToJson(problems: readonly Problem[]): string {
  const place = (source: SourceFile, span: Span | undefined) => {
    if (span === undefined) return { file: source.name };
    const start = source.position(span.start);
    const end = source.position(span.end);
    return { file: source.name, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
  return JSON.stringify(
    problems.map(({ code, severity, message, source, span, label, path, help, note, related }) => ({
      code,
      severity,
      message,
      ...place(source, span),
      label,
      path,
      help,
      note,
      related: related?.map((each) => ({ ...place(each.source, each.span), label: each.label })),
    })),
    null,
    2,
  );
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

const MOST_COLUMNS = 110;
const LEAD = 40;

/** The line a span begins on, cut to fit a screen, and carets under the part of the span that lies on it. */
function excerpt(source: SourceFile, span: Span): { text: string; caret: string } {
  const { line, column } = source.position(span.start);
  const full = source.line(line);
  let from = 0;
  if (full.length > MOST_COLUMNS && column - 1 > MOST_COLUMNS - LEAD) from = column - 1 - LEAD;
  const cut = full.slice(from, from + MOST_COLUMNS);
  const start = column - 1 - from;
  const end = Math.max(Math.min(start + (span.end - span.start), cut.trimEnd().length), start + 1);
  const before = (from > 0 ? '…' : '') + printable(cut.slice(0, start));
  const marked = printable(cut.slice(start, end));
  const text = before + marked + printable(cut.slice(end)) + (from + MOST_COLUMNS < full.length ? '…' : '');
  return { text: text.trimEnd(), caret: ' '.repeat([...before].length) + '^'.repeat(Math.max([...marked].length, 1)) };
}

/**
 * Text with everything that could move the cursor, hide letters or reverse their order written out as an escape, so that
 * no input can forge a message.
 */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (unit) => (unit === '\t' ? ' ' : `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`),
  );
}

function painter(color: boolean) {
  const paint = (open: number, close: number) => (text: string) =>
    color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { red: paint(31, 39), yellow: paint(33, 39), blue: paint(34, 39), bold: paint(1, 22) };
}

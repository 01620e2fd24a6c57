/** How a piece of raw data is called in a message. Long texts are cut: a message is one line. */

const SHOWN = 60;

export function quoted(text: string): string {
  const cut = text.length > SHOWN ? text.slice(0, SHOWN) + '…' : text;
  return JSON.stringify(cut);
}

export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `text ${quoted(value)}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${String(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return 'an object';
}

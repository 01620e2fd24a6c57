/** Markup that is safe to stand in a page. Only {@link markup} and {@link joined} make it, so texts cannot slip through. */
export class Markup {
  readonly text: string;

  /** @internal */
  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Fragment = string | number | Markup | readonly Markup[];

/** A template whose values are escaped unless they are markup themselves: fit for text and for quoted attributes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  let text = parts[0]!;
  for (let i = 0; i < values.length; i++) text += spelt(values[i]!) + parts[i + 1]!;
  return new Markup(text);
}

export const NOTHING = new Markup('');

export function joined(fragments: readonly Markup[], between = ''): Markup {
  return new Markup(fragments.map(({ text }) => text).join(between));
}

/**
 * Text of ours that is already in the language of its place: a stylesheet, a script. Never for anything that came from a
 * scenario.
 */
export function verbatim(text: string): Markup {
  return new Markup(text);
}

/** A value as JSON inside a script element: no `<` that could close it. */
export function dataIsland(id: string, value: unknown): Markup {
  const json = JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  return markup`<script type="application/json" id="${id}">${verbatim(json)}</script>`;
}

function spelt(value: Fragment): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? escaped(value) : joined(value).text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

/**
 * Text for HTML. Control characters, halves of pairs and characters that turn the direction of writing are shown as
 * U+FFFD: a message must not be able to rearrange what stands beside it.
 */
export function visible(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

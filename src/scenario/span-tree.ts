import type { SpanNode } from './document.ts';
import type { Span } from './source-file.ts';

/** Where a value and its members stand, filled in while a text is read for the second time. */
export class SpanTree implements SpanNode {
  readonly key: Span | undefined;
  value: Span = { start: 0, end: 1 };
  collection = false;
  children = new Map<string | number, SpanTree>();

  constructor(key: Span | undefined) {
    this.key = key;
  }

  child(part: string | number): SpanTree | undefined {
    return this.children.get(part);
  }
}

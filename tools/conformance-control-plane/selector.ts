import type { Labels } from '../../src/sim/api/meta.ts';

export type Selector = (labels: Labels) => boolean;

/** A selector of equalities, such as `app=web,tier=front`. */
export function parseSelector(text: string): Selector {
  const pairs = text.split(',').map((pair) => pair.split('=') as [string, string]);
  return (labels) => pairs.every(([key, value]) => labels[key] === value);
}

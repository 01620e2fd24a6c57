import type { Description } from './description.ts';
import { textMap, type Wire } from './wire.ts';

/** Limits and requests of a container, or of a pod as a whole. */
export function writeResources(resources: Wire, out: Description, level: number): void {
  for (const [title, member] of [
    ['Limits', 'limits'],
    ['Requests', 'requests'],
  ] as const) {
    const list = textMap(resources, member);
    const names = Object.keys(list).sort();
    if (names.length > 0) out.line(level, `${title}:`);
    for (const name of names) out.line(level + 1, `${name}:`, list[name]!);
  }
}

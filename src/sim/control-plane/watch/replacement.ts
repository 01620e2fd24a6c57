import type { Change } from '../../api/change.ts';

interface Span {
  readonly key: string;
  readonly before: Change['previous'];
  last: Change;
}

/**
 * What an informer that lists anew finds different from what it has, given every change it has missed, in order: of each
 * object one change at most. What went and came again is another object. Something that went is told with the last
 * version the informer knew (client-go's DeletedFinalStateUnknown).
 */
export function replacementOf(missed: Iterable<Change>, keyOf: (change: Change) => string): readonly Change[] {
  const spans = new Map<string, Span>();
  for (const change of missed) {
    const key = keyOf(change);
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { key, before: change.previous, last: change });
    else span.last = change;
  }
  const found: Change[] = [];
  for (const { key, before, last } of spans.values()) {
    const after = last.type === 'DELETED' ? undefined : last.object;
    const isSame = before !== undefined && before.metadata.uid === after?.metadata.uid;
    if (before !== undefined && !isSame) {
      found.push({ type: 'DELETED', object: before, previous: before, key } as Change);
    }
    if (after === undefined) continue;
    const previous = isSame ? before : undefined;
    found.push({ type: isSame ? 'MODIFIED' : 'ADDED', object: after, previous, key } as Change);
  }
  return found;
}

import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../api/request.ts';
import { Outbox } from './outbox.ts';

const bookmark = (resourceVersion: number): WatchEvent => ({ type: 'BOOKMARK', resourceVersion, isInitialEnd: false });
const versionOf = (event: WatchEvent): number => (event.type === 'BOOKMARK' ? event.resourceVersion : -1);

function outbox(channelSize = 10) {
  const seen: number[] = [];
  const box = new Outbox({ channelSize }, (event) => seen.push(versionOf(event)));
  const fill = (bytes: number): number => {
    let taken = 0;
    while (box.take(bookmark(taken + 1), bytes)) taken++;
    return taken;
  };
  return { box, seen, fill };
}

describe('what lies between a watch cache and a client', () => {
  it('is nothing while the client reads', () => {
    const { box, seen } = outbox();
    expect(box.take(bookmark(1), 1_300)).toBe(true);
    expect(seen).toEqual([1]);
  });

  it.each([
    [1_300, 3_065, 3_280],
    [50_300, 280, 303],
  ])('takes of events of %i bytes as many as recorded, and then no more', (bytes, least, most) => {
    const { box, seen, fill } = outbox();
    box.stopReading();
    const taken = fill(bytes);
    // The recordings' counts, which are three, say a little more or less.
    expect(taken).toBeGreaterThan(least * 0.97);
    expect(taken).toBeLessThan(most * 1.03);
    expect(seen).toEqual([]);
    box.readOn();
    expect(seen).toEqual(Array.from({ length: taken }, (_, i) => i + 1));
  });

  it('is lost from the first channel when the server gives the watch up', () => {
    const { box, seen, fill } = outbox();
    box.stopReading();
    const taken = fill(1_300);
    box.cutOff();
    box.readOn();
    expect(seen).toHaveLength(taken - 11);
    expect(seen.at(-1)).toBe(taken - 11);
  });
});

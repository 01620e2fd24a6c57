import { describe, expect, it } from 'vitest';
import { makePod } from '../../../../test/doubles/objects.ts';
import { metaAt, withMetadata } from '../../api/versions.ts';
import { Store, type StoreOptions } from './store.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

/** A store in which somebody writes a pod again and again. */
function written(options: StoreOptions = {}) {
  const store = new Store(() => undefined, options);
  const write = (name: string, now: number): void => {
    store.advance(now);
    const pod = makePod(name);
    store.put(`default/${name}`, withMetadata(pod, metaAt(pod.metadata, store.nextRevision)), now);
  };
  return { store, write };
}

describe('compaction', () => {
  it('forgets at every interval what was there when the one before it ended', () => {
    const { store, write } = written();
    for (let minute = 0; minute < 10; minute++) write('p', minute * MINUTE + SECOND);
    expect(store.compactedRevision).toBe(0);
    store.advance(10 * MINUTE);
    // Five writes in the first interval, and that of the key on which the API servers agree.
    expect(store.compactedRevision).toBe(6);
    write('p', 40 * MINUTE);
    store.advance(45 * MINUTE);
    // What happened long ago is all forgotten, but for what the last interval saw.
    expect(store.compactedRevision).toBe(store.revision - 2);
  });

  it('does not happen where nobody compacts', () => {
    const { store, write } = written({ compactionIntervalMicros: 0 });
    write('p', 0);
    store.advance(1_000 * MINUTE);
    expect([store.compactedRevision, store.revision]).toEqual([0, 1]);
  });
});

describe('the size of the database', () => {
  const megabyte = 1_000_000;

  it('grows with every version, and shrinks to what is current when the history is compacted', () => {
    const { store, write } = written();
    for (let i = 0; i < 1_000; i++) write('p', i);
    const { inUseBytes, fileBytes } = store.figures(SECOND);
    expect(inUseBytes / 1_000).toBeGreaterThan(200);
    expect(inUseBytes / 1_000).toBeLessThan(4_000);
    expect(fileBytes).toBe(inUseBytes);
    const later = store.figures(10 * MINUTE);
    expect(later.inUseBytes * 900).toBeLessThan(inUseBytes);
    expect(later.fileBytes).toBe(fileBytes);
  });

  it('over its quota raises an alarm that stays until it is taken back, and comes back unless it was defragmented', () => {
    const { store, write } = written({ quotaBytes: megabyte });
    for (let i = 0; i < 5_000; i++) write('p', i);
    expect(store.size.isFull).toBe(true);
    store.advance(20 * MINUTE);
    expect(store.size.isFull).toBe(true);
    store.size.disarm();
    write('p', 21 * MINUTE);
    expect(store.size.isFull).toBe(true);
    store.size.defragment(22 * MINUTE);
    expect(store.size.isFull).toBe(true);
    store.size.disarm();
    write('p', 22 * MINUTE);
    expect(store.size.isFull).toBe(false);
    const { fileBytes, peakFileBytes } = store.figures(23 * MINUTE);
    expect(fileBytes).toBeLessThan(20_000);
    expect(peakFileBytes).toBeGreaterThan(megabyte);
  });

  it('counts what is written as a rate, the past two intervals of it', () => {
    const { store } = written();
    store.size.addQuiet({ bytes: 70, perSecond: () => 10 }, 0);
    const bytes = [2, 5, 7, 10, 12, 100].map((minutes) => store.figures(minutes * MINUTE).inUseBytes / 60_000);
    expect(bytes).toEqual([2, 5, 7, 5, 7, 5]);
  });
});

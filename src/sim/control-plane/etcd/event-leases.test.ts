import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePod } from '../../../../test/doubles/objects.ts';
import { EventNote } from '../../api/event-note.ts';
import { Engine } from '../../engine/engine.ts';
import { Lessor } from './lessor.ts';
import { Store, type Commit } from './store.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

function rig() {
  const engine = new Engine();
  const store = new Store(() => undefined);
  const etcd = { hasLeader: true, onElected: undefined as (() => void) | undefined };
  const gone: Commit[] = [];
  new Lessor(engine, etcd, store, { isWatched: () => true, publish: (commit) => gone.push(commit) });
  const tick = engine.on('test/tick', () => undefined);
  const waitUntil = (at: number): void => {
    engine.at(at, tick);
    engine.run({ until: at });
  };
  const note = (name: string): EventNote =>
    new EventNote(makePod(name), 'Normal', 'Started', 'Started', 'kubelet', false, engine.now, undefined);
  const write = (of: EventNote, count: number): void => {
    store.writeEvent({ note: of, count, message: 'Started', seenAt: engine.now }, true, engine.now);
  };
  return { engine, store, etcd, gone, waitUntil, note, write };
}

describe('Events', () => {
  it('vanish an hour after they were last written, with the lease of their minute, in one revision', () => {
    const { store, gone, waitUntil, note, write } = rig();
    const [first, second] = [note('a'), note('b')];
    write(first, 1);
    waitUntil(30 * SECOND);
    write(second, 1);
    const { revision } = store;
    waitUntil(HOUR + 59 * SECOND);
    expect(store.count('Event')).toBe(2);
    waitUntil(HOUR + 61 * SECOND);
    expect(store.count('Event')).toBe(0);
    // Twelve intervals of compaction, and one transaction.
    expect(store.revision).toBe(revision + 12 + 1);
    expect(gone.map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
      ['DELETED', store.revision],
      ['DELETED', store.revision],
    ]);
  });

  it('that are seen again live on', () => {
    const { store, waitUntil, note, write } = rig();
    const one = note('a');
    write(one, 1);
    waitUntil(1_800 * SECOND);
    write(one, 2);
    waitUntil(HOUR + 1_000 * SECOND);
    expect(store.count('Event')).toBe(1);
    waitUntil(HOUR + 1_861 * SECOND);
    expect(store.count('Event')).toBe(0);
  });

  it('do not vanish while etcd has no leader, and get their hour anew from the next one', () => {
    const { store, etcd, waitUntil, note, write } = rig();
    write(note('a'), 1);
    waitUntil(HOUR);
    etcd.hasLeader = false;
    waitUntil(HOUR + 300 * SECOND);
    expect(store.count('Event')).toBe(1);
    etcd.hasLeader = true;
    etcd.onElected!();
    waitUntil(2 * HOUR + 300 * SECOND);
    expect(store.count('Event')).toBe(1);
    waitUntil(2 * HOUR + 361 * SECOND);
    expect(store.count('Event')).toBe(0);
  });

  it('share a lease by thousands and minutes', () => {
    const { store, waitUntil, note, write } = rig();
    for (let i = 0; i < 2_500; i++) write(note(`p${i}`), 1);
    expect(store.leases.granted).toBe(3);
    waitUntil(61 * SECOND);
    write(note('late'), 1);
    expect(store.leases.granted).toBe(4);
  });

  it('live an hour from their last write, a minute more at most, whenever they are written', () => {
    const writes = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 1_500 })), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(writes, (written) => {
        const { engine, store, waitUntil, note, write } = rig();
        const notes = [...Array(6).keys()].map((i) => note(`p${i}`));
        const lastWritten = new Map<EventNote, number>();
        for (const [which, seconds] of written) {
          waitUntil(engine.now + seconds * SECOND);
          write(notes[which]!, 1);
          lastWritten.set(notes[which]!, engine.now);
          const least = [...lastWritten.values()].filter((at) => at > engine.now - HOUR).length;
          const most = [...lastWritten.values()].filter((at) => at > engine.now - HOUR - 61 * SECOND).length;
          expect(store.count('Event')).toBeGreaterThanOrEqual(least);
          expect(store.count('Event')).toBeLessThanOrEqual(most);
          expect([...store.values('Event')]).toHaveLength(store.count('Event'));
        }
      }),
      { numRuns: 100 },
    );
  });
});

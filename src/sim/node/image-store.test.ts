import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../default-parameters.ts';
import { ImageStore, type PullResult } from './image-store.ts';
import { Registry } from './registry.ts';

const SECOND = 1_000_000;

function storeWith(pulls: (image: string, present: boolean) => { duration: number; error?: string }) {
  const engine = new Engine();
  const results: { image: string; at: number; result: PullResult }[] = [];
  const finished = engine.on('finished', () => store.finish());
  const store: ImageStore = new ImageStore(engine, finished, 0, 1);
  const pull = (image: string): void =>
    store.pull({
      image,
      askedAt: engine.now,
      begin: (present) => ({ error: undefined, sizeBytes: 5, ...pulls(image, present) }),
      done: (result) => results.push({ image, at: engine.now, result }),
    });
  return { engine, store, pull, results };
}

describe('the images of a node', () => {
  it('are pulled one at a time, in the order they were asked for', () => {
    const { engine, store, pull, results } = storeWith((_, present) => ({ duration: present ? 100 : 1_000 }));
    for (const image of ['a:1', 'b:1', 'a:1']) pull(image);
    engine.run();
    expect(results.map(({ image, at }) => [image, at])).toEqual([
      ['a:1', 1_000],
      ['b:1', 2_000],
      ['a:1', 2_100],
    ]);
    expect(results[1]!.result).toMatchObject({ took: 1_000, tookWithWaiting: 2_000 });
    expect(store.has('a:1') && store.has('b:1')).toBe(true);
  });

  it('are not there after a pull that failed', () => {
    const { engine, store, pull, results } = storeWith(() => ({ duration: 10, error: 'not found' }));
    pull('a:1');
    engine.run();
    expect(results[0]!.result.error).toBe('not found');
    expect(store.has('a:1')).toBe(false);
  });

  it('are refused when pulls come faster than five a second after a burst of ten', () => {
    const { engine, pull, results } = storeWith(() => ({ duration: 1 }));
    for (let i = 0; i < 12; i++) pull('i' + i + ':1');
    engine.run();
    expect(results.filter((one) => one.result.error === 'pull QPS exceeded')).toHaveLength(2);
    const later = engine.on('later', () => pull('late:1'));
    engine.after(SECOND / 5, later);
    engine.run();
    expect(results.at(-1)!.result.error).toBeUndefined();
  });
});

describe('the registry', () => {
  it('has one size for an image, on whatever node and in whatever order it is asked for', () => {
    const sizes = (order: readonly string[]): Map<string, number> => {
      const registry = new Registry(new Engine({ seed: 's' }), DEFAULT_PARAMETERS.image);
      return new Map(order.map((image) => [image, registry.sizeOf(image)]));
    };
    const some = sizes(['a:1', 'b:1', 'c:1']);
    const others = sizes(['c:1', 'a:1', 'c:1', 'b:1']);
    for (const [image, size] of some) expect(others.get(image)).toBe(size);
    expect(new Set(some.values()).size).toBe(3);
  });

  it('moves and unpacks an image at the rates of the parameters', () => {
    const registry = new Registry(new Engine(), {
      ...DEFAULT_PARAMETERS.image,
      bandwidthBytesPerSecond: 50_000_000,
      unpackBytesPerSecond: 100_000_000,
    });
    expect(registry.transfer(100_000_000)).toBe(3 * SECOND);
  });
});

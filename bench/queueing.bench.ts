import { tandemOnEngine } from './queueing/tandem-on-engine.ts';
import { tandemOnHeapJs } from './queueing/tandem-on-heap-js.ts';
import type { Suite } from './suite.ts';

const ROWS: readonly (readonly [string, number, number])[] = [
  ['M/M/1, load 0.8', 1, 0.8],
  ['tandem of 1,000 queues, load 0.72', 1_000, 0.72],
];

/** Small models with real handlers: events a second. */
export const suite: Suite = {
  name: 'queueing',
  operation: 'event',
  cases: (size) =>
    ROWS.map(([name, queues, load]) => ({
      name,
      operations: size === 'full' ? 500_000 : 1_000,
      samples: size === 'full' ? 15 : 1,
      warmUp: size === 'full' ? 1_000_000 : 5_000,
      variants: [
        { name: 'engine, times drawn beforehand', start: () => tandemOnEngine(queues, load, false) },
        { name: 'heap-js and closures, times drawn beforehand', start: () => tandemOnHeapJs(queues, load) },
        { name: 'engine, times drawn from streams', result: 'drawn', start: () => tandemOnEngine(queues, load, true) },
      ],
    })),
};

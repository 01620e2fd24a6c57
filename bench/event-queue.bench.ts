import { bimodalHold, cancellingHold, exponentialHold, type HoldModel } from './event-queue/hold-model.ts';
import { holdOnBareHeap } from './event-queue/hold-on-bare-heap.ts';
import { holdOnEngine } from './event-queue/hold-on-engine.ts';
import { holdOnHeapJs } from './event-queue/hold-on-heap-js.ts';
import type { Case, Size, Suite } from './suite.ts';

const MODELS: readonly (readonly [string, (pending: number) => HoldModel])[] = [
  ['exponential', exponentialHold],
  ['bimodal', bimodalHold],
  ['30 % cancelled', cancellingHold],
];

function holdCase(name: string, model: HoldModel, size: Size): Case {
  const full = size === 'full';
  return {
    name: `${name}, ${model.pending.toExponential(0).replace('+', '')} pending`,
    operations: full ? 200_000 : 1_000,
    samples: full ? 15 : 1,
    warmUp: full ? Math.max(500_000, 2 * model.pending) : 5_000,
    variants: [
      { name: 'bare typed-array heap', start: () => holdOnBareHeap(model) },
      { name: 'engine', start: () => holdOnEngine(model) },
      { name: 'heap-js, event objects', start: () => holdOnHeapJs(model) },
    ],
  };
}

/** Pop and push with a fixed number of events pending: what an event costs besides what it does. */
export const suite: Suite = {
  name: 'event-queue',
  operation: 'event',
  cases: (size) => {
    const sizes = size === 'full' ? [1e2, 1e3, 1e4, 1e5, 1e6] : [10, 300];
    return MODELS.flatMap(([name, model]) => sizes.map((pending) => holdCase(name, model(pending), size)));
  },
};

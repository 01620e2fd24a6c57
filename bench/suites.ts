import { suite as eventQueue } from './event-queue.bench.ts';
import { suite as podPath } from './pod-path.bench.ts';
import { suite as queueing } from './queueing.bench.ts';
import { suite as randomness } from './randomness.bench.ts';
import type { Suite } from './suite.ts';

export const SUITES: readonly Suite[] = [eventQueue, queueing, randomness, podPath];

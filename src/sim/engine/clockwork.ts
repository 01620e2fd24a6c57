import type { Engine } from './engine.ts';

/** What a component needs of the engine: the time, events of its own, and random numbers. Nobody but the run turns the crank. */
export type Clockwork = Pick<Engine, 'now' | 'on' | 'at' | 'after' | 'cancel' | 'stream' | 'keyed'>;

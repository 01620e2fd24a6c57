import type { Engine } from './engine.ts';

/** What a component needs of the engine: the time, events of its own, and random numbers. Nobody but the run turns the crank. */
export type Clockwork = Pick<Engine, 'now' | 'on' | 'at' | 'after' | 'cancel' | 'stream' | 'keyed'> & {
  /** Whoever has too little of a machine takes so many times as long for its work. Absent: as usual. */
  readonly slowness?: number;
};

/** How long work takes there that takes so long where nothing is the matter: microseconds. */
export function workMicros({ slowness }: Clockwork, micros: number): number {
  return slowness === undefined || slowness === 1 ? micros : Math.round(micros * slowness);
}

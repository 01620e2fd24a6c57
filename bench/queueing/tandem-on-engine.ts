import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import { sampler } from '../../src/sim/engine/samplers.ts';
import { RollingHash } from '../event-queue/rolling-hash.ts';
import type { Work } from '../suite.ts';
import { exponentialTable, TABLE } from './tables.ts';

/** `queues` single servers in a row. With `sampled`, times are drawn from streams as the run goes on. */
export function tandemOnEngine(queues: number, load: number, sampled: boolean): Work {
  const engine = new Engine();
  const hash = new RollingHash();
  const gap = sampled ? drawn(engine, 'arrivals', 1e6 / load) : fromTable('arrivals', 1e6 / load);
  const service = sampled ? drawn(engine, 'service', 1e6) : fromTable('service', 1e6);
  const inside = new Int32Array(queues + 1);
  const enter = (queue: number): void => {
    if (inside[queue]!++ === 0 && queue < queues) engine.after(service(), served, queue);
  };
  const arrival: EventKind = engine.on('arrival', () => {
    hash.add(engine.now, -1);
    enter(0);
    engine.after(gap(), arrival);
  });
  const served: EventKind = engine.on('served', (queue) => {
    hash.add(engine.now, queue);
    if (--inside[queue]! > 0) engine.after(service(), served, queue);
    enter(queue + 1);
  });
  engine.after(gap(), arrival);
  // Full from the start, as it would be after a long time.
  for (let queue = 0; queue < queues; queue++) for (let job = 0; job < queue % 6; job++) enter(queue);
  return {
    run: (operations) => void engine.run({ maxEvents: operations }),
    hash: () => (sampled ? engine.fingerprint.toString() : hash.toString()),
  };
}

function drawn(engine: Engine, name: string, mean: number): () => number {
  const stream = engine.stream(name);
  const sample = sampler({ kind: 'exponential', mean });
  return () => sample(stream);
}

function fromTable(name: string, mean: number): () => number {
  const table = exponentialTable(name, mean);
  const cursor = new Int32Array(1);
  return () => table[cursor[0]!++ & (TABLE - 1)]!;
}

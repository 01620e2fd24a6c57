import type { Engine, EventKind } from '../../src/sim/engine/engine.ts';
import { sampler, type Distribution } from '../../src/sim/engine/samplers.ts';

/** Sends jobs 0, 1, 2, … with random times between them, until it is stopped. */
export class Source {
  sent = 0;
  private isStopped = false;

  constructor(engine: Engine, name: string, interarrival: Distribution, send: (job: number) => void) {
    const stream = engine.stream(`${name}/arrivals`);
    const sample = sampler(interarrival);
    const arrival: EventKind = engine.on(`${name}/arrival`, () => {
      if (this.isStopped) return;
      send(this.sent++);
      engine.after(sample(stream), arrival);
    });
    engine.after(sample(stream), arrival);
  }

  stop(): void {
    this.isStopped = true;
  }
}

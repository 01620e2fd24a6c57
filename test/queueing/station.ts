import type { Engine, EventKind } from '../../src/sim/engine/engine.ts';
import { sampler, type Distribution } from '../../src/sim/engine/samplers.ts';
import { Census } from './census.ts';

export interface StationOptions {
  readonly servers: number;
  readonly service: Distribution;
  /** How many may be inside, those in service included; absent: any number. */
  readonly room?: number;
  /** Where a job goes after its service. */
  readonly served?: (job: number) => void;
}

/** Servers with one queue, first come first served. */
export class Station {
  readonly system: Census;
  readonly queue: Census;
  blocked = 0;
  offered = 0;
  private readonly waiting: number[] = [];
  private firstWaiting = 0;
  private busy = 0;
  private readonly engine: Engine;
  private readonly options: StationOptions;
  private readonly serviceTime: () => number;
  private readonly serviceEnds: EventKind;

  constructor(engine: Engine, name: string, options: StationOptions) {
    this.engine = engine;
    this.options = options;
    this.system = new Census(engine);
    this.queue = new Census(engine);
    const stream = engine.stream(`${name}/service`);
    const sample = sampler(options.service);
    this.serviceTime = () => sample(stream);
    this.serviceEnds = engine.on(`${name}/service-ends`, (job) => this.end(job));
  }

  arrive(job: number): void {
    this.offered++;
    if (this.system.inside >= (this.options.room ?? Infinity)) {
      this.blocked++;
      return;
    }
    this.system.enter(job);
    this.queue.enter(job);
    if (this.busy < this.options.servers) this.start(job);
    else this.waiting.push(job);
  }

  private start(job: number): void {
    this.queue.leave(job);
    this.busy++;
    this.engine.after(this.serviceTime(), this.serviceEnds, job);
  }

  private end(job: number): void {
    this.busy--;
    this.system.leave(job);
    if (this.firstWaiting < this.waiting.length) this.start(this.waiting[this.firstWaiting++]!);
    this.options.served?.(job);
  }
}

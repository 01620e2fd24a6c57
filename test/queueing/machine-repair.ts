import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import { sampler } from '../../src/sim/engine/samplers.ts';
import { Station } from './station.ts';

/** Machines that fail and are repaired by crews: a closed system. */
export class MachineRepair {
  readonly engine: Engine;
  readonly repair: Station;

  /** Mean times in seconds, both exponential. */
  constructor(seed: string, machines: number, crews: number, meanLife: number, meanRepair: number) {
    const engine = new Engine({ seed });
    const lives = engine.keyed('machine/life');
    const failures = new Int32Array(machines);
    const life = sampler({ kind: 'exponential', mean: meanLife * 1e6 });
    const runOn = (machine: number) => void engine.after(life(lives.of(machine, failures[machine]!++)), fails, machine);
    this.repair = new Station(engine, 'crews', {
      servers: crews,
      service: { kind: 'exponential', mean: meanRepair * 1e6 },
      served: runOn,
    });
    const fails: EventKind = engine.on('machine/fails', (machine) => this.repair.arrive(machine));
    for (let machine = 0; machine < machines; machine++) runOn(machine);
    this.engine = engine;
  }
}

import type { Engine, EventKind } from '../engine/engine.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { Distribution } from '../engine/samplers.ts';
import type { Machine } from './machine.ts';
import { NodeDuration } from './node-durations.ts';

/** Machines that have booted and whose Nodes are registered, until the network of pods has come up on them. */
export class NewMachines {
  readonly #engine: Engine;
  readonly #ready: EventKind;
  readonly #duration: NodeDuration;

  /** `isReady` is told the index of the machine. */
  constructor(engine: Engine, nodeReady: Distribution, isReady: (index: number) => void) {
    this.#engine = engine;
    this.#duration = new NodeDuration(engine, 'kubelet/node-ready', nodeReady);
    this.#ready = engine.on('kubelet/node-ready', isReady);
  }

  started(machine: Machine): void {
    machine.isStarting = true;
    const wait = this.#duration.of(stableHash(machine.kubelet.name), 0);
    this.#engine.after(wait, this.#ready, machine.index);
  }
}

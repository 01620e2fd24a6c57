import type { Engine, EventKind } from '../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../engine/samplers.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import type { Node } from '../api/node.ts';
import type { InstanceError } from '../policy-api/cloud.ts';
import type { Parameters } from '../scenario/parameters.ts';
import type { MachineLife } from './machine-life.ts';

/** Who runs a kubelet on a machine. */
export interface Hosts {
  /** The machine has booted: its kubelet starts and registers the Node. */
  boot(node: Node): void;
  /** The machine is no more. */
  scrap(nodeName: string): void;
}

/** What is asked for. */
export interface MachineOrder {
  readonly pool: string;
  /** Absent: as its node group says. */
  readonly instanceType?: string;
  readonly zone: string;
  readonly node: Node;
  readonly pricePerHour: number | undefined;
  /** In place of the parameter. */
  readonly provisioning: Distribution | undefined;
  /** Why the cloud refuses; undefined: it does not. */
  readonly error: InstanceError | undefined;
}

/**
 * The machines of the cloud: each takes its time to come, runs until somebody takes it away, and takes its time to go. A
 * machine has its own draws, so that what becomes of it hangs on its name alone.
 */
export class Machines {
  /** Every one there ever was. */
  readonly lives: MachineLife[] = [];
  readonly #engine: Engine;
  readonly #hosts: Hosts;
  readonly #provisioning: Sampler;
  readonly #deletion: Sampler;
  readonly #failure: number;
  readonly #draws: { readonly provisioning: KeyedDraws; readonly deletion: KeyedDraws; readonly failure: KeyedDraws };
  readonly #boots: EventKind;
  readonly #goes: EventKind;
  readonly #byName = new Map<string, MachineLife>();

  constructor(engine: Engine, parameters: Parameters['cloud'], hosts: Hosts) {
    this.#engine = engine;
    this.#hosts = hosts;
    this.#provisioning = sampler(parameters.provisioning);
    this.#deletion = sampler(parameters.deletion);
    this.#failure = parameters.registrationFailureRatio;
    this.#draws = {
      provisioning: engine.keyed('cloud/provisioning'),
      deletion: engine.keyed('cloud/deletion'),
      failure: engine.keyed('cloud/registration-failure'),
    };
    this.#boots = engine.on('cloud/machine-boots', (index) => this.#boot(this.lives[index]!));
    this.#goes = engine.on('cloud/machine-goes', (index) => this.#go(this.lives[index]!));
  }

  /** By the name of its Node. */
  get(name: string): MachineLife | undefined {
    return this.#byName.get(name);
  }

  /** A machine that is there when the run begins: its Node is there, too. */
  found(order: MachineOrder): MachineLife {
    const life = this.#add(order);
    life.state = 'running';
    life.runningAt = life.askedAt;
    return life;
  }

  /** Begins to make a machine. One that the cloud refuses stays where it is until somebody takes it away. */
  start(order: MachineOrder): MachineLife {
    const life = this.#add(order);
    life.error = order.error;
    if (order.error === undefined) {
      const sample = order.provisioning === undefined ? this.#provisioning : sampler(order.provisioning);
      const wait = sample(this.#draws.provisioning.of(stableHash(life.name), 0));
      this.#engine.after(wait, this.#boots, life.index);
    }
    return life;
  }

  /** Begins to take a machine away; one that is not there yet is gone at once. */
  stop(life: MachineLife): void {
    if (life.state === 'deleting' || life.state === 'gone') return;
    if (life.state === 'creating') {
      this.#end(life);
      return;
    }
    life.state = 'deleting';
    this.#engine.after(this.#deletion(this.#draws.deletion.of(stableHash(life.name), 0)), this.#goes, life.index);
  }

  #add({ pool, instanceType = '', zone, node, pricePerHour }: MachineOrder): MachineLife {
    const life: MachineLife = {
      index: this.lives.length,
      name: node.metadata.name,
      pool,
      instanceType,
      zone,
      node,
      pricePerHour,
      askedAt: this.#engine.now,
      state: 'creating',
      error: undefined,
      runningAt: undefined,
      goneAt: undefined,
    };
    this.lives.push(life);
    this.#byName.set(life.name, life);
    return life;
  }

  #boot(life: MachineLife): void {
    if (life.state !== 'creating') return;
    life.state = 'running';
    life.runningAt = this.#engine.now;
    // One that does not find its way to the cluster runs, costs, and is never seen there.
    const isLost = this.#failure > 0 && this.#draws.failure.uniform(stableHash(life.name), 0) < this.#failure;
    if (!isLost) this.#hosts.boot(life.node);
  }

  #go(life: MachineLife): void {
    this.#end(life);
    this.#hosts.scrap(life.name);
  }

  #end(life: MachineLife): void {
    life.state = 'gone';
    life.goneAt = this.#engine.now;
  }
}

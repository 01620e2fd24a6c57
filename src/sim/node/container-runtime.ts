import type { Engine } from '../engine/engine.ts';
import type { Container, Pod } from '../api/pod.ts';
import type { Parameters } from '../scenario/parameters.ts';
import type { ContainerBehaviours } from './container-behaviour.ts';
import { NodeDuration } from './node-durations.ts';
import { Registry } from './registry.ts';

/** One call of the container runtime: how long it takes, in microseconds, and why it fails if it does. */
export interface RuntimeStep {
  readonly duration: number;
  readonly error: string | undefined;
}

export interface PullStep extends RuntimeStep {
  readonly sizeBytes: number;
}

/** Which call this is, for draws: the pod's or node's entity, and the how many-th of its kind. */
export interface Occasion {
  readonly entity: number;
  readonly number: number;
}

/**
 * The container runtime (CRI) as a kubelet calls it, one call a method. It answers in advance what a call will come to;
 * the kubelet lets the time pass. What runs inside a container is the business of {@link ContainerBehaviours}.
 */
export interface ContainerRuntime {
  runSandbox(pod: Pod, occasion: Occasion): RuntimeStep;
  /** `attempt` counts this container's pulls from 0; `present`: the image is on the node already. */
  pullImage(pod: Pod, container: Container, attempt: number, present: boolean, occasion: Occasion): PullStep;
  createContainer(pod: Pod, container: Container, occasion: Occasion): RuntimeStep;
  startContainer(pod: Pod, container: Container, occasion: Occasion): RuntimeStep;
}

/** A runtime whose calls take what the scenario's parameters say, and of which only pulls ever fail. */
export class SampledRuntime implements ContainerRuntime {
  readonly #behaviours: ContainerBehaviours;
  readonly #registry: Registry;
  readonly #sandbox: NodeDuration;
  readonly #create: NodeDuration;
  readonly #start: NodeDuration;

  constructor(engine: Engine, parameters: Parameters, behaviours: ContainerBehaviours) {
    const { kubelet, image } = parameters;
    this.#behaviours = behaviours;
    this.#registry = new Registry(engine, image);
    this.#sandbox = new NodeDuration(engine, 'kubelet/sandbox', kubelet.sandbox);
    this.#create = new NodeDuration(engine, 'kubelet/container-create', kubelet.containerCreate);
    this.#start = new NodeDuration(engine, 'kubelet/container-start', kubelet.containerStart);
  }

  runSandbox(_pod: Pod, { entity, number }: Occasion): RuntimeStep {
    return { duration: this.#sandbox.of(entity, number), error: undefined };
  }

  pullImage(pod: Pod, container: Container, attempt: number, present: boolean, occasion: Occasion): PullStep {
    const error = this.#behaviours.pullError(pod, container, attempt);
    const sizeBytes = this.#registry.sizeOf(container.image);
    let duration = this.#registry.roundTrip(occasion.entity, occasion.number);
    if (error === undefined && !present) duration += this.#registry.transfer(sizeBytes);
    return { duration, error, sizeBytes };
  }

  createContainer(_pod: Pod, _container: Container, { entity, number }: Occasion): RuntimeStep {
    return { duration: this.#create.of(entity, number), error: undefined };
  }

  startContainer(_pod: Pod, _container: Container, { entity, number }: Occasion): RuntimeStep {
    return { duration: this.#start.of(entity, number), error: undefined };
  }
}

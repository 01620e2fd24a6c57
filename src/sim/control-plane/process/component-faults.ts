import type { ComponentFault } from '../../scenario/faults.ts';
import type { Replicas } from './replicas.ts';

type Kind = ComponentFault['kind'];

interface Effect {
  readonly component: 'controllerManagers' | 'schedulers';
  readonly begin: (replicas: Replicas, index: number, fault: ComponentFault) => void;
  readonly end: (replicas: Replicas, index: number) => void;
}

const start = (replicas: Replicas, index: number): void => replicas.start(index);
const kill = (replicas: Replicas, index: number): void => replicas.kill(index);
const terminate = (replicas: Replicas, index: number): void => replicas.terminate(index);
const pause = (replicas: Replicas, index: number): void => replicas.pause(index);
const resume = (replicas: Replicas, index: number): void => replicas.resume(index);

const slow = (replicas: Replicas, index: number, fault: ComponentFault): void =>
  replicas.slowDown(index, 'factor' in fault ? fault.factor : 1);
const recover = (replicas: Replicas, index: number): void => replicas.slowDown(index, 1);

const EFFECTS: { readonly [K in Kind]: Effect } = {
  ControllerManagerCrash: { component: 'controllerManagers', begin: kill, end: start },
  ControllerManagerRestart: { component: 'controllerManagers', begin: terminate, end: start },
  ControllerManagerPause: { component: 'controllerManagers', begin: pause, end: resume },
  ControllerManagerSlowdown: { component: 'controllerManagers', begin: slow, end: recover },
  SchedulerCrash: { component: 'schedulers', begin: kill, end: start },
  SchedulerRestart: { component: 'schedulers', begin: terminate, end: start },
  SchedulerPause: { component: 'schedulers', begin: pause, end: resume },
  SchedulerSlowdown: { component: 'schedulers', begin: slow, end: recover },
};

/** Which component a fault strikes. */
export function componentOf({ kind }: ComponentFault): Effect['component'] {
  return EFFECTS[kind].component;
}

/** Carries out the faults of controller managers and schedulers on the processes that they mean when they begin. */
export class ComponentFaults {
  readonly #components: { readonly [C in Effect['component']]: Replicas | undefined };
  readonly #struck = new Map<ComponentFault, number>();

  constructor(components: { readonly [C in Effect['component']]: Replicas | undefined }) {
    this.#components = components;
  }

  begin(fault: ComponentFault): void {
    const { component, begin } = EFFECTS[fault.kind];
    const replicas = this.#components[component];
    const index = replicas?.find(fault.replica);
    if (replicas === undefined || index === undefined) return;
    this.#struck.set(fault, index);
    begin(replicas, index, fault);
  }

  end(fault: ComponentFault): void {
    const { component, end } = EFFECTS[fault.kind];
    const index = this.#struck.get(fault);
    if (index !== undefined) end(this.#components[component]!, index);
  }
}

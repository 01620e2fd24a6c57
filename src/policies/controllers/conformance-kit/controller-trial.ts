import { isCustomKind } from '../../../sim/api/custom-object.ts';
import { encodeObject } from '../../../sim/api/encode-object.ts';
import { keyOf, type ApiObject, type Kind } from '../../../sim/api/kinds.ts';
import type { Request, Response } from '../../../sim/api/request.ts';
import { ControllerManager } from '../../../sim/control-plane/controller-manager.ts';
import { ProcessApi } from '../../../sim/control-plane/process/process-api.ts';
import { Process } from '../../../sim/control-plane/process/process.ts';
import type { EventKind } from '../../../sim/engine/engine.ts';
import type { ControllerModule } from '../../../sim/policy-api/controller-module.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { Simulation } from '../../../sim/simulation.ts';
import { defaultPolicies } from '../../default-policies.ts';
import { guardedController } from '../guard/guarded-controller.ts';
import { WatchedApi } from './watched-api.ts';

/** What befalls a controller. */
export interface Trouble {
  /** Other dice: other orders, other times of every hop. Absent: those of the scenario. */
  readonly seed?: string;
  /** Its watches lag by up to so many microseconds, each change by as much as the dice say. */
  readonly lagMicros?: number;
  /** Its process dies when so many of its writes have been carried out, before it hears of the last one. */
  readonly crashAfterWrite?: number;
}

/** From the crash until the controller runs again. */
const DOWNTIME_MICROS = 1_000_000;

const SINK = { pod: (): void => undefined, event: (): void => undefined };

/**
 * A whole cluster with one controller that is tried, in a process of its own that can be killed and started again beside
 * all the others.
 */
export class ControllerTrial {
  readonly simulation: Simulation;
  /** Writes of the controller that were carried out. */
  writes = 0;
  /** Objects it has made that were not there. */
  created = 0;
  /** Creations that nobody had carried out when its process died: the next life may make them again. */
  underWayAtCrash = 0;
  readonly #written = new Set<string>();
  readonly #module: ControllerModule;
  readonly #scenario: Scenario;
  readonly #trouble: Trouble;
  readonly #process: Process;
  readonly #api: WatchedApi;
  readonly #restart: EventKind;
  #creating = 0;

  constructor(module: ControllerModule, scenario: Scenario, names: readonly string[], trouble: Trouble) {
    this.#module = module;
    this.#scenario = scenario;
    this.#trouble = trouble;
    const policies = defaultPolicies({
      controllerNames: [...(names.length === 0 ? ['*'] : names), `-${module.name}`],
      customKinds: (scenario.customResources ?? []).map(({ kind }) => kind),
      featureGates: scenario.cluster.parameters.featureGates,
    });
    this.simulation = new Simulation(scenario, policies, SINK, { seed: trouble.seed });
    const { engine, api } = this.simulation;
    const draws = engine.keyed('conformance-kit/lag');
    const { lagMicros = 0 } = trouble;
    let drawn = 0;
    this.#process = new Process(engine, 'controller under trial');
    this.#api = new WatchedApi(engine, api, {
      lag: () => (lagMicros === 0 ? 0 : Math.floor(draws.uniform(0, drawn++) * lagMicros)),
      sent: (request) => {
        if (mayCreate(request)) this.#creating++;
      },
      carriedOut: (request, response) => this.#carriedOut(request, response),
    });
    this.#restart = engine.on('conformance-kit/controller-starts', () => this.#start());
    this.#start();
  }

  /** Until the scenario is over. */
  run(): this {
    while (this.simulation.advance(1_000_000));
    return this;
  }

  /** What the controller has brought about by now: every object it ever wrote, as far as chance has no part in it. */
  outcome(): string[] {
    const { store } = this.simulation.api;
    return [...this.#written]
      .flatMap((place) => {
        const [kind, key] = place.split(' ') as [Kind, string];
        const object = store.get(kind, key);
        return object === undefined ? [] : [described(object)];
      })
      .sort();
  }

  #start(): void {
    const { parameters } = this.#scenario.cluster;
    const { name, controller } = this.#module;
    this.#process.start(() => {
      const api = new ProcessApi(this.#process, this.#api);
      new ControllerManager(this.#process, api, parameters, [guardedController(name, controller, {})]);
    });
  }

  #carriedOut(request: Request, response: Response): boolean {
    if (mayCreate(request)) this.#creating--;
    if (!response.ok || response.object === undefined || request.verb === 'get') return true;
    const { object } = response;
    if (request.verb === 'create' || response.created === true) this.created++;
    this.#written.add(`${object.kind} ${keyOf(object)}`);
    if (++this.writes !== this.#trouble.crashAfterWrite) return true;
    this.underWayAtCrash = this.#creating;
    this.#process.kill();
    this.simulation.engine.after(DOWNTIME_MICROS, this.#restart);
    return false;
  }
}

function mayCreate({ verb }: Request): boolean {
  return verb === 'create';
}

/** Of the metadata what a controller decides; of the status only that of custom kinds, which is its own to write. */
const DECIDED = ['labels', 'annotations', 'finalizers', 'namespace'];

/** Times and counters tell how it was reached, not what. */
const OF_CHANCE = /Time$|Timestamp$|^uid$|^observedGeneration$|^nodePort$|^clusterIPs?$/;

function described(object: ApiObject): string {
  const { metadata, status, ...rest } = encodeObject(object) as Readonly<Record<string, unknown>>;
  const meta = metadata as Readonly<Record<string, unknown>>;
  const kept = Object.fromEntries(DECIDED.map((name) => [name, meta[name]]));
  const name = meta['generateName'] === undefined ? meta['name'] : meta['generateName'];
  const own = isCustomKind(object.kind) ? { status } : {};
  return JSON.stringify({ name, ...rest, ...kept, ...own }, (key, value: unknown) =>
    OF_CHANCE.test(key) || key.startsWith('deployment.kubernetes.io/') ? undefined : value,
  );
}

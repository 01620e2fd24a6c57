import type { Engine } from '../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../engine/samplers.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import { compileLabelSelector, type LabelPredicate } from '../api/label-selector.ts';
import { keyOf } from '../api/kinds.ts';
import type { Labels } from '../api/meta.ts';
import type { Container, Pod } from '../api/pod.ts';
import type { BehaviourSpec } from '../scenario/behaviour.ts';
import type { UsageSpec } from '../scenario/metrics.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { ContainerLife, QUIET_LIFE } from './container-life.ts';
import { hookDuration } from './hook-duration.ts';
import { podOrdinal } from './pod-ordinal.ts';

/** More draws than one sample takes. */
const DRAWS_PER_SAMPLE = 64;

/** One rule of the scenario, its distributions ready to be drawn from. */
interface Rule {
  readonly spec: BehaviourSpec;
  readonly selects: LabelPredicate;
  readonly up: Sampler | undefined;
  readonly ready: Sampler | undefined;
  readonly exit: Sampler | undefined;
  readonly stop: Sampler | undefined;
  /** The life of all its containers, where nothing is drawn: until it exits for the last time, and after. */
  readonly shared: { readonly exiting: ContainerLife; readonly lasting: ContainerLife } | undefined;
}

/**
 * What containers do, by the scenario's `behaviour` rules and the lifetimes of arriving pods. What is drawn depends on
 * the container (namespace, pod, name) and the number of its start, never on the order of events. The first rule whose
 * selector and container match holds; what none matches is up and ready at once and runs until it is stopped.
 */
export class Behaviours {
  readonly #rules: readonly Rule[];
  readonly #matching = new WeakMap<Labels, readonly Rule[]>();
  readonly #lifetimes = new Map<string, { readonly lifetime: Sampler; readonly draws: KeyedDraws }>();
  readonly #recorded = new Map<string, readonly (number | undefined)[]>();
  readonly #up: KeyedDraws;
  readonly #ready: KeyedDraws;
  readonly #exit: KeyedDraws;
  readonly #stop: KeyedDraws;

  constructor(engine: Engine, behaviours: readonly BehaviourSpec[], workloads: readonly WorkloadSpec[]) {
    this.#rules = behaviours.map(ruleOf);
    for (const { name, namespace, lifetime, recorded } of workloads) {
      if (recorded !== undefined) this.#recorded.set(namespace + '/' + name, recorded.lifetimeMicros);
      if (lifetime === undefined) continue;
      const draws = engine.keyed('workload/lifetime/' + namespace + '/' + name);
      this.#lifetimes.set(namespace + '/' + name, { lifetime: sampler(lifetime), draws });
    }
    this.#up = engine.keyed('workload/container-start');
    this.#ready = engine.keyed('workload/container-ready');
    this.#exit = engine.keyed('workload/container-exit');
    this.#stop = engine.keyed('workload/container-stop');
  }

  /** The life that begins with the `attempt`-th start of a container, from 0. */
  life(pod: Pod, container: Container, attempt: number): ContainerLife {
    const rule = this.#ruleFor(pod, container);
    const lifetime = this.#lifetimeOf(pod, attempt);
    if (rule === undefined) {
      if (isInitContainer(pod, container)) return INIT_LIFE;
      return lifetime === Infinity ? QUIET_LIFE : new ContainerLife({ ...QUIET_LIFE, exitAge: lifetime });
    }
    const { spec, shared } = rule;
    const exits = spec.exits === undefined || attempt < spec.exits;
    if (shared !== undefined && lifetime === Infinity) return exits ? shared.exiting : shared.lasting;
    const entity = stableHash(keyOf(pod) + '/' + container.name);
    const draw = (sample: Sampler | undefined, draws: KeyedDraws, absent: number): number =>
      sample === undefined ? absent : sample(draws.of(entity, attempt * DRAWS_PER_SAMPLE));
    const exitAge = exits ? draw(rule.exit, this.#exit, Infinity) : Infinity;
    return new ContainerLife({
      upAge: draw(rule.up, this.#up, 0),
      readyAge: draw(rule.ready, this.#ready, 0),
      exitAge: Math.min(exitAge, lifetime),
      exitCode: exitAge <= lifetime ? spec.exitCode : 0,
      stopDelay: draw(rule.stop, this.#stop, 0),
    });
  }

  /** What the scenario says that a container uses. */
  usageOf(pod: Pod, container: Container): UsageSpec | undefined {
    return this.#ruleFor(pod, container)?.spec.usage;
  }

  /** When the usage of anything changes for the last time, microseconds; undefined where nothing is said of usage. */
  get lastUsageTurn(): number | undefined {
    let last: number | undefined;
    for (const { spec } of this.#rules) {
      if (spec.usage === undefined) continue;
      for (const { points } of [...Object.values(spec.usage.each), ...Object.values(spec.usage.shared)]) {
        last = Math.max(last ?? 0, points.at(-1)?.atMicros ?? 0);
      }
    }
    return last;
  }

  /** Why the `attempt`-th pull of a container's image, from 0, fails; undefined: it succeeds. */
  pullError(pod: Pod, container: Container, attempt: number): string | undefined {
    const rule = this.#ruleFor(pod, container);
    if (rule === undefined || attempt >= rule.spec.pullFailures) return undefined;
    return `rpc error: code = NotFound desc = failed to resolve image "${container.image}": not found`;
  }

  hook(_pod: Pod, container: Container, hook: 'postStart' | 'preStop'): { duration: number; ok: boolean } {
    return { duration: hookDuration(container.lifecycle?.[hook]), ok: true };
  }

  #ruleFor(pod: Pod, container: Container): Rule | undefined {
    if (this.#rules.length === 0) return undefined;
    const { labels } = pod.metadata;
    let matching = this.#matching.get(labels);
    if (matching === undefined) {
      matching = this.#rules.filter((rule) => rule.selects(labels));
      this.#matching.set(labels, matching);
    }
    for (const rule of matching) {
      const { container: name } = rule.spec;
      if (name === undefined ? !isInitContainer(pod, container) : name === container.name) return rule;
    }
    return undefined;
  }

  #lifetimeOf(pod: Pod, attempt: number): number {
    if (this.#lifetimes.size === 0 && this.#recorded.size === 0) return Infinity;
    const arrived = podOrdinal(pod);
    if (arrived === undefined) return Infinity;
    const key = pod.metadata.namespace + '/' + arrived.workload;
    const recorded = this.#recorded.get(key);
    if (recorded !== undefined) return recorded[arrived.ordinal] ?? Infinity;
    const lifetimes = this.#lifetimes.get(key);
    if (lifetimes === undefined) return Infinity;
    return lifetimes.lifetime(lifetimes.draws.of(arrived.ordinal, attempt * DRAWS_PER_SAMPLE));
  }
}

/** One that has to end before the others start: not a sidecar. */
function isInitContainer(pod: Pod, container: Container): boolean {
  return container.restartPolicy !== 'Always' && pod.spec.initContainers?.includes(container) === true;
}

function ruleOf(spec: BehaviourSpec): Rule {
  const sample = (distribution: Distribution | undefined): Sampler | undefined =>
    distribution === undefined ? undefined : sampler(distribution);
  const up = sample(spec.startMicros);
  const ready = sample(spec.readyAfter);
  const exit = sample(spec.exitAfter);
  const stop = sample(spec.stopAfter);
  let shared: Rule['shared'];
  if ([spec.startMicros, spec.readyAfter, spec.exitAfter, spec.stopAfter].every(isFixed)) {
    const fixed = (sample: Sampler | undefined, absent: number): number => sample?.(NO_SOURCE) ?? absent;
    const turns = {
      upAge: fixed(up, 0),
      readyAge: fixed(ready, 0),
      exitAge: fixed(exit, Infinity),
      exitCode: spec.exitCode,
      stopDelay: fixed(stop, 0),
    };
    shared = { exiting: new ContainerLife(turns), lasting: new ContainerLife({ ...turns, exitAge: Infinity }) };
  }
  return { spec, selects: compileLabelSelector(spec.selector), up, ready, exit, stop, shared };
}

function isFixed(distribution: Distribution | undefined): boolean {
  return distribution === undefined || distribution.kind === 'constant';
}

/** A constant's sampler asks for no number. */
const NO_SOURCE = { next: (): number => 0 };

/** An init container nothing is said about by name does its work in a second. Our choice: no source. */
const INIT_LIFE = new ContainerLife({ upAge: 0, readyAge: 0, exitAge: 1_000_000, exitCode: 0, stopDelay: 0 });

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import { applyDefaults } from '../src/sim/api/defaults/apply-defaults.ts';
import { controllerOf } from '../src/sim/api/meta.ts';
import { isPodActive } from '../src/sim/api/pod.ts';
import type { Deployment, ReplicaSet } from '../src/sim/api/workloads.ts';
import { scaledValue } from '../src/sim/api/int-or-percent.ts';
import { AlwaysInvariants } from '../src/sim/invariants/always.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import type { BehaviourSpec } from '../src/sim/scenario/behaviour.ts';
import type { Scenario } from '../src/sim/scenario/scenario.ts';
import type { TimelineEntry } from '../src/sim/scenario/timeline.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { makeDeployment } from './doubles/objects.ts';

/** Random clusters, random work, random trouble with containers: what must always hold holds, and the end is reached. */

interface Shape {
  readonly seed: number;
  readonly nodes: number;
  readonly deployments: readonly {
    readonly replicas: number;
    readonly milliCpu: number;
    readonly maxSurge: number | string;
    readonly maxUnavailable: number | string;
    readonly minReadySeconds: number;
    readonly readyAfter: number;
    readonly crashes: boolean;
  }[];
  readonly commands: readonly {
    readonly at: number;
    readonly deployment: number;
    readonly scaleTo: number | undefined;
  }[];
}

const SECOND = 1_000_000;

const shapes: fc.Arbitrary<Shape> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 1, max: 8 }),
  deployments: fc.array(
    fc.record({
      replicas: fc.integer({ min: 0, max: 12 }),
      milliCpu: fc.constantFrom(100, 500, 1_500, 4_000),
      maxSurge: fc.constantFrom<(number | string)[]>(1, 2, '25%', '100%'),
      maxUnavailable: fc.constantFrom<(number | string)[]>(0, 1, '25%', '50%'),
      minReadySeconds: fc.constantFrom(0, 0, 5),
      readyAfter: fc.integer({ min: 0, max: 30 }),
      crashes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  commands: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 300 }),
      deployment: fc.nat({ max: 2 }),
      scaleTo: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
    }),
    { maxLength: 5 },
  ),
});

function deploymentOf({ deployments }: Shape, i: number): Deployment {
  const one = deployments[i]!;
  const base = makeDeployment(`web-${i}`, one.replicas, { app: `web-${i}` });
  const resources = { requests: { cpu: `${one.milliCpu}m` } };
  const spec = { ...base.spec.template.spec, containers: [{ name: 'main', image: 'app:v1', resources }] };
  return applyDefaults({
    ...base,
    spec: {
      ...base.spec,
      minReadySeconds: one.minReadySeconds,
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: one.maxSurge, maxUnavailable: one.maxUnavailable },
      },
      template: { ...base.spec.template, spec },
    },
  });
}

function scenarioOf(shape: Shape): Scenario {
  const capacity = { cpu: '4', memory: '16Gi', pods: '30' };
  const behaviours: BehaviourSpec[] = shape.deployments.map((one, i) => ({
    selector: { matchLabels: { app: `web-${i}` } },
    container: undefined,
    startMicros: undefined,
    readyAfter: { kind: 'constant', value: one.readyAfter * SECOND },
    exitAfter: one.crashes ? { kind: 'uniform', min: SECOND, max: 60 * SECOND } : undefined,
    exitCode: 1,
    exits: 2,
    stopAfter: { kind: 'uniform', min: 0, max: 5 * SECOND },
    pullFailures: 0,
  }));
  const timeline: TimelineEntry[] = shape.commands.map(({ at, deployment, scaleTo }, n) => {
    const key = `default/web-${deployment % shape.deployments.length}`;
    return {
      atMicros: at * SECOND,
      text: `command ${n}`,
      command:
        scaleTo === undefined
          ? { verb: 'set-image', kind: 'Deployment', key, images: { main: `app:v${n + 2}` } }
          : { verb: 'scale', kind: 'Deployment', key, replicas: scaleTo },
    };
  });
  return {
    name: 'swarm',
    question: '',
    durationMicros: undefined,
    horizonMicros: 4 * 3_600 * SECOND,
    seed: String(shape.seed),
    cluster: {
      nodes: [
        { name: 'n', count: shape.nodes, zones: ['a', 'b'], labels: {}, taints: [], capacity, allocatable: capacity },
      ],
      parameters: DEFAULT_PARAMETERS,
      scheduler: { configuration: undefined },
    },
    manifests: shape.deployments.map((_, i) => deploymentOf(shape, i)),
    initial: [],
    workloads: [],
    behaviours,
    timeline,
    expectations: [],
  };
}

/** Σ spec.replicas of a Deployment's ReplicaSets, followed through their commits (C5). */
class SurgeBound {
  readonly #sets = new Map<string, Map<string, ReplicaSet>>();
  /** Every version that the controller may still be acting upon, oldest first. */
  readonly #versions = new Map<string, Deployment[]>();
  /** What stood when the newest version was committed may stand until the controller has got round to it. */
  readonly #stood = new Map<string, number>();

  committed(object: Deployment | ReplicaSet, deleted: boolean): void {
    if (object.kind === 'Deployment') this.#deploymentCommitted(object);
    else this.#replicaSetCommitted(object, deleted);
  }

  #deploymentCommitted(deployment: Deployment): void {
    const { uid } = deployment.metadata;
    // A sync reports the generation that it read; whatever runs after that report reads this one or a later one.
    const observed = deployment.status.observedGeneration ?? 0;
    const current = (this.#versions.get(uid) ?? []).filter(({ metadata }) => metadata.generation >= observed);
    this.#versions.set(uid, [...current, deployment]);
    this.#stood.set(uid, this.#total(uid));
  }

  #replicaSetCommitted(set: ReplicaSet, deleted: boolean): void {
    const owner = controllerOf(set.metadata)?.uid ?? '';
    const sets = this.#sets.get(owner) ?? new Map<string, ReplicaSet>();
    this.#sets.set(owner, sets);
    const grew = set.spec.replicas > (sets.get(set.metadata.uid)?.spec.replicas ?? 0);
    if (deleted) sets.delete(set.metadata.uid);
    else sets.set(set.metadata.uid, set);
    if (grew) expect(this.#total(owner)).toBeLessThanOrEqual(this.#allowed(owner));
  }

  #allowed(uid: string): number {
    const readable = this.#versions.get(uid)!.map((version) => version.spec.replicas + surgeOf(version));
    return Math.max(this.#stood.get(uid)!, ...readable);
  }

  #total(owner: string): number {
    let total = 0;
    for (const set of this.#sets.get(owner)?.values() ?? []) total += set.spec.replicas;
    return total;
  }
}

function surgeOf(deployment: Deployment): number {
  return scaledValue(deployment.spec.strategy.rollingUpdate!.maxSurge, deployment.spec.replicas, 'up')!;
}

function play(shape: Shape): { simulation: Simulation; fingerprint: string; stopped: string } {
  const simulation = new Simulation(scenarioOf(shape), defaultPolicies(), {
    pod: () => undefined,
    event: () => undefined,
  });
  const invariants = new AlwaysInvariants();
  const surge = new SurgeBound();
  for (const kind of ['Namespace', 'PriorityClass', 'Node'] as const) {
    for (const object of simulation.api.store.values(kind)) {
      invariants.committed({ type: 'ADDED', object, previous: undefined }, 0);
    }
  }
  simulation.api.observe(({ change, committedAt }) => {
    invariants.committed(change, committedAt);
    const { object } = change;
    if (object.kind === 'Deployment' || object.kind === 'ReplicaSet')
      surge.committed(object, change.type === 'DELETED');
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  const run = simulation.finish();
  return { simulation, fingerprint: run.fingerprint, stopped: run.stopped };
}

const RUNS = process.env['ORRERY_LONG'] === undefined ? 40 : 2_000;

describe('a random cluster', () => {
  it('keeps every invariant, comes to rest, and gives each Deployment what fits (P30, P31, C5, L1, L2, L10)', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { simulation, stopped } = play(shape);
        expect(stopped).toBe('quiescent');
        const { store } = simulation.api;
        const pods = [...store.values('Pod')];
        for (const set of store.values('ReplicaSet')) {
          const own = pods.filter((pod) => controllerOf(pod.metadata)?.uid === set.metadata.uid && isPodActive(pod));
          expect([set.metadata.name, own.length]).toEqual([set.metadata.name, set.spec.replicas]);
          expect(set.status.replicas).toBe(own.length);
        }
        const waiting = pods.filter((pod) => pod.spec.nodeName === undefined);
        for (const deployment of store.values('Deployment')) {
          expect(deployment.status.observedGeneration).toBe(deployment.metadata.generation);
          const name = deployment.metadata.name;
          const stuck = waiting.some((pod) => pod.metadata.labels['app'] === name);
          if (!stuck) {
            expect([name, deployment.status.availableReplicas]).toEqual([name, deployment.spec.replicas]);
            expect(deployment.status.updatedReplicas).toBe(deployment.spec.replicas);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('has the same history twice', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(play(shape).fingerprint).toBe(play(shape).fingerprint);
      }),
      { numRuns: RUNS / 4 },
    );
  });
});

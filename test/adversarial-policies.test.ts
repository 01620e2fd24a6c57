import { describe, expect, test } from 'vitest';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import { defaultSchedulerConfiguration } from '../src/policies/scheduling/configuration/read-configuration.ts';
import { PolicyWatch } from '../src/policies/scheduling/guard/policy-watch.ts';
import { kubeScheduler } from '../src/policies/scheduling/kube-scheduler.ts';
import { schedulerOf } from '../src/policies/scheduling/own-scheduler.ts';
import { turnOn } from '../src/cli/guarded-turn.ts';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { PolicyError } from '../src/sim/policy-api/policy-error.ts';
import {
  defineSchedulingPlugin,
  type PluginMethods,
  type SchedulerModule,
} from '../src/sim/policy-api/scheduler-module.ts';
import type { SchedulingDecision } from '../src/sim/policy-api/scheduler.ts';
import type { PodInfo } from '../src/sim/policy-api/scheduling.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** Whole runs with schedulers that mean harm: each is named, and none leaves a trace in the next run. */

const { scenario } = loadScenario('scenarios/starter.yaml');

function simulationWith(module: SchedulerModule | undefined, watch?: PolicyWatch): Simulation {
  const policies = defaultPolicies();
  const guard = watch === undefined ? {} : { watch };
  const scheduler = module === undefined ? policies.scheduler : schedulerOf(module, { guard });
  return new Simulation(scenario, { ...policies, scheduler }, { pod: () => {}, event: () => {} });
}

function fingerprintOf(module: SchedulerModule | undefined): string {
  const simulation = simulationWith(module);
  while (simulation.advance(100_000));
  return simulation.finish().fingerprint;
}

function mine(methods: PluginMethods): SchedulerModule {
  return { name: 'mine', plugins: { Mine: defineSchedulingPlugin('Mine', () => methods) } };
}

function scheduler(decide: (decision: SchedulingDecision) => unknown): SchedulerModule {
  return {
    name: 'mine',
    scheduler: (host) => {
      const inner = kubeScheduler(defaultSchedulerConfiguration())(host);
      const ask = inner.decide.bind(inner);
      inner.decide = (pod) => decide(ask(pod)) as SchedulingDecision;
      return inner;
    },
  };
}

const healthy = fingerprintOf(undefined);

const HARMFUL: readonly (readonly [string, SchedulerModule, RegExp])[] = [
  [
    'throws',
    mine({
      filter: () => {
        throw new Error('boom');
      },
    }),
    /^plugin Mine: filter of pod default\/\S+ on \S+: threw Error: boom$/,
  ],
  ['scores NaN', mine({ score: () => NaN }), /^plugin Mine: score of pod .* returned NaN/],
  [
    'names an unknown node',
    scheduler((decision) => ({ ...decision, nodeName: 'nowhere' })),
    /chose "nowhere", which is no node/,
  ],
  [
    'is asked about a pod and pays no attention',
    mine({ preFilter: () => ({ result: { nodeNames: 'all' as never } }) }),
    /preFilter of pod .* returned "all" for nodeNames/,
  ],
  [
    'changes the pod it is shown',
    mine({
      preFilter: (_state, pod) => {
        (pod.pod.spec as { nodeName: string }).nodeName = 'worker-0';
        return undefined;
      },
    }),
    /preFilter of pod .* threw TypeError/,
  ],
  [
    'takes pods off the node it is shown',
    mine({
      filter: (_state, pod, node) => {
        (node.pods as PodInfo[]).push(pod);
        return undefined;
      },
    }),
    /filter of pod .* threw TypeError/,
  ],
];

describe('a scheduler that means harm is named, and the next run is none the worse', () => {
  test.each(HARMFUL)('%s', (_name, module, message) => {
    const simulation = simulationWith(module);
    let caught: unknown;
    try {
      while (simulation.advance(100_000));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(PolicyError);
    expect((caught as PolicyError).message).toMatch(message);
    expect((caught as PolicyError).at).toBeGreaterThan(0);
    expect(fingerprintOf(undefined)).toBe(healthy);
  });

  test('places the same pod twice', () => {
    const module: SchedulerModule = {
      name: 'mine',
      scheduler: (host) => {
        const inner = kubeScheduler(defaultSchedulerConfiguration())(host);
        const assume = inner.assume.bind(inner);
        inner.assume = (pod, nodeName) => {
          assume(pod, nodeName);
          simulation.scheduler.policy.decide(pod);
        };
        return inner;
      },
    };
    const simulation = simulationWith(module);
    expect(() => {
      while (simulation.advance(100_000));
    }).toThrow(/^scheduler mine: placement of pod default\/\S+: placed a pod that has a node$/);
    expect(fingerprintOf(undefined)).toBe(healthy);
  });

  test('one that never answers is ended from outside, and named', () => {
    const watch = new PolicyWatch();
    const module = mine({
      score: () => {
        for (;;);
      },
    });
    const simulation = simulationWith(module, watch);
    let caught: unknown;
    try {
      while (turnOn(simulation, 100_000, watch, 1));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(PolicyError);
    expect((caught as PolicyError).message).toMatch(
      /^plugin Mine: score of pod default\/\S+ on \S+: gave no answer within 1 s$/,
    );
    expect(fingerprintOf(undefined)).toBe(healthy);
  });

  test('one that does nothing but look changes nothing', () => {
    const module = mine({
      filter: (_state, pod, node) => {
        JSON.stringify([
          pod.pod,
          node.node,
          node.requested.milliCpu,
          node.pods.map((other) => other.pod.metadata.name),
        ]);
        return undefined;
      },
    });
    expect(fingerprintOf(module)).toBe(healthy);
  });
});

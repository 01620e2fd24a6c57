import { describe, expect, test } from 'vitest';
import {
  defineScheduler,
  defineSchedulingPlugin,
  type PluginMethods,
  type SchedulerModule,
} from '../../../sim/policy-api/scheduler-module.ts';
import type { PluginHandle } from '../../../sim/policy-api/scheduling.ts';
import { schedulerConformance, testScheduler } from '../../../sim/policy-api/testing.ts';
import { unschedulable } from '../../../sim/policy-api/status.ts';
import { SCHEDULERS } from '../../registry.ts';
import { kubeScheduler } from '../kube-scheduler.ts';
import { defaultSchedulerConfiguration } from '../configuration/read-configuration.ts';

const SMALL = { clusters: 3, steps: 30 };

describe('schedulers that keep the rules', () => {
  for (const module of SCHEDULERS.values()) testScheduler(module, test, SMALL);

  testScheduler(
    defineScheduler({ name: 'whole', scheduler: kubeScheduler(defaultSchedulerConfiguration()) }),
    test,
    SMALL,
  );

  // No more than two pods of an app on a node, counted by a state that follows what-if questions.
  class Counts {
    readonly byNode: Map<string, number>;
    constructor(byNode: Map<string, number>) {
      this.byNode = byNode;
    }
    clone(): Counts {
      return new Counts(new Map(this.byNode));
    }
  }
  const countOn = (counts: Counts, node: string, by: number): void =>
    void counts.byNode.set(node, (counts.byNode.get(node) ?? 0) + by);
  testScheduler(
    defineScheduler({
      name: 'at-most-two',
      plugins: {
        AtMostTwo: defineSchedulingPlugin('AtMostTwo', () => ({
          preFilter(state, pod, nodes) {
            const counts = new Counts(new Map());
            for (const node of nodes) {
              for (const other of node.pods) {
                if (other.pod.metadata.labels['app'] === pod.pod.metadata.labels['app']) countOn(counts, node.name, 1);
              }
            }
            state.write('counts', counts);
            return undefined;
          },
          addPod(state, pod, added, node) {
            if (added.pod.metadata.labels['app'] !== pod.pod.metadata.labels['app']) return undefined;
            return void countOn(state.read<Counts>('counts')!, node.name, 1);
          },
          removePod(state, pod, removed, node) {
            if (removed.pod.metadata.labels['app'] !== pod.pod.metadata.labels['app']) return undefined;
            return void countOn(state.read<Counts>('counts')!, node.name, -1);
          },
          filter: (state, _pod, node) =>
            (state.read<Counts>('counts')!.byNode.get(node.name) ?? 0) >= 2
              ? unschedulable('two are enough')
              : undefined,
        })),
      },
    }),
    test,
    SMALL,
  );
});

/** The first check that fails, and what it says. */
function failure(module: SchedulerModule): string {
  for (const { name, run } of schedulerConformance(module, SMALL)) {
    try {
      run();
    } catch (error) {
      return `${name} // ${(error as Error).message}`;
    }
  }
  return 'nothing fails';
}

function withPlugin(
  make: (handle: PluginHandle) => PluginMethods,
  configuration?: SchedulerModule['configuration'],
): SchedulerModule {
  const module = { name: 'mine', plugins: { Mine: defineSchedulingPlugin('Mine', make) } };
  return configuration === undefined ? module : { ...module, configuration };
}

describe('schedulers that break them are caught', () => {
  test('draws numbers of its own', () => {
    const module = withPlugin(() => ({ score: () => Math.floor(Math.random() * 101) }));
    expect(failure(module)).toMatch(
      /^decides the same when it is asked the same .* it decided otherwise the second time/s,
    );
  });

  test('remembers in the module what belongs to the run', () => {
    let calls = 0;
    const module = withPlugin(() => ({ score: () => ++calls % 101 }));
    expect(failure(module)).toMatch(/^decides the same when it is asked the same/);
  });

  test('shares what it remembers between runs', () => {
    const seen = new Map<string, number>();
    // The same in two runs after each other, for it starts anew with the first pod of each.
    const module = withPlugin(() => ({
      preScore: (_state, pod) => {
        if (pod.pod.metadata.name === 'pod-6') seen.clear();
        return void seen.set(pod.pod.metadata.name, seen.size);
      },
      score: (_state, pod, node) =>
        (seen.size * 37 + node.name.length + pod.pod.metadata.name.length * node.pods.length) % 101,
    }));
    expect(failure(module)).toMatch(/^(keeps what it remembers to itself|decides the same)/);
  });

  test('puts pods where there is no room', () => {
    const none = { disabled: [{ name: '*' }] };
    const module = withPlugin(() => ({ score: () => 1 }), {
      profiles: [{ plugins: { filter: none, score: { ...none, enabled: [{ name: 'Mine' }] } } }],
    });
    expect(failure(module)).toMatch(/places pods only where they fit .* where it makes .* the kubelet refuses it/s);
    const meant = schedulerConformance(module, { ...SMALL, overcommits: true });
    for (const { run } of meant) run();
  });

  test('answers by how often it is asked', () => {
    const module = withPlugin(() => {
      let asked = 0;
      return { filter: () => (asked++ % 3 === 0 ? unschedulable('not now') : undefined) };
    });
    expect(failure(module)).toMatch(/^filters by what it is shown.* plugin Mine said of node-\d+ first/s);
  });

  test('counts in preFilter and forgets what-if questions', () => {
    const module = withPlugin(() => ({
      preFilter: (state, _pod, nodes) =>
        void state.write('counts', new Map(nodes.map((node) => [node.name, node.pods.length]))),
      filter: (state, _pod, node) =>
        state.read<Map<string, number>>('counts')!.get(node.name)! >= 1 ? unschedulable('one is enough') : undefined,
    }));
    expect(failure(module)).toMatch(
      /^follows what-if questions.* its addPod does not count what its preFilter counts/s,
    );
  });

  test('adds and does not take away', () => {
    const module = withPlugin(() => ({
      preFilter: (state, _pod, nodes) =>
        void state.write('counts', new Map(nodes.map((node) => [node.name, node.pods.length]))),
      addPod: (state, _pod, _added, node) => {
        const counts = state.read<Map<string, number>>('counts')!;
        counts.set(node.name, counts.get(node.name)! + 1);
        return undefined;
      },
      filter: (state, _pod, node) =>
        state.read<Map<string, number>>('counts')!.get(node.name)! >= 1 ? unschedulable('one is enough') : undefined,
    }));
    expect(failure(module)).toMatch(/its addPod and removePod do not undo each other/);
  });

  test('throws', () => {
    const module = withPlugin(() => ({
      score: () => {
        throw new Error('boom');
      },
    }));
    expect(failure(module)).toMatch(/^answers every question .* plugin Mine: score of pod .* threw Error: boom/s);
  });

  test('is no module', () => {
    expect(failure({ name: '', plugins: { NodeName: 3 as never } })).toMatch(
      /is a scheduler module .* name is missing; plugin NodeName is not a factory, but number; plugin NodeName has the name of one of kube-scheduler's own/s,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionOf } from '../src/sim/api/pod.ts';
import type { FaultEntry, TimelineEntry } from '../src/sim/scenario/timeline.ts';
import { FIXED, runFaulty, SECOND, type ClusterShape } from './doubles/faulty-cluster.ts';
import { makeDeployment } from './doubles/objects.ts';

/**
 * Quiet things follow from arithmetic: nothing that anybody can see tells a run with them from one that simulates each of
 * them. Hops take fixed times here, since the requests of heartbeats draw from the same streams as others.
 */

const NODES = 6;
const ZONES = ['a', 'b', 'c'];

const faults: fc.Arbitrary<FaultEntry[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 1, max: 500_000 }),
      lasts: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
      strikes: fc.oneof(
        fc.record({
          kind: fc.constantFrom('NodeCrash' as const, 'NodeHang' as const, 'NodeNetworkPartition' as const),
          node: fc.nat({ max: NODES - 1 }),
        }),
        fc.record({
          kind: fc.constantFrom('ZoneOutage' as const, 'ZoneNetworkPartition' as const),
          zone: fc.constantFrom(...ZONES),
        }),
      ),
    }),
    { maxLength: 3 },
  )
  .map((drawn) =>
    drawn.map(({ at, lasts, strikes }): FaultEntry => {
      const durationMicros = lasts === undefined ? undefined : lasts * SECOND;
      const fault =
        'zone' in strikes
          ? { kind: strikes.kind, zone: strikes.zone, durationMicros }
          : { kind: strikes.kind, nodes: [`node-${strikes.node}`], durationMicros };
      return { atMicros: at * 1_000, text: strikes.kind, fault };
    }),
  );

const commands: fc.Arbitrary<TimelineEntry[]> = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 500_000 }), replicas: fc.nat({ max: 20 }) }), { maxLength: 3 })
  .map((drawn) =>
    drawn.map(({ at, replicas }): TimelineEntry => ({
      atMicros: at * 1_000,
      text: 'scale',
      command: { verb: 'scale', kind: 'Deployment', key: 'default/web', replicas },
    })),
  );

const shapes = fc.record({
  seed: fc.nat().map(String),
  replicas: fc.nat({ max: 16 }),
  toleration: fc.constantFrom(0, 30, 300),
  faults,
  timeline: commands,
});

type Shape = typeof shapes extends fc.Arbitrary<infer S> ? S : never;

function story({ seed, replicas, toleration, faults, timeline }: Shape, simulateEverything: boolean) {
  const base = makeDeployment('web', replicas, { app: 'web' });
  const tolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
    key,
    operator: 'Exists' as const,
    effect: 'NoExecute' as const,
    tolerationSeconds: toleration,
  }));
  const spec = { ...base.spec.template.spec, tolerations };
  const web = { ...base, spec: { ...base.spec, template: { ...base.spec.template, spec } } };
  const shape: ClusterShape = {
    nodes: NODES,
    zones: ZONES,
    manifests: [web],
    faults,
    timeline,
    seconds: 900,
    seed,
    parameters: FIXED,
    simulateEverything,
  };
  const { simulation, commits } = runFaulty(shape);
  const { podsCreated, podsScheduled, podsReady, podsRemoved, stopped, rollouts, pending } = simulation.finish();
  const events = [...simulation.api.store.values('Event')].map(({ involvedObject, reason, count, lastTimestamp }) => [
    involvedObject.name,
    reason,
    count,
    lastTimestamp,
  ]);
  events.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    commits: visible(commits),
    events,
    figures: { podsCreated, podsScheduled, podsReady, podsRemoved, stopped, rollouts, pending },
  };
}

/**
 * All commits but Leases, and reports of a node that only say that it was heard of again. What happens in one microsecond
 * has no order that anybody could see.
 */
function visible(commits: ReturnType<typeof runFaulty>['commits']): readonly string[] {
  const last = new Map<string, string>();
  const seen: { readonly at: number; readonly text: string }[] = [];
  const add = (at: number, ...what: readonly unknown[]): void =>
    void seen.push({ at, text: JSON.stringify([at, ...what]) });
  for (const { kind, type, object, committedAt } of commits) {
    if (kind === 'Lease') continue;
    const { name } = object.metadata;
    if (object.kind === 'Node') {
      const { taints = [] } = object.spec;
      const ready = conditionOf(object.status.conditions, 'Ready')?.status;
      const state = JSON.stringify([ready, taints.map(({ key, effect }) => key + effect)]);
      if ((last.get(name) ?? '["True",[]]') === state) continue;
      last.set(name, state);
      add(committedAt, type, name, state);
      continue;
    }
    const phase = object.kind === 'Pod' ? [object.status.phase, object.spec.nodeName] : [];
    add(committedAt, type, kind, name, object.metadata.generation, ...phase);
  }
  return seen.sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
}

const RUNS = process.env['ORRERY_LONG'] === undefined ? 20 : 400;

describe('what is simulated one by one', () => {
  it('leaves the same history, the same Events and the same figures as what follows from arithmetic', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(story(shape, true)).toEqual(story(shape, false));
      }),
      { numRuns: RUNS },
    );
  });
});

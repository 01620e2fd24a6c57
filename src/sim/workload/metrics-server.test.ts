import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { Pod } from '../api/pod.ts';
import type { ApiServer, Watch } from '../api/request.ts';
import type { UsageSpec } from '../scenario/metrics.ts';
import { MetricsServer } from './metrics-server.ts';
import { valueAt } from './usage-curve.ts';

const SECOND = 1_000_000;

function podNamed(name: string, cpuLimit?: string): Pod {
  const limits: Record<string, string> = {};
  if (cpuLimit !== undefined) limits['cpu'] = cpuLimit;
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: { app: 'web' },
      annotations: {},
      ownerReferences: [],
      finalizers: [],
    },
    spec: { containers: [{ name: 'c', image: 'i:1', resources: { limits } }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 0 }],
      containerStatuses: [
        { name: 'c', image: 'i:1', ready: true, started: true, restartCount: 0, state: { running: { startedAt: 0 } } },
      ],
    },
  };
}

function serve(pods: readonly Pod[], usage: UsageSpec): { engine: Engine; server: MetricsServer; watch: Watch } {
  const engine = new Engine({ seed: '1' });
  let watch: Watch | undefined;
  const api: ApiServer = {
    client: () => {
      throw new Error('the metrics server asks nobody');
    },
    watch: (given) => {
      watch = given;
    },
  };
  const server = new MetricsServer(engine, api, { usageOf: () => usage }, 15 * SECOND, 0);
  for (const object of pods) watch!.receive({ type: 'ADDED', object, previous: undefined });
  return { engine, server, watch: watch! };
}

const resource = { api: 'resource', namespace: 'default', selector: 'app=web' } as const;

describe('the metrics pipeline', () => {
  it('has nothing to say before it has looked twice, and then the average of the two', () => {
    const rising = {
      points: [
        { atMicros: 0, milli: 0 },
        { atMicros: 100 * SECOND, milli: 1_000 },
      ],
    };
    const { engine, server } = serve([podNamed('p')], { each: { cpu: rising }, shared: {} });
    engine.run({ until: 14 * SECOND });
    expect(server.answer(resource)).toEqual([]);
    engine.run({ until: 45 * SECOND });
    const [sample] = server.answer(resource) as Exclude<ReturnType<typeof server.answer>, string>;
    expect(sample).toMatchObject({ pod: 'p', windowMicros: 15 * SECOND });
    const { timestamp } = sample!;
    const average = Math.floor((valueAt(rising, timestamp - 15 * SECOND) + valueAt(rising, timestamp)) / 2);
    expect(sample!.containers).toEqual([{ name: 'c', usage: { cpu: average } }]);
  });

  it('divides a shared load among ready pods, and gives nobody more than its limit', () => {
    const load = { points: [{ atMicros: 0, milli: 3_000 }] };
    const { engine, server } = serve([podNamed('a'), podNamed('b', '500m')], { each: {}, shared: { cpu: load } });
    engine.run({ until: 60 * SECOND });
    const answer = server.answer(resource) as Exclude<ReturnType<typeof server.answer>, string>;
    expect(answer.map(({ pod, containers }) => [pod, containers![0]!.usage['cpu']])).toEqual([
      ['a', 1_500],
      ['b', 500],
    ]);
  });

  it('serves custom metrics of pods by their name, and says what it does not serve', () => {
    const rate = { points: [{ atMicros: 0, milli: 20_000 }] };
    const { engine, server } = serve([podNamed('p')], { each: { requests: rate }, shared: {} });
    engine.run({ until: 60 * SECOND });
    expect(server.answer({ ...resource, api: 'pods', metric: { name: 'requests' } })).toMatchObject([
      { value: 20_000 },
    ]);
    expect(server.answer({ ...resource, api: 'pods', metric: { name: 'other' } })).toEqual([]);
    expect(server.answer({ api: 'external', namespace: 'default', metric: { name: 'queue' } })).toMatch(
      /could not find/,
    );
  });

  it('forgets pods that are gone', () => {
    const load = { points: [{ atMicros: 0, milli: 3_000 }] };
    const { engine, server, watch } = serve([podNamed('a')], { each: { cpu: load }, shared: {} });
    engine.run({ until: 60 * SECOND });
    expect(server.answer(resource)).toHaveLength(1);
    watch.receive({ type: 'DELETED', object: podNamed('a'), previous: podNamed('a') });
    expect(server.answer(resource)).toEqual([]);
  });
});

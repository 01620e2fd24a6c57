import { fc, test } from '@fast-check/vitest';
import { describe, expect, test as plainTest } from 'vitest';
import { PlainEventBroadcaster } from '../../../test/oracle/event-broadcaster.ts';
import { makePod } from '../../../test/doubles/objects.ts';
import type { Change } from '../api/change.ts';
import type { Event } from '../api/core.ts';
import type { ApiObject } from '../api/kinds.ts';
import { NO_LABELS } from '../api/meta.ts';
import type { ClientRateLimit, EventRecorder } from '../api/request.ts';
import { Engine } from '../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../default-parameters.ts';
import { SimulatedApiServer } from './api-server/api-server.ts';
import { EventBroadcaster } from './event-recorder.ts';

const SECOND = 1_000_000;

/** Every duration is constant, so that it does not matter in which order streams are drawn from. */
const constant = (value: number) => ({ kind: 'constant', value }) as const;
const PARAMETERS = {
  ...DEFAULT_PARAMETERS,
  network: { clientToApiServer: constant(300) },
  apiServer: { ...DEFAULT_PARAMETERS.apiServer, write: constant(2_000), read: constant(500) },
  etcd: { ...DEFAULT_PARAMETERS.etcd, commit: constant(900) },
};

interface Recorded {
  readonly at: number;
  readonly pod: number;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

const recorded: fc.Arbitrary<Recorded> = fc.record({
  at: fc.oneof(
    fc.nat(20_000),
    fc.nat(20 * SECOND),
    fc.nat(2 * 3_600).map((seconds) => seconds * SECOND),
  ),
  pod: fc.nat(2),
  type: fc.constantFrom('Normal', 'Warning'),
  reason: fc.constantFrom('Pulled', 'Failed'),
  message: fc.nat(14).map((n) => `message ${n}`),
});

const limits = fc.constantFrom<ClientRateLimit | undefined>(undefined, { qps: 5, burst: 2 });

interface World {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
}

function world(): World {
  const engine = new Engine({ seed: '1' });
  const api = new SimulatedApiServer(engine, PARAMETERS);
  api.install({
    kind: 'Namespace',
    metadata: {
      name: 'default',
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    status: { phase: 'Active' },
  });
  return { engine, api };
}

function podCalled(number: number): ApiObject {
  const pod = makePod(`pod-${number}`);
  return { ...pod, metadata: { ...pod.metadata, uid: `uid-${number}` } };
}

/** Records everything at its time, and lets happen what comes of it. */
function play({ engine }: World, recorder: EventRecorder, all: readonly Recorded[]): void {
  const pods = [0, 1, 2].map(podCalled);
  const record = engine.on('test/record', (i) => {
    const { pod, type, reason, message } = all[i]!;
    recorder.record(pods[pod]!, type, reason, message);
  });
  all.forEach(({ at }, i) => engine.at(at, record, i));
  engine.run();
}

/** What an Event says, leaving out how it is called and the generation, which Events do not have. */
function shown({ metadata, ...rest }: Event): unknown {
  const { namespace, creationTimestamp } = metadata;
  return { namespace, creationTimestamp, ...rest };
}

describe('Events', () => {
  test.prop([fc.array(recorded, { maxLength: 60 }), limits])(
    'say the same, at the same times, as written one by one as objects',
    (all, limit) => {
      const fast = world();
      const fastRows: unknown[] = [];
      fast.api.observeEvents(({ message, count, type, reason }, at) =>
        fastRows.push({ at, message, count, type, reason }),
      );
      const fastClient = fast.api.client('test', limit);
      play(fast, new EventBroadcaster(fast.engine, fastClient, 'kubelet', true), all);

      const slow = world();
      const slowRows: unknown[] = [];
      slow.api.observe(({ change, committedAt }) => {
        if (change.object.kind !== 'Event') return;
        const { message, count, type, reason } = change.object;
        slowRows.push({ at: committedAt, message, count, type, reason });
      });
      const slowClient = slow.api.client('test', limit);
      play(slow, new PlainEventBroadcaster(slow.engine, slowClient, 'kubelet', true), all);

      expect(fastRows).toEqual(slowRows);
      expect([...fast.api.store.values('Event')].map(shown)).toEqual([...slow.api.store.values('Event')].map(shown));
      expect(fast.api.store.count('Event')).toBe(slow.api.store.count('Event'));
      expect(fast.api.store.revision).toBe(slow.api.store.revision);
      expect(fast.api.requests).toBe(slow.api.requests);
    },
  );

  plainTest('are ordinary objects to whoever reads, watches, patches or deletes them', () => {
    const { engine, api } = world();
    const seen: Change[] = [];
    api.watch({ kind: 'Event', receive: (change) => seen.push(change) });
    const recorder = new EventBroadcaster(engine, api.client('test', undefined), 'kubelet', true);
    recorder.record(podCalled(0), 'Normal', 'Pulled', 'a');
    recorder.record(podCalled(0), 'Normal', 'Pulled', 'a');
    engine.run();
    expect(seen.map(({ type, object }) => [type, (object as Event).count])).toEqual([
      ['ADDED', 1],
      ['MODIFIED', 2],
    ]);
    const [event] = [...api.store.values('Event')];
    const key = `default/${event!.metadata.name}`;
    expect(api.store.get('Event', key)).toEqual(event);

    const answers: boolean[] = [];
    const client = api.client('kubectl', undefined);
    client.send({ verb: 'patch', kind: 'Event', key, patch: { message: 'b' } }, ({ ok }) => answers.push(ok));
    engine.run();
    expect(api.store.get('Event', key)?.message).toBe('b');
    expect(api.store.count('Event')).toBe(1);
    client.send({ verb: 'delete', kind: 'Event', key }, ({ ok }) => answers.push(ok));
    engine.run();
    expect(answers).toEqual([true, true]);
    expect(api.store.count('Event')).toBe(0);

    // What has gone is made anew, with all that was counted.
    recorder.record(podCalled(0), 'Normal', 'Pulled', 'a');
    engine.run();
    expect([...api.store.values('Event')].map(({ count }) => count)).toEqual([3]);
  });

  plainTest('of a namespace that is not there are lost', () => {
    const { engine, api } = world();
    const recorder = new EventBroadcaster(engine, api.client('test', undefined), 'kubelet', true);
    const pod = podCalled(0);
    recorder.record({ ...pod, metadata: { ...pod.metadata, namespace: 'gone' } } as ApiObject, 'Normal', 'Pulled', 'a');
    recorder.record(podCalled(1), 'Normal', 'Pulled', 'a');
    engine.run();
    expect([...api.store.values('Event')].map(({ metadata }) => metadata.namespace)).toEqual(['default']);
  });
});

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeOf, podOf, type PodWish } from '../../../../test/doubles/scheduling-world.ts';
import type { Change } from '../../api/change.ts';
import { keyOf } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { ClusterEventHint } from '../../policy-api/scheduling.ts';
import { backoffDuration } from './backoff.ts';
import { HintTable } from './hints.ts';
import type { QueuedPod } from './queued-pod.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

/** What section 5 of kube-scheduler-semantics.md says of the queue, one test a statement. */

const SECOND = 1_000_000;
const LIMITS = { initialMicros: SECOND, maxMicros: 10 * SECOND };

const NODE_ADD: Change = { type: 'ADDED', object: nodeOf('n'), previous: undefined };

/** Pods whose name is given are helped by a new node; everybody by a changed taint. */
const helped = new Set<string>();
const FIT: readonly ClusterEventHint[] = [
  { events: ['Node/Add'], hint: (pod) => (helped.has(pod.metadata.name) ? 'Queue' : 'QueueSkip') },
];
const GATES: readonly ClusterEventHint[] = [
  {
    events: ['Pod/UpdatePodSchedulingGatesEliminated'],
    hint: (pod, { object }) => (object.metadata.uid === pod.metadata.uid ? 'Queue' : 'QueueSkip'),
  },
];
const TAINT: readonly ClusterEventHint[] = [{ events: ['Node/Add', 'Node/UpdateNodeTaint'], hint: () => 'QueueSkip' }];

class Rig {
  now = 0;
  /** Pods refused by PreEnqueue, with the plugin that does. */
  readonly gates = new Map<string, string>();
  readonly asked: string[] = [];
  readonly queue: SchedulingQueue;

  constructor(limits = LIMITS) {
    this.queue = new SchedulingQueue({
      now: () => this.now,
      compare: (a, b) => (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0) || a.enqueuedAt - b.enqueuedAt,
      preEnqueue: (pod, first) => {
        this.asked.push(`${pod.metadata.name} ${first ?? '-'}`);
        return this.gates.get(pod.metadata.name);
      },
      hints: new HintTable([
        {
          schedulerName: 'default-scheduler',
          plugins: [
            { name: 'Fit', events: FIT },
            { name: 'Taint', events: TAINT },
            { name: 'SchedulingGates', events: GATES },
            { name: 'OtherGate', events: [] },
          ],
        },
      ]),
      backoff: limits,
      maxUnschedulableMicros: 300 * SECOND,
    });
  }

  add(name: string, wish: PodWish = {}): Pod {
    const pod = podOf(name, wish);
    this.queue.add(pod);
    return pod;
  }

  pop(): string | undefined {
    return this.take()?.pod.metadata.name;
  }

  take(): QueuedPod | undefined {
    return this.queue.pop();
  }

  /** Pops whatever is first and has it rejected by these plugins; none is an error. */
  fail(...plugins: readonly string[]): QueuedPod {
    const queued = this.take()!;
    this.giveBack(queued, ...plugins);
    return queued;
  }

  giveBack(queued: QueuedPod, ...plugins: readonly string[]): void {
    queued.clearRejectors();
    for (const plugin of plugins) queued.rejectedBy(plugin);
    this.queue.addUnschedulable(queued, queued.pod);
  }

  room(pod: Pod): string {
    const queued = this.queue.get(keyOf(pod));
    if (queued === undefined) return this.queue.isInFlight(pod.metadata.uid) ? 'in flight' : 'nowhere';
    return queued.gated ? 'gated' : queued.room;
  }

  nodeAdd(): void {
    this.queue.moveAll('Node/Add', NODE_ADD);
  }

  at(seconds: number): this {
    this.now = Math.round(seconds * SECOND);
    return this;
  }

  /** Lets time pass to a whole second, with the flushes on the way. */
  until(second: number): void {
    for (let next = Math.floor(this.now / SECOND) + 1; next <= second; next++) {
      this.at(next);
      this.queue.flush();
    }
  }
}

let rig: Rig;
beforeEach(() => {
  helped.clear();
  rig = new Rig();
});

describe('entering (5.2)', () => {
  test('a new pod is active', () => {
    expect(rig.room(rig.add('a'))).toBe('active');
  });

  test('the first time a pod is active is remembered', () => {
    rig.at(3).add('a');
    expect(rig.at(4).take()?.initialAttemptTimestamp).toBe(3 * SECOND);
  });

  test('a gated pod is parked and its gate is a rejector', () => {
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.add('a');
    expect(rig.room(pod)).toBe('gated');
    expect(rig.pop()).toBeUndefined();
    expect([...rig.queue.get(keyOf(pod))!.unschedulablePlugins]).toEqual(['SchedulingGates']);
  });

  test('a gated pod that is let go keeps its place by arrival', () => {
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.at(1).add('a');
    rig.at(2).add('b');
    rig.gates.clear();
    rig
      .at(3)
      .queue.update({ type: 'MODIFIED', object: pod, previous: pod }, [
        'UnscheduledPod/UpdatePodSchedulingGatesEliminated',
      ]);
    expect(rig.pop()).toBe('a');
  });

  test('the plugin that gated last is asked first', () => {
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.add('a');
    rig.queue.update({ type: 'MODIFIED', object: pod, previous: pod }, [
      'UnscheduledPod/UpdatePodSchedulingGatesEliminated',
    ]);
    expect(rig.asked).toEqual(['a -', 'a SchedulingGates']);
    expect(rig.room(pod)).toBe('gated');
  });

  test('PreEnqueue is asked on the way to back-off, and not again on the way from there', () => {
    helped.add('a');
    const pod = rig.at(0.4).add('a');
    rig.fail('Fit');
    rig.asked.length = 0;
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('backoff');
    expect(rig.asked).toEqual(['a -']);
    rig.until(2);
    expect(rig.room(pod)).toBe('active');
    expect(rig.asked).toEqual(['a -']);
  });

  test('a pod can be gated on the way to back-off', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.fail('Fit');
    rig.gates.set('a', 'OtherGate');
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('gated');
  });
});

describe('pop (5.3)', () => {
  test('the head by QueueSort: priority, then arrival', () => {
    rig.add('a');
    rig.add('b', { priority: 1 });
    rig.at(1).add('c', { priority: 1 });
    expect([rig.pop(), rig.pop(), rig.pop(), rig.pop()]).toEqual(['b', 'c', 'a', undefined]);
  });

  test('equal times are ordered by arrival', () => {
    for (const name of ['x', 'a', 'm']) rig.add(name);
    expect([rig.pop(), rig.pop(), rig.pop()]).toEqual(['x', 'a', 'm']);
  });

  test('an idle scheduler takes a pod whose back-off is not over', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.fail('Fit');
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('backoff');
    expect(rig.pop()).toBe('a');
  });

  test('but not before an active one, and never one whose attempt ended in an error', () => {
    helped.add('a');
    rig.add('a', { priority: 9 });
    rig.fail('Fit');
    rig.nodeAdd();
    const failed = rig.add('failed', { priority: 9 });
    rig.fail();
    rig.add('b');
    expect([rig.pop(), rig.pop(), rig.pop()]).toEqual(['b', 'a', undefined]);
    expect(rig.room(failed)).toBe('error-backoff');
  });

  test('every pop is an attempt', () => {
    helped.add('a');
    rig.add('a');
    expect(rig.fail('Fit').attempts).toBe(1);
    rig.nodeAdd();
    expect(rig.take()?.attempts).toBe(2);
  });

  test('rejectors are kept until the next failure', () => {
    helped.add('a');
    rig.add('a');
    rig.fail('Fit');
    rig.nodeAdd();
    expect([...rig.take()!.unschedulablePlugins]).toEqual(['Fit']);
  });
});

describe('back-off (5.4)', () => {
  test('doubles from the initial to the maximal duration', () => {
    const seconds = [0, 1, 2, 3, 4, 5, 6, 40].map((failures) => backoffDuration(failures, LIMITS) / SECOND);
    expect(seconds).toEqual([0, 1, 2, 4, 8, 10, 10, 10]);
  });

  test('is max where initial > max >> (n - 1), else initial << (n - 1)', () => {
    const micros = fc.integer({ min: 1, max: 1 << 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), micros, micros, (failures, initial, extra) => {
        const [first, most, shift] = [BigInt(initial), BigInt(initial + extra), BigInt(failures - 1)];
        const expected = first > most >> shift ? most : first << shift;
        expect(BigInt(backoffDuration(failures, { initialMicros: initial, maxMicros: initial + extra }))).toBe(
          expected,
        );
      }),
    );
  });

  test.each([
    [0, 1, 2],
    [10.4, 11, 12],
    [10.999999, 11, 12],
    [11, 12, 13],
  ])('fails at %d s: backs off until %d s and is released at %d s', (failedAt, expiration, released) => {
    helped.add('a');
    const pod = rig.at(failedAt).add('a');
    const queued = rig.fail('Fit');
    rig.nodeAdd();
    rig.until(released - 1);
    expect(rig.room(pod)).toBe('backoff');
    expect(queued.backoffExpiration).toBe(expiration * SECOND);
    rig.until(released);
    expect(rig.room(pod)).toBe('active');
  });

  test('errors in a row count apart from rejections, and begin anew after one', () => {
    rig.add('a');
    const expirations: number[] = [];
    for (const plugins of [[], [], ['Fit'], [], ['Fit']]) {
      const queued = rig.take()!;
      rig.giveBack(queued, ...plugins);
      rig.queue.activate(queued.pod);
      helped.clear();
      expirations.push(queued.consecutiveErrors * 10 + queued.unschedulableCount);
    }
    expect(expirations).toEqual([10, 20, 1, 11, 2]);
  });

  test('the queue of back-off is by expiration, then by QueueSort', () => {
    for (const name of ['late', 'low', 'high']) helped.add(name);
    rig.add('late', { priority: 5 });
    rig.fail('Fit');
    rig.nodeAdd();
    rig.fail('Fit');
    rig.add('low');
    rig.fail('Fit');
    rig.add('high', { priority: 1 });
    rig.fail('Fit');
    rig.nodeAdd();
    expect([rig.pop(), rig.pop(), rig.pop()]).toEqual(['high', 'low', 'late']);
  });

  test('a maximum of 0 disables it', () => {
    rig = new Rig({ initialMicros: SECOND, maxMicros: 0 });
    const pod = rig.add('a');
    rig.fail();
    expect(rig.room(pod)).toBe('active');
  });

  test('a pod waits for an event five minutes at most, looked at every 30 s', () => {
    const pod = rig.at(1).add('a');
    rig.fail('Fit');
    rig.until(329);
    expect(rig.room(pod)).toBe('unschedulable');
    rig.until(330);
    expect(rig.room(pod)).toBe('active');
  });

  test('exactly five minutes are not more than five minutes', () => {
    const pod = rig.at(30).add('a');
    rig.fail('Fit');
    rig.until(330);
    expect(rig.room(pod)).toBe('unschedulable');
    rig.until(360);
    expect(rig.room(pod)).toBe('active');
  });

  test('a gated pod waits for ever', () => {
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.add('a');
    rig.until(1000);
    expect(rig.room(pod)).toBe('gated');
  });

  test('that a gated pod has waited too long is an event to pods in flight', () => {
    rig.gates.set('gated', 'SchedulingGates');
    rig.add('gated');
    rig.until(320);
    const pod = rig.add('a');
    const queued = rig.take()!;
    rig.until(331);
    rig.giveBack(queued, 'Fit');
    expect(rig.room(pod)).toBe('backoff');
  });

  test('the next flush is named exactly', () => {
    expect(rig.queue.nextFlushAt()).toBeUndefined();
    helped.add('a');
    rig.at(10.4).add('a');
    rig.fail('Fit');
    expect(rig.queue.nextFlushAt()).toBe(330 * SECOND);
    rig.nodeAdd();
    expect(rig.queue.nextFlushAt()).toBe(12 * SECOND);
  });

  test('no pod starves: whatever waits comes back in bounded time', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ priority: fc.nat(3), error: fc.boolean() }), { maxLength: 30 }), (pods) => {
        const world = new Rig();
        pods.forEach(({ priority }, i) => world.add(`p${i}`, { priority }));
        pods.forEach(() => {
          const queued = world.take()!;
          const isError = pods[Number(queued.pod.metadata.name.slice(1))]!.error;
          world.giveBack(queued, ...(isError ? [] : ['Fit']));
        });
        world.until(331);
        const popped = new Set<string>();
        for (let name = world.pop(); name !== undefined; name = world.pop()) popped.add(name);
        expect(popped.size).toBe(pods.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('return after failure (5.5)', () => {
  test('rejected and nothing happened: waits for an event', () => {
    const pod = rig.add('a');
    rig.fail('Fit');
    expect(rig.room(pod)).toBe('unschedulable');
  });

  test('an error backs off', () => {
    const pod = rig.add('a');
    rig.fail();
    expect(rig.room(pod)).toBe('error-backoff');
  });

  test('what happened while it was in flight counts, if a hint says so', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    const [first, second] = [rig.take()!, rig.take()!];
    helped.add('a');
    rig.nodeAdd();
    rig.giveBack(first, 'Fit');
    rig.giveBack(second, 'Fit');
    expect([rig.room(a), rig.room(b)]).toEqual(['backoff', 'unschedulable']);
  });

  test('what happened before it was popped does not', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.add('other', { priority: 1 });
    rig.take();
    rig.nodeAdd();
    rig.fail('Fit');
    expect(rig.room(pod)).toBe('unschedulable');
  });

  test('a plugin that waits for something outside and is told so retries at once', () => {
    helped.add('a');
    const pod = rig.add('a');
    const queued = rig.take()!;
    rig.nodeAdd();
    queued.clearRejectors();
    queued.waitsFor('Fit');
    rig.queue.addUnschedulable(queued, pod);
    expect(rig.room(pod)).toBe('active');
  });

  test('done ends the flight', () => {
    const pod = rig.add('a');
    rig.take();
    expect(rig.room(pod)).toBe('in flight');
    rig.queue.done(pod.metadata.uid);
    expect(rig.room(pod)).toBe('nowhere');
  });
});

describe('deciding per pod (5.7)', () => {
  test('an event nobody registered for moves nobody and is not remembered', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    rig.fail('Fit');
    const queued = rig.take()!;
    rig.queue.moveAll('Node/UpdateNodeCondition', undefined);
    rig.giveBack(queued, 'Fit');
    expect([rig.room(a), rig.room(b)]).toEqual(['unschedulable', 'unschedulable']);
  });

  test('only hints of plugins that rejected the pod are asked', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.fail('Taint');
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('unschedulable');
  });

  test('one hint of several is enough', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.fail('Taint', 'Fit');
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('backoff');
  });

  test('a plugin that waits for nodes but not for taints is woken by taints, whatever its hint says (5.8)', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    rig.fail('Fit');
    rig.fail('Taint');
    rig.queue.moveAll('Node/UpdateNodeTaint', { ...NODE_ADD, type: 'MODIFIED' });
    expect([rig.room(a), rig.room(b)]).toEqual(['backoff', 'unschedulable']);
  });

  test('a moved pod whose back-off is over is active at once', () => {
    helped.add('a');
    const pod = rig.add('a');
    rig.fail('Fit');
    rig.at(2.5).nodeAdd();
    expect(rig.room(pod)).toBe('active');
  });

  test('a gated pod looks only at what its gate registered for', () => {
    helped.add('a');
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.add('a');
    rig.gates.clear();
    rig.nodeAdd();
    expect(rig.room(pod)).toBe('gated');
  });
});

describe('updates, deletes, Activate (5.9)', () => {
  test('an update of an active or backing off pod replaces it in its place', () => {
    const [a] = [rig.add('a'), rig.at(1).add('b')];
    const updated = { ...a, spec: { ...a.spec, priority: -1 } };
    rig.at(2).queue.update({ type: 'MODIFIED', object: updated, previous: a }, ['UnscheduledPod/Update']);
    expect([rig.take()?.pod.metadata.name, rig.take()?.timestamp]).toEqual(['b', 0]);
  });

  test('an update of a pod in flight is remembered for it', () => {
    rig.gates.set('a', 'SchedulingGates');
    const pod = rig.add('b');
    const queued = rig.take()!;
    rig.queue.update({ type: 'MODIFIED', object: pod, previous: pod }, [
      'UnscheduledPod/UpdatePodSchedulingGatesEliminated',
    ]);
    rig.giveBack(queued, 'SchedulingGates');
    expect(rig.room(pod)).toBe('backoff');
  });

  test('an update of an unknown pod adds it', () => {
    const pod = podOf('a');
    rig.queue.update({ type: 'MODIFIED', object: pod, previous: pod }, ['UnscheduledPod/Update']);
    expect(rig.room(pod)).toBe('active');
  });

  test('a deleted pod is nowhere', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    rig.fail('Fit');
    for (const pod of [a, b]) rig.queue.delete(keyOf(pod));
    expect([rig.room(a), rig.room(b), rig.pop()]).toEqual(['nowhere', 'nowhere', undefined]);
  });

  test('Activate ignores back-off and hints', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    rig.fail();
    rig.fail('Fit');
    for (const pod of [a, b]) rig.queue.activate(pod);
    expect([rig.room(a), rig.room(b)]).toEqual(['active', 'active']);
  });

  test('Activate of a pod in flight lets it retry after its back-off', () => {
    const [a, b] = [rig.add('a'), rig.add('b')];
    const [first, second] = [rig.take()!, rig.take()!];
    rig.queue.activate(a);
    rig.giveBack(first, 'Fit');
    rig.giveBack(second, 'Fit');
    expect([rig.room(a), rig.room(b)]).toEqual(['backoff', 'unschedulable']);
  });

  test('Activate of an unknown pod does nothing', () => {
    const pod = podOf('a');
    rig.queue.activate(pod);
    expect(rig.room(pod)).toBe('nowhere');
  });
});

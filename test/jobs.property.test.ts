import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOB_TRACKING_FINALIZER, type CronJob, type Job, type JobSpec } from '../src/sim/api/batch.ts';
import type { Change } from '../src/sim/api/change.ts';
import { decodeObject } from '../src/sim/api/decode/decode-object.ts';
import { hasIndex, readIndexes } from '../src/sim/api/index-ranges.ts';
import { keyOf } from '../src/sim/api/kinds.ts';
import { controllerOf } from '../src/sim/api/meta.ts';
import { conditionStatus, isPodActive, isPodTerminal, type Pod, type PodStatus } from '../src/sim/api/pod.ts';
import type { Request } from '../src/sim/api/request.ts';
import { cronJob } from '../src/policies/controllers/cron-job.ts';
import { job } from '../src/policies/controllers/job.ts';
import { ttlAfterFinished } from '../src/policies/controllers/ttl-after-finished.ts';
import { ControllerWorld, SECOND, type Refusal } from './doubles/controller-world.ts';

/**
 * What has to hold for Jobs and CronJobs whatever the delays and the refusals: C10 and C11 of kubernetes-behaviour.md 9.3,
 * and that work ends (L3).
 */
const RUNS = process.env['ORRERY_LONG'] === undefined ? { numRuns: 20, seed: 1 } : { numRuns: 500 };

interface Weather {
  readonly requestDelays: readonly number[];
  readonly watchDelays: readonly number[];
  /** How long pods run, and how they end, dealt in turn. */
  readonly runs: readonly number[];
  readonly exits: readonly number[];
  /** Of so many requests the last one is refused for the first minute; 0: none is. */
  readonly refuseEvery: number;
}

const delays = (max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 100, max }), { minLength: 1, maxLength: 7 });

const weather: fc.Arbitrary<Weather> = fc.record({
  requestDelays: delays(300_000),
  watchDelays: delays(1_500_000),
  runs: delays(8_000_000),
  exits: fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 1, maxLength: 9 }),
  refuseEvery: fc.constantFrom(0, 0, 4, 7),
});

function dealer<T>(values: readonly T[]): () => T {
  let dealt = 0;
  return () => values[dealt++ % values.length]!;
}

function worldIn({ requestDelays, watchDelays, runs, exits, refuseEvery }: Weather): ControllerWorld {
  let sent = 0;
  const refuse = ({ verb }: Request, { now }: ControllerWorld): Refusal | undefined => {
    if (refuseEvery === 0 || now > 60 * SECOND || verb === 'get' || ++sent % refuseEvery !== 0) return undefined;
    return [403, 'Forbidden', 'bad weather'];
  };
  const world = new ControllerWorld({
    controllers: [job(), cronJob, ttlAfterFinished],
    requestDelay: dealer(requestDelays),
    watchDelay: dealer(watchDelays),
    refuse,
  });
  playNodes(world, dealer(runs), dealer(exits));
  return world;
}

/** Pods run at once, for as long as is dealt, and end as is dealt; one that is asked to go fails half a second later. */
function playNodes(world: ControllerWorld, run: () => number, exit: () => number): void {
  const write = (key: string, uid: string, status: Partial<PodStatus>): void => {
    const pod = world.get('Pod', key);
    if (pod === undefined || pod.metadata.uid !== uid || isPodTerminal(pod)) return;
    world.edit('Pod', key, (before) => ({
      ...before,
      spec: { ...before.spec, nodeName: 'n' },
      status: { ...before.status, ...status },
    }));
  };
  const ended = (code: number): Partial<PodStatus> => {
    const at = world.now - (world.now % SECOND);
    const state = { terminated: { exitCode: code, finishedAt: at } };
    return {
      phase: code === 0 ? 'Succeeded' : 'Failed',
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
      containerStatuses: [{ name: 'c', image: 'i', ready: false, started: false, restartCount: 0, state }],
    };
  };
  world.watchers.push(({ type, object, previous }: Change) => {
    if (object.kind !== 'Pod') return;
    const key = keyOf(object);
    const { uid, deletionTimestamp } = object.metadata;
    if (type === 'ADDED') {
      const ready = { type: 'Ready', status: 'True', lastTransitionTime: world.now } as const;
      world.after(1_000, () => write(key, uid, { phase: 'Running', conditions: [ready] }));
      const code = exit();
      world.after(run() + 2_000, () => write(key, uid, ended(code)));
    } else if (
      type === 'MODIFIED' &&
      deletionTimestamp !== undefined &&
      previous?.metadata.deletionTimestamp === undefined
    ) {
      world.after(SECOND / 2, () => {
        write(key, uid, ended(143));
        if (world.get('Pod', key)?.metadata.uid === uid) {
          world.request({ verb: 'delete', kind: 'Pod', key, gracePeriodSeconds: 0 });
        }
      });
    }
  });
}

function jobOf(spec: Partial<JobSpec>): Job {
  const raw = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: {
      ...spec,
      manualSelector: true,
      selector: { matchLabels: { app: 'j' } },
      template: {
        metadata: { labels: { app: 'j' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1' }] },
      },
    },
  };
  const decoded = decodeObject(raw, (problem) => {
    throw new Error(problem.message);
  });
  return { ...(decoded as Job), status: { conditions: [], active: 0, succeeded: 0, failed: 0 } };
}

/** Watches everything that ever happened to one Job and its pods. */
function chronicle(world: ControllerWorld): {
  readonly succeeded: Set<string>;
  readonly failed: Set<string>;
  readonly pods: Set<string>;
  readonly broken: string[];
  mostActive: number;
} {
  const seen = {
    succeeded: new Set<string>(),
    failed: new Set<string>(),
    pods: new Set<string>(),
    broken: [] as string[],
    mostActive: 0,
  };
  let counted = 0;
  let isOver = false;
  world.watchers.push(({ type, object, previous }) => {
    if (object.kind === 'Job') {
      if (object.status.succeeded < counted) seen.broken.push(`succeeded fell from ${counted}`);
      counted = object.status.succeeded;
      if (conditionStatus(object.status.conditions, 'Complete') === 'True') isOver = true;
      if (conditionStatus(object.status.conditions, 'Failed') === 'True') isOver = true;
    }
    if (object.kind !== 'Pod') return;
    seen.pods.add(object.metadata.uid);
    if (type === 'ADDED' && isOver) seen.broken.push('a pod after the end');
    if (object.status.phase === 'Succeeded') seen.succeeded.add(object.metadata.uid);
    if (object.status.phase === 'Failed' && previous?.metadata.deletionTimestamp === undefined) {
      seen.failed.add(object.metadata.uid);
    }
    seen.mostActive = Math.max(seen.mostActive, world.list('Pod').filter(isPodActive).length);
  });
  return seen;
}

function tracked(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(({ metadata }) => metadata.finalizers.includes(JOB_TRACKING_FINALIZER));
}

describe('a Job, in any weather', () => {
  it('counts every finished pod exactly once (C10), and ends (L3)', () => {
    const spec = fc.record({
      completions: fc.integer({ min: 1, max: 9 }),
      parallelism: fc.integer({ min: 1, max: 5 }),
      backoffLimit: fc.integer({ min: 0, max: 4 }),
      completionMode: fc.constantFrom('NonIndexed' as const, 'Indexed' as const),
    });
    fc.assert(
      fc.property(weather, spec, (sky, wanted) => {
        const world = worldIn(sky);
        const seen = chronicle(world);
        world.apply(jobOf(wanted));
        world.run(3_600 * SECOND);
        const { status } = world.get('Job', 'default/j')!;
        const complete = conditionStatus(status.conditions, 'Complete') === 'True';
        const failed = conditionStatus(status.conditions, 'Failed') === 'True';
        expect(complete || failed).toBe(true);
        expect(complete && failed).toBe(false);
        expect(seen.broken).toEqual([]);
        expect(seen.mostActive).toBeLessThanOrEqual(wanted.parallelism);
        expect(status.active).toBe(0);
        expect(tracked(world.list('Pod'))).toEqual([]);
        expect(status.uncountedTerminatedPods).toEqual({ succeeded: [], failed: [] });
        if (complete) expect(status.succeeded).toBeGreaterThanOrEqual(wanted.completions);
        else expect(status.failed).toBeGreaterThan(wanted.backoffLimit);
        if (wanted.completionMode === 'NonIndexed') {
          // A Job that fails counts as failed what its cache shows running, though it may have succeeded by then.
          if (complete) expect(status.succeeded).toBe(seen.succeeded.size);
          else expect(status.succeeded).toBeLessThanOrEqual(seen.succeeded.size);
          expect(status.succeeded + status.failed).toBe(seen.pods.size);
        } else {
          const done = readIndexes(status.completedIndexes ?? '', wanted.completions);
          expect(status.succeeded).toBe(done.count);
          expect(status.succeeded).toBeLessThanOrEqual(wanted.completions);
        }
        // A Job that fails takes its running pods along; those count as failed too.
        expect(status.failed).toBeGreaterThanOrEqual(seen.failed.size);
      }),
      RUNS,
    );
  });

  it('does not run while it is suspended, and goes on where it was', () => {
    fc.assert(
      fc.property(weather, fc.integer({ min: 1, max: 20 }), (sky, at) => {
        const world = worldIn({ ...sky, exits: [0], refuseEvery: 0 });
        const seen = chronicle(world);
        world.apply(jobOf({ completions: 6, parallelism: 3 }));
        const suspend = (value: boolean): void => {
          const { status } = world.get('Job', 'default/j')!;
          if (conditionStatus(status.conditions, 'Complete') === 'True') return;
          world.edit('Job', 'default/j', (before) => ({ ...before, spec: { ...before.spec, suspend: value } }));
        };
        world.run(at * SECOND);
        suspend(true);
        world.run((at + 60) * SECOND);
        expect(world.list('Pod').filter(isPodActive)).toEqual([]);
        suspend(false);
        world.run((at + 3_600) * SECOND);
        const { status } = world.get('Job', 'default/j')!;
        expect(conditionStatus(status.conditions, 'Complete')).toBe('True');
        expect(seen.broken).toEqual([]);
        expect(seen.mostActive).toBeLessThanOrEqual(3);
      }),
      RUNS,
    );
  });

  it('tries every index as often as its limit says, and no index after it', () => {
    fc.assert(
      fc.property(weather, fc.integer({ min: 0, max: 2 }), (sky, backoffLimitPerIndex) => {
        const world = worldIn({ ...sky, refuseEvery: 0 });
        const attempts = new Map<string, number>();
        world.watchers.push(({ type, object }) => {
          if (object.kind !== 'Pod' || type !== 'ADDED') return;
          const index = object.metadata.annotations['batch.kubernetes.io/job-completion-index']!;
          attempts.set(index, (attempts.get(index) ?? 0) + 1);
        });
        world.apply(jobOf({ completions: 4, parallelism: 4, completionMode: 'Indexed', backoffLimitPerIndex }));
        world.run(7_200 * SECOND);
        const { status } = world.get('Job', 'default/j')!;
        const done = readIndexes(status.completedIndexes ?? '', 4);
        const lost = readIndexes(status.failedIndexes ?? '', 4);
        expect(done.count + lost.count).toBe(4);
        for (let index = 0; index < 4; index++) {
          expect(hasIndex(done, index)).toBe(!hasIndex(lost, index));
          expect(attempts.get(String(index))).toBeLessThanOrEqual(backoffLimitPerIndex + 1);
          if (hasIndex(lost, index)) expect(attempts.get(String(index))).toBe(backoffLimitPerIndex + 1);
        }
        expect(tracked(world.list('Pod'))).toEqual([]);
      }),
      RUNS,
    );
  });
});

function cronJobOf(concurrencyPolicy: CronJob['spec']['concurrencyPolicy'], history: number): CronJob {
  const raw = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c' },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy,
      successfulJobsHistoryLimit: history,
      failedJobsHistoryLimit: history,
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1' }] } } },
      },
    },
  };
  const decoded = decodeObject(raw, (problem) => {
    throw new Error(problem.message);
  });
  return { ...(decoded as CronJob), status: { active: [] } };
}

describe('a CronJob, in any weather', () => {
  it('makes one Job a time at most, keeps to its policy and tidies its history (C11)', () => {
    const policy = fc.constantFrom('Allow' as const, 'Forbid' as const, 'Replace' as const);
    fc.assert(
      fc.property(
        weather,
        policy,
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 150 }),
        (sky, concurrency, history, length) => {
          const world = worldIn({ ...sky, runs: [length * SECOND], exits: [0], refuseEvery: 0 });
          const times: string[] = [];
          // The controller goes by the list of active Jobs in its cache, as the real one does: a Job that has got there
          // a moment ago it may not know of, nor one whose entry was lost to a conflict.
          const unseen = Math.max(...sky.watchDelays) + 12 * Math.max(...sky.requestDelays);
          const listedAt = new Map<string, number>();
          const unfinished = new Set<string>();
          let most = 0;
          world.watchers.push(({ type, object }) => {
            if (object.kind === 'CronJob') {
              for (const { uid } of object.status.active) if (!listedAt.has(uid)) listedAt.set(uid, world.now);
            }
            if (object.kind !== 'Job') return;
            const { uid, annotations } = object.metadata;
            if (type === 'ADDED') times.push(annotations['batch.kubernetes.io/cronjob-scheduled-timestamp']!);
            const isOver = conditionStatus(object.status.conditions, 'Complete') === 'True';
            if (type === 'DELETED' || isOver || object.metadata.deletionTimestamp !== undefined) unfinished.delete(uid);
            else unfinished.add(uid);
            if (type !== 'ADDED') return;
            const known = [...unfinished].filter((one) => (listedAt.get(one) ?? Infinity) < world.now - unseen);
            most = Math.max(most, known.length + 1);
          });
          world.apply(cronJobOf(concurrency, history));
          world.run(600 * SECOND);
          expect(new Set(times).size).toBe(times.length);
          expect(times.length).toBeGreaterThan(0);
          if (concurrency !== 'Allow') expect(most).toBeLessThanOrEqual(1);
          if (concurrency === 'Replace') expect(times.length).toBeGreaterThanOrEqual(9);
          world.edit('CronJob', 'default/c', (before) => ({ ...before, spec: { ...before.spec, suspend: true } }));
          world.run(1_200 * SECOND);
          const left = world.list('Job').filter(({ metadata }) => controllerOf(metadata)?.name === 'c');
          expect(left.length).toBeLessThanOrEqual(history);
          expect(world.get('CronJob', 'default/c')!.status.active).toEqual([]);
        },
      ),
      RUNS,
    );
  });
});

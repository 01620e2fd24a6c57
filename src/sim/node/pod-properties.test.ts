import fc from 'fast-check';
import { expect, it } from 'vitest';
import { conditionStatus, type Container, type Pod, type PodSpec, type Probe } from '../api/pod.ts';
import { container, KubeletRig, podNamed, probedLife } from '../../../test/doubles/kubelet-rig.ts';
import type { ContainerLife } from './container-behaviour.ts';

const SECOND = 1_000_000;
const SLACK = 20_000;

/** A pod of any shape, what its containers do, and when it is deleted. */
interface Case {
  readonly spec: Partial<PodSpec>;
  readonly lives: Record<string, readonly ContainerLife[]>;
  readonly hooks: Record<string, { duration: number; ok: boolean }>;
  readonly pullFailures: number;
  readonly deletedAt: number | undefined;
  readonly grace: number | undefined;
}

const aDuration = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 20_000 }).map((ms) => ms * 1_000),
);

const aLife: fc.Arbitrary<ContainerLife> = fc
  .record({
    exitAge: fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: aDuration }),
    exitCode: fc.constantFrom(0, 0, 1, 137),
    stopDelay: fc.oneof(aDuration, fc.constant(Infinity)),
    stopCode: fc.constantFrom(0, 143),
    readyAge: aDuration,
    turns: fc.array(fc.tuple(aDuration, fc.boolean()), { maxLength: 3 }),
  })
  .map(({ turns, ...given }) =>
    probedLife(
      [...turns].sort((a, b) => a[0] - b[0]),
      given,
    ),
  );

const aProbe: fc.Arbitrary<Probe | undefined> = fc.option(
  fc.record({
    exec: fc.constant({ command: ['p'] }),
    periodSeconds: fc.integer({ min: 1, max: 5 }),
    initialDelaySeconds: fc.integer({ min: 0, max: 5 }),
    failureThreshold: fc.integer({ min: 1, max: 3 }),
    successThreshold: fc.constant(1),
  }),
  { nil: undefined, freq: 2 },
);

const aContainer = (name: string, extra: Partial<Container> = {}): fc.Arbitrary<Container> =>
  fc
    .record({
      image: fc.constantFrom('cached/app:v1', 'cached/app:v1', 'other:v1'),
      readinessProbe: aProbe,
      livenessProbe: aProbe,
      startupProbe: aProbe,
      hooks: fc.constantFrom('', '', 'postStart', 'preStop'),
    })
    .map(({ image, hooks, ...probes }) => ({
      ...container(name, { image, ...extra }),
      ...Object.fromEntries(Object.entries(probes).filter(([, probe]) => probe !== undefined)),
      ...(hooks !== '' && { lifecycle: { [hooks]: { exec: { command: ['h'] } } } }),
    }));

const initRoles = fc.array(fc.constantFrom('init', 'sidecar'), { maxLength: 3 });

const aCase: fc.Arbitrary<Case> = initRoles.chain((roles) =>
  fc
    .record({
      restartPolicy: fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const),
      terminationGracePeriodSeconds: fc.integer({ min: 0, max: 20 }),
      activeDeadlineSeconds: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 6 }),
      initContainers: fc.tuple(
        // Probes and hooks are for sidecars; the API server refuses them on other init containers.
        ...roles.map((role, i) =>
          role === 'sidecar' ? aContainer('i' + i, { restartPolicy: 'Always' }) : fc.constant(container('i' + i)),
        ),
      ),
      containers: fc
        .constantFrom(1, 1, 2, 3)
        .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => aContainer('c' + i)))),
      automountServiceAccountToken: fc.boolean(),
    })
    .chain((spec) => {
      const names = [...spec.initContainers, ...spec.containers].map((one) => one.name);
      const hook = fc.record({ duration: aDuration, ok: fc.boolean() });
      return fc.record({
        spec: fc.constant(spec),
        lives: fc
          .tuple(...names.map(() => fc.array(aLife, { minLength: 1, maxLength: 4 })))
          .map((lives) => Object.fromEntries(names.map((name, i) => [name, lives[i]!]))),
        hooks: fc.tuple(...names.flatMap(() => [hook, hook])).map((hooks) =>
          Object.fromEntries(
            names.flatMap((name, i) => [
              [name + '/postStart', hooks[2 * i]!],
              [name + '/preStop', hooks[2 * i + 1]!],
            ]),
          ),
        ),
        pullFailures: fc.nat(2),
        deletedAt: fc.option(
          fc.integer({ min: 0, max: 120_000 }).map((ms) => ms * 1_000),
          { nil: undefined },
        ),
        grace: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      });
    }),
);

/** One life of a container, as the runtime saw it. */
interface Life {
  readonly name: string;
  readonly attempt: number;
  readonly from: number;
  signalled?: number;
}

interface Observed {
  readonly rig: KubeletRig;
  readonly lives: Life[];
}

function observe({ spec, lives, hooks, pullFailures, deletedAt, grace }: Case): Observed {
  const started: Life[] = [];
  const rig: KubeletRig = new KubeletRig({
    behaviours: {
      life: (pod, spec, attempt) => {
        const record: Life = { name: spec.name, attempt, from: rig.engine.now };
        started.push(record);
        const life = rig.behaviours.life(pod, spec, attempt);
        return {
          ...life,
          get stopDelay() {
            record.signalled ??= rig.engine.now;
            return life.stopDelay;
          },
        };
      },
      pullError: (pod, spec, attempt) => rig.behaviours.pullError(pod, spec, attempt),
      hook: (pod, spec, hook) => rig.behaviours.hook(pod, spec, hook),
    },
  });
  rig.behaviours.lives = lives;
  rig.behaviours.hooks = hooks;
  rig.behaviours.pullErrors = { 'other:v1': pullFailures };
  rig.create(podNamed('p', spec));
  if (deletedAt !== undefined) rig.at(deletedAt, () => rig.delete('p', grace));
  rig.run(180 * SECOND);
  return { rig, lives: started };
}

const runs = { numRuns: process.env['ORRERY_LONG'] === undefined ? 100 : 5_000 };

function property(name: string, holds: (observed: Observed, given: Case) => void): void {
  it(name, () => {
    fc.assert(
      fc.property(aCase, (given) => holds(observe(given), given)),
      runs,
    );
  });
}

const statuses = (pod: Pod) => [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];

property('P3: phases go Pending, Running, Succeeded or Failed, and never back', ({ rig }, { spec }) => {
  const rank = { Pending: 0, Running: 1, Succeeded: 2, Failed: 2, Unknown: -1 };
  let before = rig.versions[0]?.pod.status.phase ?? 'Pending';
  for (const { pod } of rig.versions) {
    const { phase } = pod.status;
    // An init phase may be entered again only by a new sandbox, which nothing here brings about.
    expect(rank[phase]).toBeGreaterThanOrEqual(rank[before]);
    if (rank[before] === 2) expect(phase).toBe(before);
    before = phase;
  }
  const end = rig.pod('p')?.status.phase;
  if (spec.restartPolicy === 'Always' && end === 'Succeeded') throw new Error('succeeded with restartPolicy Always');
});

property('P4: a ready pod runs, and so do all its containers, started and ready', ({ rig }) => {
  for (const { pod } of rig.versions) {
    if (conditionStatus(pod.status.conditions, 'Ready') !== 'True') continue;
    expect(pod.status.phase).toBe('Running');
    expect(conditionStatus(pod.status.conditions, 'ContainersReady')).toBe('True');
    const sidecars = (pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always');
    for (const status of statuses(pod)) {
      const isInit = pod.spec.initContainers?.some((one) => one.name === status.name) === true;
      if (isInit && !sidecars.some((one) => one.name === status.name)) continue;
      expect(status).toMatchObject({ ready: true, started: true });
      expect(status.state.running).toBeDefined();
    }
  }
});

property('P5: init containers complete in order before any regular container starts', ({ lives }, given) => {
  const init = given.spec.initContainers ?? [];
  const order = [...init, ...given.spec.containers!].map((one) => one.name);
  const first = order.map((name) => lives.find((life) => life.name === name)?.from ?? Infinity);
  const regular = Math.min(...first.slice(init.length));
  init.forEach((spec, i) => {
    const next = Math.min(...first.slice(i + 1), regular);
    if (next === Infinity) return;
    expect(first[i]).toBeLessThan(next);
    if (spec.restartPolicy === 'Always') return;
    // Some life of it ended with 0 before the next one began, and none began afterwards.
    const own = lives.filter((life) => life.name === spec.name);
    const script = given.lives[spec.name]!;
    const last = own.at(-1)!;
    const { exitAge, exitCode } = script[Math.min(last.attempt, script.length - 1)]!;
    expect(exitCode).toBe(0);
    expect(last.from + exitAge).toBeLessThanOrEqual(next);
  });
});

property(
  'P6: SIGTERM comes before the end, and SIGKILL not before max(2 s, the grace that is left)',
  ({ rig, lives }, given) => {
    for (const life of lives) {
      if (life.signalled === undefined) continue;
      const script = given.lives[life.name]!;
      const { stopDelay, exitAge } = script[Math.min(life.attempt, script.length - 1)]!;
      const ended = endOf(rig, life);
      if (ended?.finishedAt === undefined || ended.exitCode !== 137) continue;
      if (life.from + exitAge <= ended.finishedAt + SECOND) continue;
      expect(stopDelay).toBeGreaterThanOrEqual(2 * SECOND);
      // Times in the API are cut off to seconds.
      expect(ended.finishedAt + SECOND).toBeGreaterThan(life.signalled + 2 * SECOND);
    }
  },
);

function endOf(rig: KubeletRig, life: Life) {
  for (const { pod } of rig.versions) {
    const status = statuses(pod).find((one) => one.name === life.name);
    if (status === undefined) continue;
    // While a container waits for its next start, its end has moved to lastState.
    const { state, lastState, restartCount } = status;
    const own = state.waiting === undefined ? state.terminated : lastState?.terminated;
    if (restartCount === life.attempt && own !== undefined) return own;
    if (restartCount === life.attempt + 1 && state.waiting === undefined && lastState?.terminated !== undefined) {
      return lastState.terminated;
    }
  }
  return undefined;
}

property(
  'P7: restart counts never fall, and a container is started again only after its back-off',
  ({ rig, lives }, given) => {
    const counts = new Map<string, number>();
    for (const { pod } of rig.versions) {
      for (const { name, restartCount } of statuses(pod)) {
        expect(restartCount).toBeGreaterThanOrEqual(counts.get(name) ?? 0);
        counts.set(name, restartCount);
      }
    }
    for (const name of Object.keys(given.lives)) {
      const own = lives.filter((life) => life.name === name);
      own.forEach((life, i) => expect(life.attempt).toBe(i));
      const spec = [...(given.spec.initContainers ?? []), ...given.spec.containers!].find((one) => one.name === name)!;
      // What probes or hooks kill is measured against the death before, so only natural ends are held to the schedule.
      if (
        spec.livenessProbe !== undefined ||
        spec.startupProbe !== undefined ||
        spec.lifecycle?.postStart !== undefined
      )
        continue;
      const schedule = [0, 10, 20, 40, 80];
      for (let i = 1; i < own.length; i++) {
        const script = given.lives[name]!;
        const { exitAge } = script[Math.min(i - 1, script.length - 1)]!;
        const wait = own[i]!.from - (own[i - 1]!.from + exitAge);
        expect(wait).toBeGreaterThanOrEqual(schedule[i - 1]! * SECOND);
      }
    }
  },
);

property(
  'P8: a deleted pod is gone within grace, stop and teardown, and not before its containers have ended',
  ({ rig, lives }, given) => {
    expect(rig.kubelets.podCount === 0 || rig.pod('p') !== undefined).toBe(true);
    const gone = rig.versions.find((one) => one.type === 'DELETED');
    if (given.deletedAt === undefined || gone === undefined) return;
    if (given.grace === 0 || given.spec.terminationGracePeriodSeconds === 0 || isTerminal(rig)) return;
    for (const life of lives) {
      const end = endOf(rig, life);
      expect(end, life.name + '#' + life.attempt).toBeDefined();
      if (end!.finishedAt !== undefined) expect(end!.finishedAt).toBeLessThanOrEqual(gone.at);
    }
    const grace = Math.max(given.grace ?? given.spec.terminationGracePeriodSeconds!, 1);
    // A sync that is under way is awaited: it may pull, start and run hooks for every container of the plan, 20 s each.
    const sync = 30 * SECOND + Object.keys(given.lives).length * (25 * SECOND + grace * SECOND);
    const bound = Math.max(given.deletedAt, 0) + sync + (grace + 3) * SECOND + 400_000 + SLACK;
    expect(gone.at).toBeLessThanOrEqual(bound);
  },
);

function isTerminal(rig: KubeletRig): boolean {
  const deleted = rig.versions.findIndex((one) => one.pod.metadata.deletionTimestamp !== undefined);
  const before = rig.versions[deleted - 1]?.pod.status.phase;
  return deleted < 0 || before === 'Succeeded' || before === 'Failed';
}

property('the same case gives the same history, and leaves nothing behind', ({ rig }, given) => {
  const again = observe(given).rig;
  expect(again.engine.fingerprint.toString()).toBe(rig.engine.fingerprint.toString());
  const pod = rig.pod('p');
  const through = pod === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
  if (!through) return;
  expect(rig.kubelets.podCount).toBe(0);
  expect(rig.kubelets.kubelet('node-1')!.usage.pods).toBe(0);
  expect(rig.engine.pending).toBe(0);
});

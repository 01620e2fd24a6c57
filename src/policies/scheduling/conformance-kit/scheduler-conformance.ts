import type { Pod } from '../../../sim/api/pod.ts';
import type { SchedulerModule } from '../../../sim/policy-api/scheduler-module.ts';
import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import { CycleScratch } from '../framework/cycle-state.ts';
import type { Framework } from '../framework/framework.ts';
import { podInfoOf } from '../framework/pod-info.ts';
import { FrameworkPolicy } from '../framework/scheduling-policy.ts';
import { checkSchedulerModule, schedulerOf } from '../own-scheduler.ts';
import { onNode } from './generated-cluster.ts';
import { ConformanceError, Trial, type TrialOptions } from './trial.ts';

export interface ConformanceOptions extends TrialOptions {
  /** How many clusters are made up; 30 by default. */
  readonly clusters?: number;
  /** How many things happen in each; 60 by default. */
  readonly steps?: number;
}

/** A statement about a scheduler; `run` throws where it does not hold. */
export interface ConformanceCheck {
  readonly name: string;
  readonly run: () => void;
}

/** What every scheduler that a run can rely on must do, as checks with names of their own. */
export function schedulerConformance(
  module: SchedulerModule,
  options: ConformanceOptions = {},
): readonly ConformanceCheck[] {
  const { clusters = 30, steps = 60 } = options;
  const trialOf = (seed: number): Trial => new Trial(schedulerOf(module, { guard: {} }), seed, options);
  const forEachCluster = (check: (seed: number) => void): void => {
    for (let seed = 1; seed <= clusters; seed++) check(seed);
  };
  const checks: ConformanceCheck[] = [
    { name: 'is a scheduler module', run: () => void checkSchedulerModule(module, module.name) },
    {
      name: 'answers every question it is asked, and places pods only where they fit',
      run: () => forEachCluster((seed) => trialOf(seed).step(steps)),
    },
    {
      name: 'decides the same when it is asked the same',
      run: () =>
        forEachCluster((seed) => {
          const [first, second] = [trialOf(seed), trialOf(seed)];
          first.step(steps);
          second.step(steps);
          sameTranscript(first, second, seed, 'it decided otherwise the second time');
        }),
    },
    {
      name: 'keeps what it remembers to itself: two runs side by side do not notice each other',
      run: () =>
        forEachCluster((seed) => {
          const alone = trialOf(seed);
          alone.step(steps);
          const [beside, other] = [trialOf(seed), trialOf(seed + clusters)];
          for (let i = 0; i < steps; i++) {
            beside.step(1);
            other.step(1);
          }
          sameTranscript(alone, beside, seed, 'it decided otherwise beside another run');
        }),
    },
  ];
  if (module.scheduler !== undefined) return checks;
  const names = Object.keys(module.plugins ?? {});
  const eachFilter = (check: (trial: Trial, framework: Framework, plugin: string) => void): void =>
    forEachCluster((seed) => {
      const trial = trialOf(seed);
      trial.step(steps);
      const framework = frameworkOf(trial);
      for (const name of names) if (filterNamed(framework, name) !== undefined) check(trial, framework, name);
    });
  return [
    ...checks,
    {
      name: 'filters by what it is shown: the same pod and node get the same answer, in whatever order nodes are asked',
      run: () => eachFilter(answersTheSame),
    },
    {
      name: 'follows what-if questions: a pod added in mind counts like one that is there, and one taken away like none',
      run: () => eachFilter(followsWhatIf),
    },
  ];
}

/** The part of vitest's (or node:test's) `test` that is needed. */
export type TestFunction = (name: string, run: () => void) => unknown;

/**
 * The whole kit in one line of a test file:
 *
 * ```ts
 * testScheduler(policy, test);
 * ```
 */
export function testScheduler(module: SchedulerModule, test: TestFunction, options: ConformanceOptions = {}): void {
  for (const { name, run } of schedulerConformance(module, options)) test(`${module.name} ${name}`, run);
}

function sameTranscript(one: Trial, other: Trial, seed: number, problem: string): void {
  for (let i = 0; i < Math.max(one.transcript.length, other.transcript.length); i++) {
    const [first, second] = [one.transcript[i], other.transcript[i]];
    if (first === second) continue;
    throw new ConformanceError(`cluster ${seed}, decision ${i + 1}: ${problem}:\n  ${first}\n  ${second}`);
  }
}

function frameworkOf(trial: Trial): Framework {
  const { policy } = trial;
  if (!(policy instanceof FrameworkPolicy)) throw new ConformanceError('this scheduler has no framework');
  return policy.frameworkFor(trial.newPod());
}

function filterNamed(framework: Framework, name: string): Framework['plugins']['filter'][number] | undefined {
  return framework.plugins.filter.find((plugin) => plugin.name === name);
}

function text(status: Status | undefined): string {
  return status === undefined ? 'fits' : `${status.code} ${status.reasons.join(', ')}`;
}

/** What a plugin says of a pod on every node, after a PreFilter of its own; `undefined` when it has nothing to say. */
function answers(
  framework: Framework,
  name: string,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): { readonly state: CycleScratch; readonly of: (node: NodeInfo) => string } | undefined {
  const state = new CycleScratch();
  const { status } = framework.runPreFilter(state, pod);
  if (status !== undefined || state.skipFilter.has(name) || nodes.length === 0) return undefined;
  const filter = filterNamed(framework, name)!;
  return { state, of: (node) => text(filter.filter(state, pod, node)) };
}

function answersTheSame(trial: Trial, framework: Framework, name: string): void {
  const { nodes } = (trial.policy as FrameworkPolicy).cache.refresh();
  const pod = podInfoOf(trial.newPod());
  const [forwards, backwards] = [answers(framework, name, pod, nodes), answers(framework, name, pod, nodes)];
  if (forwards === undefined || backwards === undefined) return;
  const first = nodes.map((node) => forwards.of(node));
  const second = [...nodes].reverse().map((node) => backwards.of(node));
  nodes.forEach((node, i) => {
    const again = second[nodes.length - 1 - i]!;
    if (first[i] === again && again === forwards.of(node)) return;
    throw new ConformanceError(`plugin ${name} said of ${node.name} first "${first[i]}", then "${again}"`);
  });
}

function followsWhatIf(trial: Trial, framework: Framework, name: string): void {
  const policy = trial.policy as FrameworkPolicy;
  const { nodes } = policy.cache.refresh();
  const [pod, other] = [podInfoOf(trial.newPod()), trial.newPod()];
  for (const node of nodes) {
    const before = answers(framework, name, pod, nodes);
    if (before === undefined) return;
    const expected = before.of(node);
    const added = podInfoOf(onNode(other, node.name));
    const copy = node.clone();
    const state = before.state.clone();
    const filter = filterNamed(framework, name)!;
    const now = (): string => text(filter.filter(state, pod, copy));
    copy.addPod(added);
    framework.runAddPod(state, pod, added, copy);
    const inMind = now();
    copy.removePod(added);
    framework.runRemovePod(state, pod, added, copy);
    const restored = now();
    if (restored !== expected) {
      throw new ConformanceError(
        `plugin ${name} said of ${node.name} "${expected}", and "${restored}" after a pod had been added and taken away in mind: its addPod and removePod do not undo each other`,
      );
    }
    const really = whenThere(policy, framework, name, pod, added.pod, node.name);
    if (really !== undefined && really !== inMind) {
      throw new ConformanceError(
        `plugin ${name} said of ${node.name} "${inMind}" with a pod added in mind, and "${really}" with the pod there: its addPod does not count what its preFilter counts`,
      );
    }
  }
}

function whenThere(
  policy: FrameworkPolicy,
  framework: Framework,
  name: string,
  pod: PodInfo,
  added: Pod,
  nodeName: string,
): string | undefined {
  policy.setPod(added);
  const snapshot = policy.cache.refresh();
  const answer = answers(framework, name, pod, snapshot.nodes)?.of(snapshot.get(nodeName)!);
  policy.removePod(added.metadata.uid);
  policy.cache.refresh();
  return answer;
}

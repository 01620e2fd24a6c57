import type { SchedulingDecision } from '../../../sim/policy-api/scheduler.ts';
import type { PreFilterPlugin } from '../../../sim/policy-api/scheduling.ts';
import type { SchedulerCache } from '../framework/cache.ts';
import type { CycleScratch } from '../framework/cycle-state.ts';
import { PlacedPod, unschedulableDecision } from '../framework/decisions.ts';
import type { SearchCursor } from '../framework/find-nodes.ts';
import type { Framework } from '../framework/framework.ts';
import type { Nominator } from '../framework/nominator.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { DefaultPreemption } from '../plugins/default-preemption.ts';
import { DynamicResources } from '../plugins/dynamic-resources.ts';
import { ColumnEngine } from './column-engine.ts';
import { ColumnSearch } from './column-search.ts';
import { PodPrograms, type PodProgram } from './pod-program.ts';
import { profileForm, type ProfileForm } from './profile-form.ts';

interface ColumnProfile {
  readonly form: ProfileForm;
  readonly programs: PodPrograms;
  /** PostFilter plugins that evict nobody where no pod is less important. */
  readonly knowsPostFilter: boolean;
}

/**
 * HOT. Decides over columns where every plugin of the profile has a column form and the pod asks for nothing beyond them.
 * Guarded by bench/placement, bench/overload and the property tests of plain against columns.
 */
export class ColumnPath {
  readonly #cache: SchedulerCache;
  readonly #nominator: Nominator;
  readonly #cursor: SearchCursor;
  readonly #engine = new ColumnEngine();
  readonly #search: ColumnSearch;
  readonly #profiles = new Map<Framework, ColumnProfile>();

  constructor(
    cache: SchedulerCache,
    nominator: Nominator,
    cursor: SearchCursor,
    frameworks: readonly Framework[],
    treeFrom?: number,
  ) {
    const { columns, index } = this.#engine;
    this.#cache = cache;
    this.#nominator = nominator;
    this.#cursor = cursor;
    cache.observer = this.#engine;
    this.#search = new ColumnSearch(columns, cache.snapshot, nominator, treeFrom);
    for (const framework of frameworks) {
      const form = profileForm(framework.plugins);
      if (form === undefined) continue;
      const knowsPostFilter = framework.plugins.postFilter.every(
        (plugin) => plugin.constructor === DefaultPreemption || plugin.constructor === DynamicResources,
      );
      const programs = new PodPrograms(columns, index, form, framework.handle('columns'));
      this.#profiles.set(framework, { form, programs, knowsPostFilter });
    }
  }

  /** The snapshot is current. `undefined`: this pod goes the plain way; nothing has changed. */
  decide(framework: Framework, state: CycleScratch, pod: PodFacts): SchedulingDecision | undefined {
    const profile = this.#profiles.get(framework);
    const program = profile?.programs.of(pod);
    if (profile === undefined || program === undefined || this.#engine.columns.order.length === 0) return undefined;
    const remembered = this.#remembered(program, pod);
    if (remembered !== undefined) return remembered;
    const placed = this.#search.place(framework, program, this.#cursor, state, pod);
    if (placed !== undefined) {
      const { name } = placed.node;
      const steps = new PlacedPod(framework, state, pod, name);
      return { kind: 'node', nodeName: name, evaluated: placed.evaluated, steps };
    }
    return this.#fail(framework, profile, program, state, pod);
  }

  #remembered(program: PodProgram, pod: PodFacts): SchedulingDecision | undefined {
    const { failure } = program;
    const { columns } = this.#engine;
    if (failure === undefined || failure.stamp !== columns.stamp || failure.nodeVersion !== columns.nodeVersion) {
      return undefined;
    }
    return this.#isOrdinary(pod) ? failure.decision : undefined;
  }

  /** Nobody is nominated anywhere, so that equal pods fare equally. */
  #isOrdinary(pod: PodFacts): boolean {
    return this.#nominator.size === 0 && (pod.pod.status.nominatedNodeName ?? '') === '';
  }

  #fail(
    framework: Framework,
    profile: ColumnProfile,
    program: PodProgram,
    state: CycleScratch,
    pod: PodFacts,
  ): SchedulingDecision | undefined {
    const { snapshot } = this.#cache;
    const { columns } = this.#engine;
    const diagnosis = this.#search.refusals(profile.form, program, this.#cursor, pod);
    if (diagnosis === undefined) return undefined;
    const nobodyToEvict = profile.knowsPostFilter && snapshot.lowestPriority >= (pod.pod.spec.priority ?? 0);
    if (nobodyToEvict) prepareIdle(framework, state, pod);
    else framework.runPreFilter(state, pod);
    const decision = unschedulableDecision(framework, snapshot, state, pod, diagnosis);
    if (nobodyToEvict && this.#isOrdinary(pod)) {
      program.failure = { stamp: columns.stamp, nodeVersion: columns.nodeVersion, decision };
    }
    return decision;
  }
}

/** PostFilter plugins look for the state of their own PreFilter, whatever the others left. */
function prepareIdle(framework: Framework, state: CycleScratch, pod: PodFacts): void {
  for (const plugin of framework.plugins.postFilter) {
    const { preFilter } = plugin as Partial<PreFilterPlugin>;
    if (preFilter !== undefined) preFilter.call(plugin, state, pod, []);
  }
}

import { ColumnEngine } from '../../src/policies/scheduling/columns/column-engine.ts';
import { ColumnSearch } from '../../src/policies/scheduling/columns/column-search.ts';
import { PodPrograms } from '../../src/policies/scheduling/columns/pod-program.ts';
import { profileForm } from '../../src/policies/scheduling/columns/profile-form.ts';
import { CycleScratch } from '../../src/policies/scheduling/framework/cycle-state.ts';
import type { ProfilePlugins } from '../../src/policies/scheduling/framework/extension-points.ts';
import type { SearchCursor } from '../../src/policies/scheduling/framework/find-nodes.ts';
import type { Framework } from '../../src/policies/scheduling/framework/framework.ts';
import type { NodeState } from '../../src/policies/scheduling/framework/node-info.ts';
import type { PodFacts } from '../../src/policies/scheduling/framework/pod-info.ts';
import type { FrameworkPolicy } from '../../src/policies/scheduling/framework/scheduling-policy.ts';
import type { Plugin } from '../../src/sim/policy-api/scheduling.ts';

export interface ColumnPlacement {
  readonly node: NodeState;
  readonly evaluated: number;
  /** In the order found. */
  readonly feasible: readonly NodeState[];
  /** `undefined` when one node was found, which is then not scored. */
  readonly totals: readonly number[] | undefined;
}

/** Searches that want as many nodes go by blocks of them: few enough for recorded clusters to go either way. */
const BLOCKS_FROM = 16;

/** How many placements of whole profiles the column form has decided, over all cases. */
export const decidedByColumns = { placements: 0 };

/**
 * The column form of a scheduler's profiles. A profile or a pod that has none goes the plain way: `undefined` then. The
 * column form decides for all plugins of a profile at once; what a single plugin says is seen through a profile that has
 * only this one.
 */
export class ColumnForm {
  readonly #policy: FrameworkPolicy;
  readonly #engine: ColumnEngine;
  /** Walks node by node, so that what it found can be looked at. */
  readonly #search: ColumnSearch;
  /** As a scheduler searches: by blocks where many nodes are wanted. */
  readonly #byBlocks: ColumnSearch;
  readonly #programs = new WeakMap<ProfilePlugins, PodPrograms | null>();

  constructor(policy: FrameworkPolicy) {
    const { observer, snapshot } = policy.cache;
    if (!(observer instanceof ColumnEngine)) throw new TypeError('the policy has no columns');
    this.#policy = policy;
    this.#engine = observer;
    this.#search = new ColumnSearch(observer.columns, snapshot, policy.nominator, Infinity);
    this.#byBlocks = new ColumnSearch(observer.columns, snapshot, policy.nominator, BLOCKS_FROM);
  }

  /** One search; `undefined`: the plain way, or no node was found and the cursor stays as it was. */
  place(
    framework: Framework,
    plugins: ProfilePlugins,
    cursor: SearchCursor,
    pod: PodFacts,
  ): ColumnPlacement | undefined {
    const program = this.#programsOf(framework, plugins)?.of(pod);
    if (program === undefined) return undefined;
    const byBlocks = this.#byBlocks.place(framework, program, { ...cursor }, new CycleScratch(), pod);
    const placed = this.#search.place(framework, program, cursor, new CycleScratch(), pod);
    if (byBlocks?.node !== placed?.node || byBlocks?.evaluated !== placed?.evaluated) {
      throw new Error(`the search by blocks finds ${byBlocks?.node.name}, the walk ${placed?.node.name}`);
    }
    if (placed === undefined) return undefined;
    if (plugins === framework.plugins) decidedByColumns.placements++;
    if (pod.pod.status.nominatedNodeName === placed.node.name && placed.evaluated === 1) {
      return { ...placed, feasible: [placed.node], totals: undefined };
    }
    const { nodes, totals } = this.#search.lastFound();
    return { ...placed, feasible: nodes, totals: nodes.length < 2 ? undefined : totals };
  }

  /** Whether pods of this kind are decided over columns. */
  has(framework: Framework, pod: PodFacts): boolean {
    return this.#programsOf(framework, framework.plugins)?.of(pod) !== undefined;
  }

  /**
   * Names of the nodes that one Filter plugin takes by its column form. Where pods are nominated, the search asks the
   * plain plugins of the whole profile: `undefined` then.
   */
  takenBy(framework: Framework, plugin: Plugin, pod: PodFacts): ReadonlySet<string> | undefined {
    if (this.#policy.nominator.size > 0 || pod.pod.status.nominatedNodeName !== undefined) return undefined;
    const { plugins } = framework;
    const scoring = plugins.score.find(({ plugin: one }) => !('preScore' in one));
    if (scoring === undefined) return undefined;
    const alone: ProfilePlugins = {
      ...plugins,
      preFilter: plugins.preFilter.filter((one) => (one as Plugin) === plugin),
      filter: plugins.filter.filter((one) => (one as Plugin) === plugin),
      preScore: [],
      score: [scoring],
    };
    const program = this.#programsOf(framework, alone)?.of(pod);
    if (program === undefined) return undefined;
    // All nodes, and a framework that is asked for nothing else, since nobody is nominated.
    const everywhere = { percentageOfNodesToScore: 100 } as Framework;
    const placed = this.#search.place(everywhere, program, { nextStartNodeIndex: 0 }, new CycleScratch(), pod);
    return new Set(placed === undefined ? [] : this.#search.lastFound().nodes.map((node) => node.name));
  }

  /** The normalised scores of one plugin by its column form, on the nodes that the whole profile finds feasible. */
  scoresOf(
    framework: Framework,
    plugin: Plugin,
    cursor: SearchCursor,
    pod: PodFacts,
  ): ReadonlyMap<string, number> | undefined {
    const { plugins } = framework;
    const alone: ProfilePlugins = {
      ...plugins,
      preScore: plugins.preScore.filter((one) => (one as Plugin) === plugin),
      score: plugins.score.filter((one) => (one.plugin as Plugin) === plugin).map((one) => ({ ...one, weight: 1 })),
    };
    const placed = this.place(framework, alone, { ...cursor }, pod);
    if (placed?.totals === undefined) return undefined;
    return new Map(placed.feasible.map((node, i) => [node.name, placed.totals![i]!]));
  }

  #programsOf(framework: Framework, plugins: ProfilePlugins): PodPrograms | undefined {
    let programs = this.#programs.get(plugins);
    if (programs === undefined) {
      const form = profileForm(plugins);
      const { columns, index } = this.#engine;
      programs = form === undefined ? null : new PodPrograms(columns, index, form, framework.handle('columns'));
      this.#programs.set(plugins, programs);
    }
    return programs ?? undefined;
  }
}

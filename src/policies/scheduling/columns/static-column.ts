import type {
  CycleState,
  FilterPlugin,
  PodInfo,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, type Status } from '../../../sim/policy-api/status.ts';
import { CycleScratch } from '../framework/cycle-state.ts';
import type { NodeColumns } from './node-columns.ts';

/** A Score plugin whose raw score hangs on the node object alone, and how it is normalised. */
export interface StaticScore {
  readonly plugin: ScorePlugin & Partial<PreScorePlugin>;
  readonly weight: number;
  /** The highest raw score counts 100; reversed, 0 does. */
  readonly reverse: boolean;
}

/** The plugins of a profile that look at nothing but the node object and the pod's template. */
export interface StaticPlugins {
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly StaticScore[];
}

/** Nodes that are alike to the pod: the raw score of each Score plugin. */
export interface StaticGroup {
  readonly raw: readonly number[];
}

/**
 * What the plugins that look only at the node object say of each node, for pods of one template: refused, or which group
 * of nodes it belongs to. Taints, labels and names change seldom, so an entry lives long.
 */
export class StaticColumn {
  /** By slot: the group, or a negative number for a node that is refused. */
  group: Int16Array;
  readonly groups: StaticGroup[] = [];
  /** Score plugins that PreScore did not skip. */
  readonly scores: readonly StaticScore[];
  readonly #columns: NodeColumns;
  readonly #filters: readonly FilterPlugin[];
  readonly #pod: PodInfo;
  readonly #state: CycleState;
  readonly #ids = new Map<string, number>();
  #stamps: Int32Array;
  #version = -1;

  constructor(columns: NodeColumns, plugins: StaticPlugins, pod: PodInfo, state: CycleScratch) {
    this.#columns = columns;
    this.#filters = plugins.filters;
    this.#pod = pod;
    this.#state = state;
    this.scores = plugins.scores.filter(({ plugin }) => !state.skipScore.has(plugin.name));
    this.group = new Int16Array(columns.capacity);
    this.#stamps = new Int32Array(columns.capacity);
  }

  /** Brings the entries of changed nodes up to date. */
  refresh(): void {
    const columns = this.#columns;
    if (this.#version === columns.nodeVersion) return;
    this.#version = columns.nodeVersion;
    if (this.group.length < columns.capacity) {
      const group = new Int16Array(columns.capacity);
      group.set(this.group);
      this.group = group;
      const stamps = new Int32Array(columns.capacity);
      stamps.set(this.#stamps);
      this.#stamps = stamps;
    }
    for (let slot = 0; slot < columns.size; slot++) {
      if (this.#stamps[slot] === columns.nodeStamp[slot]) continue;
      this.#stamps[slot] = columns.nodeStamp[slot]!;
      this.group[slot] = this.#groupOf(slot);
    }
  }

  #groupOf(slot: number): number {
    const node = this.#columns.nodes[slot];
    if (node === undefined) return -1;
    for (const filter of this.#filters) if (filter.filter(this.#state, this.#pod, node) !== undefined) return -1;
    const raw = this.scores.map(({ plugin }) => plugin.score(this.#state, this.#pod, node));
    const key = raw.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.groups.length;
      this.#ids.set(key, id);
      this.groups.push({ raw });
    }
    return id;
  }
}

/** Runs the PreScore of static plugins; an error means that the pod must go the plain way. */
export function prepareStatic(plugins: StaticPlugins, pod: PodInfo): CycleScratch | undefined {
  const state = new CycleScratch();
  for (const { plugin } of plugins.scores) {
    const status: Status | undefined = plugin.preScore?.(state, pod, []);
    if (status === undefined) continue;
    if (status.code !== Code.Skip) return undefined;
    state.skipScore.add(plugin.name);
  }
  return state;
}

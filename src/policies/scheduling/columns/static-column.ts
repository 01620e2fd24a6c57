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
import { StaticTotals } from './static-totals.ts';
import { MOST_GROUPS_IN_CELL } from './cell-layout.ts';

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

/** A plugin that refuses nodes for one reason. */
export interface StaticRefusal {
  readonly plugin: FilterPlugin;
  readonly status: Status;
}

/**
 * What the plugins that look only at the node object say of each node, for pods of one template: refused, or which group
 * of nodes it belongs to. Taints, labels and names change seldom, so an entry lives long.
 */
export class StaticColumn {
  /** By slot: the group, or a negative number for a node that is refused. */
  group: Int16Array;
  readonly groups: StaticGroup[] = [];
  /** Who refuses a node, and how: `refusals[-1 - group]`. */
  readonly refusals: StaticRefusal[] = [];
  /** There are more groups than a verdict can name: pods of this kind must go the plain way. */
  overflowed = false;
  /** Score plugins that PreScore did not skip. */
  readonly scores: readonly StaticScore[];
  readonly totals: StaticTotals;
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
    this.totals = new StaticTotals(this.groups, this.scores);
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
    if (node === undefined) return FREE_ROW;
    for (const plugin of this.#filters) {
      const status = plugin.filter(this.#state, this.#pod, node);
      if (status !== undefined) return this.#refusal(plugin, status);
    }
    const raw = this.scores.map(({ plugin }) => plugin.score(this.#state, this.#pod, node));
    const key = raw.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.groups.length;
      if (id > MOST_GROUPS_IN_CELL) {
        this.overflowed = true;
        return 0;
      }
      this.#ids.set(key, id);
      this.groups.push({ raw });
    }
    return id;
  }

  #refusal(plugin: FilterPlugin, status: Status): number {
    const { code, reasons } = status;
    let id = this.refusals.findIndex(
      (one) => one.plugin === plugin && one.status.code === code && sameTexts(one.status.reasons, reasons),
    );
    if (id < 0) id = this.refusals.push({ plugin, status: { code, reasons, plugin: plugin.name } }) - 1;
    return -1 - id;
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

/** A row without a node: nothing is in the order that has it. */
const FREE_ROW = -32768;

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

import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import type { CycleScratch } from '../framework/cycle-state.ts';
import { Diagnosis } from '../framework/fit-error.ts';
import type { SearchCursor } from '../framework/find-nodes.ts';
import type { Framework } from '../framework/framework.ts';
import type { NodeState } from '../framework/node-info.ts';
import type { Nominator } from '../framework/nominator.ts';
import { numFeasibleNodesToFind } from '../framework/num-feasible-nodes.ts';
import type { NodeSnapshot } from '../framework/snapshot.ts';
import { MOST_GROUPS } from './block-index.ts';
import { BlockSearch } from './block-search.ts';
import { ColumnRefusals } from './column-refusals.ts';
import type { ImageColumn } from './image-column.ts';
import { MARKS, USAGE_STAMP, type NodeColumns } from './node-columns.ts';
import type { ProfileForm } from './profile-form.ts';
import type { PodProgram } from './pod-program.ts';
import { preOrderRanks } from './pre-order-ranks.ts';
import { StaticTotals } from './static-totals.ts';
import { NO_ROOM } from './usage-column.ts';

export interface ColumnPlacement {
  readonly node: NodeState;
  readonly evaluated: number;
}

/**
 * HOT. The search for nodes and the choice among them, over columns: the same nodes in the same order, the same totals and
 * the same winner as `findNodesThatFit` and `runScore` give. Invariant and guards: the property tests of plain against
 * columns, and the placement hashes of bench/placement.
 */
export class ColumnSearch {
  readonly #columns: NodeColumns;
  readonly #snapshot: NodeSnapshot;
  readonly #nominator: Nominator;
  #found = new Int32Array(0);
  #totals = new Float64Array(0);
  #groups = new Int16Array(0);
  readonly #statics = new StaticTotals();
  readonly #blocks: BlockSearch;
  readonly #blocksFrom: number;
  /** Slots with pods nominated to them that this pod must reckon with; by slot. */
  readonly #contested = new Set<number>();

  /** A search that wants `blocksFrom` nodes or more goes by blocks where it can. */
  constructor(columns: NodeColumns, snapshot: NodeSnapshot, nominator: Nominator, blocksFrom = 1024) {
    this.#columns = columns;
    this.#blocks = new BlockSearch(columns);
    this.#blocksFrom = blocksFrom;
    this.#snapshot = snapshot;
    this.#nominator = nominator;
  }

  /** `undefined`: no node takes the pod; the cursor has not moved. An error of a plugin on a contested node is thrown. */
  place(
    framework: Framework,
    program: PodProgram,
    cursor: SearchCursor,
    state: CycleScratch,
    pod: PodInfo,
  ): ColumnPlacement | undefined {
    const columns = this.#columns;
    const nodes = columns.order.length;
    if (this.#found.length < nodes) this.#reserve(nodes);
    program.statics.refresh();
    program.usage.reserve();
    program.hardSpread?.prepare();
    if (columns.anyImages) program.images?.prepare();
    const affinityFilters = program.affinity?.prepare() === true;
    const plain = this.#contest(framework, state, pod);

    const nominated = pod.pod.status.nominatedNodeName ?? '';
    let failedNominated: NodeState | undefined;
    if (nominated !== '') {
      const node = this.#snapshot.get(nominated);
      if (node !== undefined) {
        if (this.#takes(program, affinityFilters, node.slot, plain)) return { node, evaluated: 1 };
        failedNominated = node;
      }
    }

    const { order } = columns;
    const start = cursor.nextStartNodeIndex;
    let candidates: Int32Array = order;
    if (program.nodeNames !== undefined) candidates = this.#named(program.nodeNames);
    const total = candidates.length;
    if (total === 0) return undefined;
    const wanted = numFeasibleNodesToFind(total, framework.percentageOfNodesToScore);
    const isSimple =
      program.ports.length === 0 && program.hardSpread === undefined && !affinityFilters && plain === undefined;
    if (isSimple && wanted >= this.#blocksFrom && program.nodeNames === undefined && this.#goesByBlocks(program)) {
      this.#byBlocks = { program, start: start % total, wanted };
      const choice = this.#blocks.search(program, start % total, wanted);
      if (choice === undefined) return undefined;
      const passed = choice.walked + this.#unmet(failedNominated, start % total, choice.walked, order);
      cursor.nextStartNodeIndex = (start + passed) % nodes;
      return { node: columns.nodes[choice.slot]!, evaluated: passed };
    }
    this.#byBlocks = undefined;
    const walked = isSimple
      ? this.#walk(program, candidates, start % total, wanted)
      : this.#walkAll(program, affinityFilters, candidates, start % total, wanted, plain);
    const count = this.#count;
    if (count === 0) return undefined;
    const passed = walked + this.#unmet(failedNominated, start % total, walked, candidates);
    cursor.nextStartNodeIndex = (start + passed) % nodes;
    const chosen = count === 1 ? 0 : this.#choose(program, count);
    return { node: columns.nodes[this.#found[chosen]!]!, evaluated: passed };
  }

  /** Room and node object alone give a node its total. */
  #goesByBlocks({ softSpread, affinity, images, statics }: PodProgram): boolean {
    if (softSpread !== undefined || affinity?.hasScores === true) return false;
    return !(this.#columns.anyImages && images !== undefined) && statics.groups.length <= MOST_GROUPS;
  }

  /** The nominated node, refused beforehand, counts as looked at even where the search ended before it. */
  #unmet(nominated: NodeState | undefined, start: number, walked: number, candidates: Int32Array): 0 | 1 {
    if (nominated === undefined) return 0;
    const at = candidates.indexOf(nominated.slot);
    const distance = at < 0 ? Infinity : (at - start + candidates.length) % candidates.length;
    return distance >= walked ? 1 : 0;
  }

  /** The last search, where it went by blocks and found no list of nodes. */
  #byBlocks: { readonly program: PodProgram; readonly start: number; readonly wanted: number } | undefined;

  /** Of the last walk: how many were found, and which groups of nodes they are of, modulo 32. */
  #count = 0;
  #groupMask = 0;

  /** What the last search found, in order, and how it added up; one node alone is not scored. For inspection only. */
  lastFound(): { readonly nodes: readonly NodeState[]; readonly totals: readonly number[] } {
    if (this.#byBlocks !== undefined) {
      const { program, start, wanted } = this.#byBlocks;
      this.#walk(program, this.#columns.order, start, wanted);
      this.#staticAddends(program, this.#count);
    }
    const slots = [...this.#found.subarray(0, this.#count)];
    return {
      nodes: slots.map((slot) => this.#columns.nodes[slot]!),
      totals: slots.map((_, j) => this.#totals[j]! + this.#statics.addends[this.#groups[j]!]!),
    };
  }

  /**
   * Why `place` has found nothing, for the same program and before anything else has changed; the cursor stays where it
   * was, since every node was passed. `undefined`: only the plain way can say.
   */
  refusals(form: ProfileForm, program: PodProgram, cursor: SearchCursor, pod: PodInfo): Diagnosis | undefined {
    const nominated = pod.pod.status.nominatedNodeName ?? '';
    if (program.nodeNames !== undefined || nominated !== '' || this.#nominator.size > 0) return undefined;
    const affinityFilters = program.affinity?.prepare() === true;
    const start = cursor.nextStartNodeIndex % this.#columns.order.length;
    const statuses = new ColumnRefusals(this.#snapshot, this.#columns, form, program, affinityFilters, start);
    const diagnosis = new Diagnosis(statuses);
    for (const [status] of statuses.tally()) diagnosis.addRejector(status);
    cursor.nextStartNodeIndex = start;
    return diagnosis;
  }

  #reserve(nodes: number): void {
    this.#found = new Int32Array(2 * nodes);
    this.#totals = new Float64Array(2 * nodes);
    this.#groups = new Int16Array(2 * nodes);
  }

  /** Room and node object alone decide. Returns how many candidates were passed. */
  #walk(program: PodProgram, candidates: Int32Array, start: number, wanted: number): number {
    const { usage } = program;
    const { entries } = usage;
    const { group } = program.statics;
    const { marks } = this.#columns;
    const found = this.#found;
    const totals = this.#totals;
    const groups = this.#groups;
    const total = candidates.length;
    let count = 0;
    let mask = 0;
    let at = start;
    let i = 0;
    for (; i < total; i++) {
      const slot = candidates[at]!;
      if (++at === total) at = 0;
      const g = group[slot]!;
      if (g < 0) continue;
      const value = entries[2 * slot] === marks[slot * MARKS + USAGE_STAMP] ? entries[2 * slot + 1]! : usage.at(slot);
      if (value === NO_ROOM) continue;
      if (count === wanted) break;
      found[count] = slot;
      totals[count] = value;
      groups[count] = g;
      mask |= 1 << g;
      count++;
    }
    this.#count = count;
    this.#groupMask = mask;
    return i;
  }

  #walkAll(
    program: PodProgram,
    affinityFilters: boolean,
    candidates: Int32Array,
    start: number,
    wanted: number,
    plain: ((node: NodeState) => boolean) | undefined,
  ): number {
    const { group } = program.statics;
    const total = candidates.length;
    let count = 0;
    let mask = 0;
    let at = start;
    let i = 0;
    for (; i < total; i++) {
      const slot = candidates[at]!;
      if (++at === total) at = 0;
      if (!this.#takes(program, affinityFilters, slot, plain)) continue;
      if (count === wanted) break;
      this.#found[count] = slot;
      this.#totals[count] = program.usage.at(slot);
      this.#groups[count] = group[slot]!;
      mask |= 1 << group[slot]!;
      count++;
    }
    this.#count = count;
    this.#groupMask = mask;
    return i;
  }

  #takes(
    program: PodProgram,
    affinityFilters: boolean,
    slot: number,
    plain: ((node: NodeState) => boolean) | undefined,
  ): boolean {
    if (program.statics.group[slot]! < 0) return false;
    if (program.usage.at(slot) === NO_ROOM) return false;
    if (program.hardSpread !== undefined && !program.hardSpread.allows(slot)) return false;
    if (affinityFilters && !program.affinity!.allows(slot)) return false;
    const { ports } = program;
    for (let i = 0; i < ports.length; i++) if (this.#columns.nodes[slot]!.usesPort(ports[i]!)) return false;
    return plain === undefined || !this.#contested.has(slot) || plain(this.#columns.nodes[slot]!);
  }

  /**
   * Nodes to which pods of no lower priority are nominated are asked the plain way, with those pods counted as well. The
   * result asks a node; `undefined`: there is none.
   */
  #contest(framework: Framework, state: CycleScratch, pod: PodInfo): ((node: NodeState) => boolean) | undefined {
    if (this.#nominator.size === 0) return undefined;
    const { uid } = pod.pod.metadata;
    const priority = pod.pod.spec.priority ?? 0;
    this.#contested.clear();
    for (const [nodeName, pods] of this.#nominator.byNode()) {
      const counts = pods.some((one) => one.pod.metadata.uid !== uid && (one.pod.spec.priority ?? 0) >= priority);
      const slot = counts ? this.#snapshot.get(nodeName)?.slot : undefined;
      if (slot !== undefined) this.#contested.add(slot);
    }
    if (this.#contested.size === 0) return undefined;
    let prepared = false;
    return (node) => {
      if (!prepared) framework.runPreFilter(state, pod);
      prepared = true;
      const status = framework.runFilterWithNominated(state, pod, node);
      if (status?.code === Code.Error) throw new Error(status.reasons.join(', '));
      return status === undefined;
    };
  }

  #named(names: ReadonlySet<string>): Int32Array {
    const slots: number[] = [];
    for (const name of names) {
      const node = this.#snapshot.get(name);
      if (node !== undefined) slots.push(node.slot);
    }
    const { position } = this.#columns;
    return Int32Array.from(slots.sort((a, b) => position[a]! - position[b]!));
  }

  /** The index of the winner among the found: the highest total, and of equal ones the first in heap pre-order. */
  #choose(program: PodProgram, count: number): number {
    const totals = this.#totals;
    const addends = this.#staticAddends(program, count);
    const groups = this.#groups;
    const images = this.#columns.anyImages ? program.images : undefined;
    const { softSpread, affinity } = program;
    if (images !== undefined || softSpread !== undefined || affinity?.hasScores === true) {
      for (let j = 0; j < count; j++) totals[j]! += addends[groups[j]!]!;
      addends.fill(0);
      if (images !== undefined) this.#addImages(images, program.imageWeight, count);
      softSpread?.addTo(totals, this.#found, count);
      affinity?.addTo(totals, this.#found, count);
    }
    const ranks = preOrderRanks(count);
    let chosen = 0;
    let best = -Infinity;
    let rank = 0;
    for (let j = 0; j < count; j++) {
      const total = totals[j]! + addends[groups[j]!]!;
      if (total < best || (total === best && ranks[j]! > rank)) continue;
      best = total;
      rank = ranks[j]!;
      chosen = j;
    }
    return chosen;
  }

  #addImages(images: ImageColumn, weight: number, count: number): void {
    for (let j = 0; j < count; j++) this.#totals[j]! += weight * images.at(this.#found[j]!);
  }

  /** By group of nodes: what it adds to a total. */
  #staticAddends(program: PodProgram, count: number): Float64Array {
    const { statics } = program;
    const groups = statics.groups.length;
    const totals = this.#statics;
    totals.reserve(groups);
    if (groups <= MOST_GROUPS) {
      totals.presentByMask(groups, this.#groupMask);
    } else {
      totals.present.fill(0, 0, groups);
      const ids = this.#groups;
      for (let j = 0; j < count; j++) totals.present[ids[j]!] = 1;
    }
    totals.sumUp(statics);
    return totals.addends;
  }
}

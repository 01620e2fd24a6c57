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
import { CellWalk } from './cell-walk.ts';
import { ColumnRefusals } from './column-refusals.ts';
import type { ImageColumn } from './image-column.ts';
import type { NodeColumns } from './node-columns.ts';
import type { ProfileForm } from './profile-form.ts';
import type { PodProgram } from './pod-program.ts';
import { preOrderRanks } from './pre-order-ranks.ts';
import { MOST_MASKED_GROUPS } from './static-totals.ts';
import { TreeSearch } from './tree-search.ts';
import * as layout from './cell-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const { REFUSED, VALUE_BITS, VALUE_MASK } = layout;

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
  readonly #walk = new CellWalk();
  readonly #tree: TreeSearch;
  readonly #treeFrom: number;
  /** Slots with pods nominated to them that this pod must reckon with; by slot. */
  readonly #contested = new Set<number>();

  /** A search that wants `treeFrom` nodes or more goes by stretches of nodes where it can. */
  constructor(columns: NodeColumns, snapshot: NodeSnapshot, nominator: Nominator, treeFrom = 1024) {
    this.#columns = columns;
    this.#tree = new TreeSearch(columns);
    this.#treeFrom = treeFrom;
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
    program.verdicts.prepare();
    if (program.statics.overflowed) return undefined;
    program.hardSpread?.prepare();
    if (columns.anyImages) program.images?.prepare();
    const affinityFilters = program.affinity?.prepare() === true;
    const plain = this.#contest(framework, state, pod);

    const nominated = pod.pod.status.nominatedNodeName ?? '';
    let failedNominated: NodeState | undefined;
    if (nominated !== '') {
      const node = this.#snapshot.get(nominated);
      if (node !== undefined) {
        const place = columns.position[node.slot]!;
        if (this.#takes(program, affinityFilters, place, plain) >= 0) return { node, evaluated: 1 };
        failedNominated = node;
      }
    }

    // Places in the order; `undefined`: all of them.
    const named = program.nodeNames === undefined ? undefined : this.#placesOf(program.nodeNames);
    const total = named === undefined ? nodes : named.length;
    if (total === 0) return undefined;
    const start = cursor.nextStartNodeIndex % total;
    const wanted = numFeasibleNodesToFind(total, framework.percentageOfNodesToScore);
    const filtersByCells =
      program.ports.length === 0 &&
      program.hardSpread === undefined &&
      !affinityFilters &&
      plain === undefined &&
      named === undefined;
    const choosesByCells = filtersByCells && this.#scoresByCells(program);
    this.#last = { program, start, walked: 0, listed: !choosesByCells };
    let place: number;
    let walked: number;
    if (choosesByCells && wanted >= this.#treeFrom) {
      const choice = this.#tree.search(program, start, wanted);
      if (choice === undefined) return undefined;
      ({ place, walked } = choice);
    } else if (choosesByCells) {
      walked = this.#walk.search(program, start, wanted);
      ({ place } = this.#walk);
      if (place < 0) return undefined;
    } else {
      walked = filtersByCells
        ? this.#walk.search(program, start, wanted)
        : this.#walkAll(program, affinityFilters, named, start, wanted, plain);
      if (filtersByCells) this.#list(program, start, walked);
      if (this.#count === 0) return undefined;
      place = columns.position[this.#found[this.#choose(program, this.#count)]!]!;
    }
    this.#last.walked = walked;
    const passed = walked + this.#unmet(failedNominated, start, walked, named);
    cursor.nextStartNodeIndex = (cursor.nextStartNodeIndex + passed) % nodes;
    return { node: columns.nodes[columns.order[place]!]!, evaluated: passed };
  }

  /** What cells say is all there is to a total. */
  #scoresByCells({ softSpread, affinity, images, statics }: PodProgram): boolean {
    if (softSpread !== undefined || affinity?.hasScores === true) return false;
    return !(this.#columns.anyImages && images !== undefined) && statics.groups.length <= MOST_MASKED_GROUPS;
  }

  /** The nominated node, refused beforehand, counts as looked at even where the search ended before it. */
  #unmet(nominated: NodeState | undefined, start: number, walked: number, named: Int32Array | undefined): 0 | 1 {
    if (nominated === undefined) return 0;
    const place = this.#columns.position[nominated.slot]!;
    const at = named === undefined ? place : named.indexOf(place);
    const total = named === undefined ? this.#columns.order.length : named.length;
    const distance = at < 0 ? Infinity : (at - start + total) % total;
    return distance >= walked ? 1 : 0;
  }

  /** Of the last list: how many nodes, and which groups they are of, modulo 32. */
  #count = 0;
  #groupMask = 0;
  /** The last search; `listed`: what it found stands in the list. */
  #last: { program: PodProgram; start: number; walked: number; listed: boolean } | undefined;

  /** What the last search found, in order, and how it added up; one node alone is not scored. For inspection only. */
  lastFound(): { readonly nodes: readonly NodeState[]; readonly totals: readonly number[] } {
    const last = this.#last;
    if (last !== undefined && !last.listed) {
      // A search by stretches has not looked at every cell.
      for (let place = 0; place < this.#columns.order.length; place++) last.program.verdicts.at(place);
      this.#list(last.program, last.start, last.walked);
      this.#addStatics(last.program, this.#count);
    }
    const slots = [...this.#found.subarray(0, this.#count)];
    return {
      nodes: slots.map((slot) => this.#columns.nodes[slot]!),
      totals: [...this.#totals.subarray(0, this.#count)],
    };
  }

  /**
   * Why `place` has found nothing, for the same program and before anything else has changed; the cursor stays where it
   * was, since every node was passed. `undefined`: only the plain way can say.
   */
  refusals(form: ProfileForm, program: PodProgram, cursor: SearchCursor, pod: PodInfo): Diagnosis | undefined {
    const nominated = pod.pod.status.nominatedNodeName ?? '';
    if (program.nodeNames !== undefined || nominated !== '' || this.#nominator.size > 0) return undefined;
    if (program.statics.overflowed) return undefined;
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

  /** Lists what a walk has found: slots, values and groups, in order. */
  #list({ verdicts }: PodProgram, start: number, walked: number): void {
    const { order } = this.#columns;
    let count = 0;
    let mask = 0;
    for (let i = 0; i < walked; i++) {
      const at = start + i < order.length ? start + i : start + i - order.length;
      const cell = verdicts.cells[at]!;
      if (cell < 0) continue;
      this.#found[count] = order[at]!;
      this.#totals[count] = cell & VALUE_MASK;
      this.#groups[count] = cell >> VALUE_BITS;
      mask |= 1 << (cell >> VALUE_BITS);
      count++;
    }
    this.#count = count;
    this.#groupMask = mask;
  }

  #walkAll(
    program: PodProgram,
    affinityFilters: boolean,
    named: Int32Array | undefined,
    start: number,
    wanted: number,
    plain: ((node: NodeState) => boolean) | undefined,
  ): number {
    const { order } = this.#columns;
    const total = named === undefined ? order.length : named.length;
    let count = 0;
    let mask = 0;
    let at = start;
    let i = 0;
    for (; i < total; i++) {
      const place = named === undefined ? at : named[at]!;
      if (++at === total) at = 0;
      const cell = this.#takes(program, affinityFilters, place, plain);
      if (cell < 0) continue;
      if (count === wanted) break;
      const group = cell >> VALUE_BITS;
      this.#found[count] = order[place]!;
      this.#totals[count] = cell & VALUE_MASK;
      this.#groups[count] = group;
      mask |= 1 << group;
      count++;
    }
    this.#count = count;
    this.#groupMask = mask;
    return i;
  }

  /** The cell of a node that every Filter passes; negative for any other. */
  #takes(
    program: PodProgram,
    affinityFilters: boolean,
    place: number,
    plain: ((node: NodeState) => boolean) | undefined,
  ): number {
    const cell = program.verdicts.at(place);
    if (cell < 0) return REFUSED;
    const slot = this.#columns.order[place]!;
    if (program.hardSpread !== undefined && !program.hardSpread.allows(slot)) return REFUSED;
    if (affinityFilters && !program.affinity!.allows(slot)) return REFUSED;
    const { ports } = program;
    for (let i = 0; i < ports.length; i++) if (this.#columns.nodes[slot]!.usesPort(ports[i]!)) return REFUSED;
    if (plain === undefined || !this.#contested.has(slot)) return cell;
    return plain(this.#columns.nodes[slot]!) ? cell : REFUSED;
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

  #placesOf(names: ReadonlySet<string>): Int32Array {
    const places: number[] = [];
    for (const name of names) {
      const node = this.#snapshot.get(name);
      if (node !== undefined) places.push(this.#columns.position[node.slot]!);
    }
    return Int32Array.from(places.sort((a, b) => a - b));
  }

  /** The index of the winner among the listed. */
  #choose(program: PodProgram, count: number): number {
    if (count === 1) return 0;
    const totals = this.#totals;
    this.#addStatics(program, count);
    const { images, softSpread, affinity } = program;
    if (images !== undefined && this.#columns.anyImages) this.#addImages(images, program.imageWeight, count);
    softSpread?.addTo(totals, this.#found, count);
    affinity?.addTo(totals, this.#found, count);
    const ranks = preOrderRanks(count);
    let chosen = 0;
    let best = -Infinity;
    let rank = 0;
    for (let j = 0; j < count; j++) {
      const total = totals[j]!;
      if (total > best || (total === best && ranks[j]! < rank)) {
        best = total;
        rank = ranks[j]!;
        chosen = j;
      }
    }
    return chosen;
  }

  #addImages(images: ImageColumn, weight: number, count: number): void {
    for (let j = 0; j < count; j++) this.#totals[j]! += weight * images.at(this.#found[j]!);
  }

  /** Adds what the groups of nodes add. */
  #addStatics({ statics }: PodProgram, count: number): void {
    const totals = this.#totals;
    const groups = this.#groups;
    const addends =
      statics.groups.length <= MOST_MASKED_GROUPS
        ? statics.totals.ofMask(this.#groupMask)
        : statics.totals.ofList(groups, count);
    for (let j = 0; j < count; j++) totals[j]! += addends[groups[j]!]!;
  }
}

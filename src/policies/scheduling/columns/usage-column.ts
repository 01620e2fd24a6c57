import { containerRequestsForScoring } from '../../../sim/api/pod-requests.ts';
import type { PodInfo, Resources } from '../../../sim/policy-api/scheduling.ts';
import type { ResourceScore } from '../plugins/fit-score.ts';
import { roundHalfAway } from '../plugins/multiply-divide.ts';
import { balance, type NodeResourcesBalancedAllocation } from '../plugins/node-resources-balanced-allocation.ts';
import { asksForNothing, type NodeResourcesFit } from '../plugins/node-resources-fit.ts';
import { amountOf, isLeftOut } from '../plugins/resource-amounts.ts';
import { grownIntegers, type NodeColumns } from './node-columns.ts';

/** The plugins of a profile that look at what is in use on a node, with their weights. */
export interface UsagePlugins {
  /** As a filter. */
  readonly fit: NodeResourcesFit | undefined;
  readonly fitScore: { readonly plugin: NodeResourcesFit; readonly weight: number } | undefined;
  readonly balanced: { readonly plugin: NodeResourcesBalancedAllocation; readonly weight: number } | undefined;
}

/** The value of a node that the pod does not fit on. */
export const NO_ROOM = -1;

/** One resource that Filter compares. */
interface Need {
  readonly amount: number;
  readonly of: (columns: NodeColumns) => { readonly allocatable: Float64Array; readonly requested: Float64Array };
}

/** One resource that a score looks at. */
interface Part {
  readonly wanted: number;
  readonly weight: number;
  readonly allocatable: (columns: NodeColumns) => Float64Array;
  readonly used: (columns: NodeColumns) => Float64Array;
}

/**
 * HOT. What NodeResourcesFit and NodeResourcesBalancedAllocation say of each node for pods of one size: room or no room,
 * and the sum of the weighted scores, which need no normalisation.
 *
 * Invariant: an entry equals what the plain forms say, as long as its stamp is the row's. Guarded by bench/placement and
 * the property tests of plain against columns.
 */
export class UsageColumn {
  /** Pairs by slot: the stamp for which the value was computed, and the value. */
  entries: Int32Array;
  readonly #columns: NodeColumns;
  readonly #checksRoom: boolean;
  readonly #needs: readonly Need[];
  readonly #fitWeight: number;
  readonly #fitParts: readonly Part[];
  readonly #fitScore: ResourceScore;
  readonly #ignoresZero: boolean;
  readonly #balanceWeight: number;
  readonly #balanceParts: readonly Part[];

  constructor(columns: NodeColumns, plugins: UsagePlugins, pod: PodInfo) {
    this.#columns = columns;
    this.entries = new Int32Array(2 * columns.capacity);
    this.#checksRoom = plugins.fit !== undefined;
    this.#needs = plugins.fit === undefined ? [] : needsOf(plugins.fit, pod.specRequests);
    const fit = plugins.fitScore;
    this.#fitWeight = fit?.weight ?? 0;
    this.#fitScore = fit?.plugin.strategy.score ?? (() => 0);
    this.#ignoresZero = fit?.plugin.strategy.ignoresZero ?? false;
    const scoring = containerRequestsForScoring(pod.pod);
    this.#fitParts = (fit?.plugin.strategy.resources ?? [])
      .filter(({ name }) => !isLeftOut(name, amountOf(scoring, name)))
      .map(({ name, weight }) => part(name, weight, amountOf(scoring, name), 'nonZero'));
    const balanced = plugins.balanced?.plugin.resources ?? [];
    const asks = balanced.some(({ name }) => amountOf(pod.requests, name) !== 0);
    this.#balanceWeight = asks ? plugins.balanced!.weight : 0;
    this.#balanceParts = balanced
      .filter(({ name }) => !isLeftOut(name, amountOf(pod.requests, name)))
      .map(({ name }) => part(name, 1, amountOf(pod.requests, name), 'requested'));
  }

  /** Makes room for rows that came since. */
  reserve(): void {
    const wanted = 2 * this.#columns.capacity;
    if (this.entries.length < wanted) this.entries = grownIntegers(this.entries, wanted);
  }

  /** The value of a row, from memory where its stamp still holds. */
  at(slot: number): number {
    const { entries } = this;
    const stamp = this.#columns.usageStamp[slot]!;
    if (entries[2 * slot] === stamp) return entries[2 * slot + 1]!;
    const value = this.compute(slot);
    entries[2 * slot] = stamp;
    entries[2 * slot + 1] = value;
    return value;
  }

  compute(slot: number): number {
    if (this.#checksRoom && !this.#hasRoom(slot)) return NO_ROOM;
    let value = 0;
    if (this.#fitWeight > 0) value += this.#fitWeight * this.#fit(slot);
    if (this.#balanceWeight > 0) value += this.#balanceWeight * this.#balance(slot);
    return value;
  }

  #hasRoom(slot: number): boolean {
    const columns = this.#columns;
    if (columns.podCount[slot]! + 1 > columns.allocatablePods[slot]!) return false;
    const needs = this.#needs;
    for (let i = 0; i < needs.length; i++) {
      const { allocatable, requested } = needs[i]!.of(columns);
      if (needs[i]!.amount > allocatable[slot]! - requested[slot]!) return false;
    }
    return true;
  }

  #fit(slot: number): number {
    const parts = this.#fitParts;
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const allocatable = part.allocatable(this.#columns)[slot]!;
      if (allocatable === 0) continue;
      const score = this.#fitScore(part.used(this.#columns)[slot]! + part.wanted, allocatable);
      if (this.#ignoresZero && score <= 0) continue;
      sum += score * part.weight;
      weights += part.weight;
    }
    if (weights === 0) return 0;
    return this.#ignoresZero ? roundHalfAway(sum / weights) : Math.trunc(sum / weights);
  }

  #balance(slot: number): number {
    const parts = this.#balanceParts;
    const columns = this.#columns;
    if (parts.length === 2) {
      const a = parts[0]!;
      const b = parts[1]!;
      const haveA = a.allocatable(columns)[slot]!;
      const haveB = b.allocatable(columns)[slot]!;
      if (haveA !== 0 && haveB !== 0) {
        const usedA = a.used(columns)[slot]!;
        const usedB = b.used(columns)[slot]!;
        const before = evenness(Math.min(1, usedA / haveA), Math.min(1, usedB / haveB));
        const after = evenness(Math.min(1, (usedA + a.wanted) / haveA), Math.min(1, (usedB + b.wanted) / haveB));
        return 50 + Math.trunc((50 + after - before) / 2);
      }
    }
    const before: number[] = [];
    const after: number[] = [];
    for (const part of parts) {
      const have = part.allocatable(columns)[slot]!;
      if (have === 0) continue;
      const used = part.used(columns)[slot]!;
      before.push(Math.min(1, used / have));
      after.push(Math.min(1, (used + part.wanted) / have));
    }
    return 50 + Math.trunc((50 + balance(after) - balance(before)) / 2);
  }
}

/** `balance` of two fractions. */
function evenness(a: number, b: number): number {
  return Math.trunc((1 - Math.abs((a - b) / 2)) * 100);
}

function needsOf(fit: NodeResourcesFit, requests: Resources): Need[] {
  if (asksForNothing(requests)) return [];
  const needs: Need[] = [];
  if (requests.milliCpu > 0) needs.push({ amount: requests.milliCpu, of: (columns) => columns.cpu });
  if (requests.memoryBytes > 0) needs.push({ amount: requests.memoryBytes, of: (columns) => columns.memory });
  if (requests.ephemeralStorageBytes > 0) {
    needs.push({ amount: requests.ephemeralStorageBytes, of: (columns) => columns.ephemeralStorage });
  }
  for (const [name, amount] of requests.scalar) {
    if (amount !== 0 && !fit.ignores(name)) needs.push({ amount, of: (columns) => columns.scalar(name) });
  }
  return needs;
}

function part(name: string, weight: number, wanted: number, inUse: 'requested' | 'nonZero'): Part {
  switch (name) {
    case 'cpu':
      return {
        wanted,
        weight,
        allocatable: (columns) => columns.cpu.allocatable,
        used: (columns) => (inUse === 'nonZero' ? columns.nonZeroMilliCpu : columns.cpu.requested),
      };
    case 'memory':
      return {
        wanted,
        weight,
        allocatable: (columns) => columns.memory.allocatable,
        used: (columns) => (inUse === 'nonZero' ? columns.nonZeroMemoryBytes : columns.memory.requested),
      };
    case 'ephemeral-storage':
      return {
        wanted,
        weight,
        allocatable: (columns) => columns.ephemeralStorage.allocatable,
        used: (columns) => columns.ephemeralStorage.requested,
      };
    default:
      return {
        wanted,
        weight,
        allocatable: (columns) => columns.scalar(name).allocatable,
        used: (columns) => columns.scalar(name).requested,
      };
  }
}

/** Pods with the same key have the same column under the same plugins. */
export function usageKey(pod: PodInfo): string {
  const scoring = containerRequestsForScoring(pod.pod);
  return `${amounts(pod.specRequests)};${amounts(scoring)};${amounts(pod.requests)}`;
}

function amounts({ milliCpu, memoryBytes, ephemeralStorageBytes, scalar }: Resources): string {
  return `${milliCpu},${memoryBytes},${ephemeralStorageBytes},${JSON.stringify([...scalar])}`;
}

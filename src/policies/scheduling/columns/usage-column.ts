import { containerRequestsForScoring } from '../../../sim/api/pod-requests.ts';
import type { PodInfo, Resources } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import { leastAllocated, type ResourceScore } from '../plugins/fit-score.ts';
import { roundHalfAway } from '../plugins/multiply-divide.ts';
import { balance, type NodeResourcesBalancedAllocation } from '../plugins/node-resources-balanced-allocation.ts';
import { asksForNothing, type NodeResourcesFit } from '../plugins/node-resources-fit.ts';
import { amountOf, isLeftOut } from '../plugins/resource-amounts.ts';
import {
  AMOUNTS,
  CPU_ALLOCATABLE,
  CPU_INVERSE,
  CPU_NON_ZERO,
  CPU_REQUESTED,
  EVENNESS,
  evennessOf,
  MARKS,
  MEMORY_ALLOCATABLE,
  MEMORY_INVERSE,
  MEMORY_NON_ZERO,
  MEMORY_REQUESTED,
  OTHER,
  OTHER_ALLOCATABLE,
  OTHER_REQUESTED,
  POD_ROOM,
  type NodeColumns,
} from './node-columns.ts';

/** The plugins of a profile that look at what is in use on a node, with their weights. */
export interface UsagePlugins {
  /** As a filter. */
  readonly fit: NodeResourcesFit | undefined;
  readonly fitScore: { readonly plugin: NodeResourcesFit; readonly weight: number } | undefined;
  readonly balanced: { readonly plugin: NodeResourcesBalancedAllocation; readonly weight: number } | undefined;
}

/** The value of a node that the pod does not fit on. */
export const NO_ROOM = -1;

/** A resource that Filter compares, or that a score looks at: where its amounts are, and how much the pod wants. */
interface Part {
  readonly name: string;
  readonly wanted: number;
  readonly weight: number;
  /** A row's amounts are at `slot * stride + offset`. */
  amounts: Float64Array;
  readonly stride: number;
  readonly allocatable: number;
  readonly used: number;
}

const UNBOUND = new Float64Array(0);
/** Up to this much, a hundredfold is still an exact integer. */
const LARGEST_PLAIN = 90_000_000_000_000;
/** Far more than a product with an inverse can be off, and far less than what tells two scores apart. */
const DOUBT = 1e-9;

/**
 * HOT. What NodeResourcesFit and NodeResourcesBalancedAllocation say of each node for pods of one size: room or no room,
 * and the sum of the weighted scores, which need no normalisation.
 *
 * Invariant: a value equals what the plain forms say. Guarded by bench/placement and the property tests of plain against
 * columns.
 */
export class UsageColumn {
  /** No value is larger. */
  readonly most: number;
  readonly #columns: NodeColumns;
  readonly #fit: NodeResourcesFit | undefined;
  readonly #pod: PodInfo;
  readonly #refusals = new Map<number, Status>();
  readonly #needs: readonly Part[];
  readonly #fitWeight: number;
  readonly #fitParts: readonly Part[];
  readonly #fitScore: ResourceScore;
  readonly #ignoresZero: boolean;
  readonly #balanceWeight: number;
  readonly #balanceParts: readonly Part[];
  /** LeastAllocated over two resources, and balance of two resources: the default, written out. */
  readonly #isUsual: boolean;
  #capacity = 0;

  constructor(columns: NodeColumns, plugins: UsagePlugins, pod: PodInfo) {
    this.#columns = columns;
    this.#fit = plugins.fit;
    this.#pod = pod;
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
    this.most = 100 * (this.#fitWeight + this.#balanceWeight);
    this.#isUsual =
      this.#fitScore === leastAllocated && isCpuAndMemory(this.#fitParts) && isCpuAndMemory(this.#balanceParts);
  }

  /** Takes hold of the columns' present arrays. */
  reserve(): void {
    const columns = this.#columns;
    if (this.#capacity === columns.capacity) return;
    this.#capacity = columns.capacity;
    for (const part of [...this.#needs, ...this.#fitParts, ...this.#balanceParts]) {
      part.amounts = part.stride === AMOUNTS ? columns.amounts : columns.other(part.name);
    }
  }

  /** Why there is no room on a row. Rows that lack the same share one status. */
  refusal(slot: number): Status {
    const columns = this.#columns;
    let lacks = columns.marks[slot * MARKS + POD_ROOM]! <= 0 ? 1 : 0;
    let never = 0;
    const needs = this.#needs;
    for (let i = 0; i < needs.length; i++) {
      const { wanted, amounts, stride, allocatable, used } = needs[i]!;
      const row = slot * stride;
      if (wanted <= amounts[row + allocatable]! - amounts[row + used]!) continue;
      lacks += 1 << (i + 1);
      if (wanted > amounts[row + allocatable]!) never = 1;
    }
    const key = 2 * lacks + never;
    let status = this.#refusals.get(key);
    if (status === undefined) {
      const { code, reasons } = this.#fit!.lacks(this.#pod.specRequests, columns.nodes[slot]!)!;
      this.#refusals.set(key, (status = { code, reasons, plugin: this.#fit!.name }));
    }
    return status;
  }

  /** The value of a row; NO_ROOM where the pod does not fit. */
  compute(slot: number): number {
    if (this.#fit !== undefined && !this.#hasRoom(slot)) return NO_ROOM;
    if (this.#isUsual) {
      const value = this.#usual(slot);
      if (value >= 0) return value;
    }
    let value = 0;
    if (this.#fitWeight > 0) value += this.#fitWeight * this.#fitOf(slot);
    if (this.#balanceWeight > 0) value += this.#balanceWeight * this.#balance(slot);
    return value;
  }

  #hasRoom(slot: number): boolean {
    if (this.#columns.marks[slot * MARKS + POD_ROOM]! <= 0) return false;
    const needs = this.#needs;
    for (let i = 0; i < needs.length; i++) {
      const { wanted, amounts, stride, allocatable, used } = needs[i]!;
      const row = slot * stride;
      if (wanted > amounts[row + allocatable]! - amounts[row + used]!) return false;
    }
    return true;
  }

  /**
   * The default strategy without a division: quotients come from inverses and are put right where they are off.
   * Negative: the amounts are not usual, and the general form must look.
   */
  #usual(slot: number): number {
    const { amounts, marks } = this.#columns;
    const row = slot * AMOUNTS;
    const haveCpu = amounts[row + CPU_ALLOCATABLE]!;
    const haveMemory = amounts[row + MEMORY_ALLOCATABLE]!;
    if (!(haveCpu > 0 && haveMemory > 0 && haveCpu < LARGEST_PLAIN && haveMemory < LARGEST_PLAIN)) return -1;
    const inverseCpu = amounts[row + CPU_INVERSE]!;
    const inverseMemory = amounts[row + MEMORY_INVERSE]!;
    const cpu = this.#fitParts[0]!;
    const memory = this.#fitParts[1]!;
    const weights = cpu.weight + memory.weight;
    const freeCpu = haveCpu - amounts[row + CPU_NON_ZERO]! - cpu.wanted;
    const freeMemory = haveMemory - amounts[row + MEMORY_NON_ZERO]! - memory.wanted;
    const sum =
      cpu.weight * freeShare(freeCpu, haveCpu, inverseCpu) +
      memory.weight * freeShare(freeMemory, haveMemory, inverseMemory);
    let value = this.#fitWeight * (weights === 2 ? sum >> 1 : Math.floor(sum / weights));
    if (this.#balanceWeight > 0) {
      const usedCpu = amounts[row + CPU_REQUESTED]! + this.#balanceParts[0]!.wanted;
      const usedMemory = amounts[row + MEMORY_REQUESTED]! + this.#balanceParts[1]!.wanted;
      let shareCpu = usedCpu * inverseCpu;
      let shareMemory = usedMemory * inverseMemory;
      if (shareCpu > 1) shareCpu = 1;
      if (shareMemory > 1) shareMemory = 1;
      const even = (1 - Math.abs((shareCpu - shareMemory) / 2)) * 100;
      const near = Math.round(even);
      const after =
        Math.abs(even - near) < DOUBT ? evennessOf(usedCpu / haveCpu, usedMemory / haveMemory) : Math.floor(even);
      value += this.#balanceWeight * (50 + Math.trunc((50 + after - marks[slot * MARKS + EVENNESS]!) / 2));
    }
    return value;
  }

  #fitOf(slot: number): number {
    const parts = this.#fitParts;
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < parts.length; i++) {
      const { wanted, weight, amounts, stride, allocatable, used } = parts[i]!;
      const have = amounts[slot * stride + allocatable]!;
      if (have === 0) continue;
      const score = this.#fitScore(amounts[slot * stride + used]! + wanted, have);
      if (this.#ignoresZero && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return this.#ignoresZero ? roundHalfAway(sum / weights) : Math.trunc(sum / weights);
  }

  #balance(slot: number): number {
    const before: number[] = [];
    const after: number[] = [];
    for (const { wanted, amounts, stride, allocatable, used } of this.#balanceParts) {
      const have = amounts[slot * stride + allocatable]!;
      if (have === 0) continue;
      const inUse = amounts[slot * stride + used]!;
      before.push(Math.min(1, inUse / have));
      after.push(Math.min(1, (inUse + wanted) / have));
    }
    return 50 + Math.trunc((50 + balance(after) - balance(before)) / 2);
  }
}

/** Hundredths of `have` that `free` is, rounded down; 0 when it is less than nothing. */
function freeShare(free: number, have: number, inverse: number): number {
  if (free < 0) return 0;
  const hundredfold = free * 100;
  let share = Math.floor(hundredfold * inverse);
  const rest = hundredfold - share * have;
  if (rest < 0) share--;
  else if (rest >= have) share++;
  return share;
}

function isCpuAndMemory(parts: readonly Part[]): boolean {
  return parts.length === 2 && parts[0]!.name === 'cpu' && parts[1]!.name === 'memory';
}

function needsOf(fit: NodeResourcesFit, requests: Resources): Part[] {
  if (asksForNothing(requests)) return [];
  const needs: Part[] = [];
  const need = (name: string, amount: number): void => {
    if (amount !== 0) needs.push(part(name, 1, amount, 'requested'));
  };
  need('cpu', requests.milliCpu);
  need('memory', requests.memoryBytes);
  need('ephemeral-storage', requests.ephemeralStorageBytes);
  for (const [name, amount] of requests.scalar) if (!fit.ignores(name)) need(name, amount);
  return needs;
}

function part(name: string, weight: number, wanted: number, inUse: 'requested' | 'nonZero'): Part {
  const filled = inUse === 'nonZero';
  switch (name) {
    case 'cpu': {
      const used = filled ? CPU_NON_ZERO : CPU_REQUESTED;
      return { name, weight, wanted, amounts: UNBOUND, stride: AMOUNTS, allocatable: CPU_ALLOCATABLE, used };
    }
    case 'memory': {
      const used = filled ? MEMORY_NON_ZERO : MEMORY_REQUESTED;
      return { name, weight, wanted, amounts: UNBOUND, stride: AMOUNTS, allocatable: MEMORY_ALLOCATABLE, used };
    }
    default: {
      const places = { stride: OTHER, allocatable: OTHER_ALLOCATABLE, used: OTHER_REQUESTED };
      return { name, weight, wanted, amounts: UNBOUND, ...places };
    }
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

import { containerRequestsForScoring } from '../../../sim/api/pod-requests.ts';
import type { PodInfo, Resources } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import { leastAllocated, type ResourceScore } from '../plugins/fit-score.ts';
import { roundHalfAway } from '../plugins/multiply-divide.ts';
import { balance, type NodeResourcesBalancedAllocation } from '../plugins/node-resources-balanced-allocation.ts';
import { asksForNothing, type NodeResourcesFit } from '../plugins/node-resources-fit.ts';
import { amountOf, isLeftOut } from '../plugins/resource-amounts.ts';
import type { NodeColumns } from './node-columns.ts';
import {
  AMOUNTS,
  CPU_ALLOCATABLE,
  CPU_NON_ZERO,
  CPU_REQUESTED,
  MARKS,
  MEMORY_ALLOCATABLE,
  MEMORY_NON_ZERO,
  MEMORY_REQUESTED,
  OTHER,
  OTHER_ALLOCATABLE,
  OTHER_REQUESTED,
  POD_ROOM,
} from './row-layout.ts';
import { NO_ROOM, UNUSUAL, UsualUsage } from './usual-usage.ts';

/** The plugins of a profile that look at what is in use on a node, with their weights. */
export interface UsagePlugins {
  /** As a filter. */
  readonly fit: NodeResourcesFit | undefined;
  readonly fitScore: { readonly plugin: NodeResourcesFit; readonly weight: number } | undefined;
  readonly balanced: { readonly plugin: NodeResourcesBalancedAllocation; readonly weight: number } | undefined;
}

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
  /** Where the plugins are as by default, and the pod wants nothing but CPU and memory. */
  readonly #usual: UsualUsage | undefined;
  #capacity = 0;
  readonly #oneSlot = new Int32Array(1);
  readonly #oneValue = new Int32Array(1);

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
    this.#usual = this.#isUsual() ? this.#usualUsage() : undefined;
  }

  #isUsual(): boolean {
    return (
      this.#fit !== undefined &&
      this.#needs.every(({ name }) => name === 'cpu' || name === 'memory') &&
      this.#fitScore === leastAllocated &&
      isCpuAndMemory(this.#fitParts) &&
      isCpuAndMemory(this.#balanceParts)
    );
  }

  #usualUsage(): UsualUsage {
    const [cpu, memory] = this.#fitParts.map(({ name, wanted, weight }, i) => ({
      room: this.#needs.find((need) => need.name === name)?.wanted ?? -Infinity,
      free: wanted,
      balance: this.#balanceParts[i]!.wanted,
      weight,
    }));
    return new UsualUsage(cpu!, memory!, this.#fitWeight, this.#balanceWeight);
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
    this.#oneSlot[0] = slot;
    this.computeAll(this.#oneSlot, 1, this.#oneValue);
    return this.#oneValue[0]!;
  }

  /** Writes the values of the first `count` rows. */
  computeAll(slots: Int32Array, count: number, values: Int32Array): void {
    this.#usual?.compute(this.#columns, slots, count, values);
    const isUsual = this.#usual !== undefined;
    for (let i = 0; i < count; i++) if (!isUsual || values[i] === UNUSUAL) values[i] = this.#general(slots[i]!);
  }

  #general(slot: number): number {
    if (this.#fit !== undefined && !this.#hasRoom(slot)) return NO_ROOM;
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

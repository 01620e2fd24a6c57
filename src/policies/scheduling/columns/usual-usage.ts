import { evennessOf, type NodeColumns } from './node-columns.ts';
import * as layout from './row-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const {
  AMOUNTS,
  CPU_ALLOCATABLE,
  CPU_INVERSE,
  CPU_NON_ZERO,
  CPU_REQUESTED,
  EVENNESS,
  MARKS,
  MEMORY_ALLOCATABLE,
  MEMORY_INVERSE,
  MEMORY_NON_ZERO,
  MEMORY_REQUESTED,
  POD_ROOM,
} = layout;

/** Far more than quotients from inverses can be off, and far less than what tells two scores apart. */
const DOUBT = 1e-9;

/** A quotient this far above a whole number might be on its other side. */
function isDoubtful(rest: number): boolean {
  return rest < DOUBT || rest > 1 - DOUBT;
}

/** What pods of one size want of a resource: to have room, for LeastAllocated, for the balance. */
export interface UsualWants {
  /** -Infinity: the pod asks for none, so that it fits even where there is less than nothing. */
  readonly room: number;
  readonly free: number;
  readonly balance: number;
  readonly weight: number;
}

/** The pod does not fit on the node. */
export const NO_ROOM = -1;
/** Some amount is missing, overdrawn or huge: the general form must look. */
export const UNUSUAL = -2;

/**
 * HOT. The default of NodeResourcesFit and NodeResourcesBalancedAllocation, CPU and memory under LeastAllocated, written
 * out for many rows at once: quotients come from inverses, and only one that is next to a whole number is divided out.
 */
export class UsualUsage {
  readonly #cpu: UsualWants;
  readonly #memory: UsualWants;
  readonly #fitWeight: number;
  /** 0: the pod is not balanced. */
  readonly #balanceWeight: number;

  constructor(cpu: UsualWants, memory: UsualWants, fitWeight: number, balanceWeight: number) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#fitWeight = fitWeight;
    this.#balanceWeight = balanceWeight;
  }

  /** Writes the value, NO_ROOM or UNUSUAL, of each of the first `count` rows. */
  compute({ amounts, marks }: NodeColumns, slots: Int32Array, count: number, values: Int32Array): void {
    const { room: roomCpu, free: freeCpu, balance: balanceCpu, weight: weightCpu } = this.#cpu;
    const { room: roomMemory, free: freeMemory, balance: balanceMemory, weight: weightMemory } = this.#memory;
    const weights = weightCpu + weightMemory;
    const fitWeight = this.#fitWeight;
    const balanceWeight = this.#balanceWeight;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      const row = slot * AMOUNTS;
      const mark = slot * MARKS;
      const haveCpu = amounts[row + CPU_ALLOCATABLE]!;
      const haveMemory = amounts[row + MEMORY_ALLOCATABLE]!;
      const requestedCpu = amounts[row + CPU_REQUESTED]!;
      const requestedMemory = amounts[row + MEMORY_REQUESTED]!;
      if (
        marks[mark + POD_ROOM]! <= 0 ||
        roomCpu > haveCpu - requestedCpu ||
        roomMemory > haveMemory - requestedMemory
      ) {
        values[i] = NO_ROOM;
        continue;
      }
      const inverseCpu = amounts[row + CPU_INVERSE]!;
      const inverseMemory = amounts[row + MEMORY_INVERSE]!;
      // More than there is gives the score 0.
      const hundredfoldCpu = Math.max(haveCpu - amounts[row + CPU_NON_ZERO]! - freeCpu, 0) * 100;
      const hundredfoldMemory = Math.max(haveMemory - amounts[row + MEMORY_NON_ZERO]! - freeMemory, 0) * 100;
      const shareCpu = (requestedCpu + balanceCpu) * inverseCpu;
      const shareMemory = (requestedMemory + balanceMemory) * inverseMemory;
      const isUsual =
        hundredfoldCpu <= Number.MAX_SAFE_INTEGER &&
        hundredfoldMemory <= Number.MAX_SAFE_INTEGER &&
        shareCpu <= 1 &&
        shareMemory <= 1 &&
        inverseCpu > 0 &&
        inverseMemory > 0;
      if (!isUsual) {
        values[i] = UNUSUAL;
        continue;
      }
      const nearCpu = hundredfoldCpu * inverseCpu;
      let ofCpu = nearCpu | 0;
      if (isDoubtful(nearCpu - ofCpu)) ofCpu = Math.floor(hundredfoldCpu / haveCpu);
      const nearMemory = hundredfoldMemory * inverseMemory;
      let ofMemory = nearMemory | 0;
      if (isDoubtful(nearMemory - ofMemory)) ofMemory = Math.floor(hundredfoldMemory / haveMemory);
      const nearEvenness = (1 - Math.abs((shareCpu - shareMemory) / 2)) * 100;
      let evenness = nearEvenness | 0;
      if (isDoubtful(nearEvenness - evenness)) {
        evenness = evennessOf((requestedCpu + balanceCpu) / haveCpu, (requestedMemory + balanceMemory) / haveMemory);
      }
      const fit = weightCpu * ofCpu + weightMemory * ofMemory;
      values[i] =
        fitWeight * (weights === 2 ? fit >> 1 : Math.floor(fit / weights)) +
        balanceWeight * (50 + ((50 + evenness - marks[mark + EVENNESS]!) >> 1));
    }
  }
}

import type { NodeRemainder } from './gpu-node.ts';
import type { TypicalPod } from './typical-pods.ts';

/**
 * Why the GPUs that are left of a node cannot serve the pods it will be asked for, in thousandths of a GPU, expected over
 * the typical pods. All parts but `satisfied` are fragments.
 */
export interface Fragmentation {
  /** Neither GPU nor CPU suffices (Q1). */
  lackBoth: number;
  /** CPU suffices, GPU does not, or not on this device (Q2). */
  lackGpu: number;
  /** It serves (Q3). */
  satisfied: number;
  /** GPU suffices, CPU does not (Q4). */
  lackCpu: number;
  /** The pod wants no GPU, and its CPU suffices (XL). */
  noGpuWanted: number;
  /** The pod wants no GPU, and CPU does not suffice either (XR). */
  noGpuWantedLackCpu: number;
  /** The pod wants another model (NA). */
  noAccess: number;
}

export const FRAGMENTATION_PARTS = [
  'lackBoth',
  'lackGpu',
  'satisfied',
  'lackCpu',
  'noGpuWanted',
  'noGpuWantedLackCpu',
  'noAccess',
] as const satisfies readonly (keyof Fragmentation)[];

export function noFragmentation(): Fragmentation {
  return {
    lackBoth: 0,
    lackGpu: 0,
    satisfied: 0,
    lackCpu: 0,
    noGpuWanted: 0,
    noGpuWantedLackCpu: 0,
    noAccess: 0,
  };
}

/** Adds `factor` times the parts to `sum`. */
export function addFragmentation(sum: Fragmentation, parts: Readonly<Fragmentation>, factor: number): void {
  for (const part of FRAGMENTATION_PARTS) sum[part] += factor * parts[part];
}

/** What is lost to fragments. The order of the additions is the study's: the last bits decide between scores. */
export function fragments(parts: Readonly<Fragmentation>): number {
  const { lackBoth, lackGpu, lackCpu, noGpuWanted, noGpuWantedLackCpu, noAccess } = parts;
  return lackBoth + lackGpu + lackCpu + noGpuWanted + noGpuWantedLackCpu + noAccess;
}

/** Adds a node's parts to `sum`, which is also the result. */
export function fragmentation(
  { model, milliCpuLeft, left }: NodeRemainder,
  typical: readonly TypicalPod[],
  sum: Fragmentation = noFragmentation(),
): Fragmentation {
  let all = 0;
  for (const milli of left) all += milli;
  for (const { milliCpu, gpus, milliGpu, models, weight } of typical) {
    const cpuSuffices = milliCpuLeft >= milliCpu;
    if (gpus === 0) {
      if (cpuSuffices) sum.noGpuWanted += weight * all;
      else sum.noGpuWantedLackCpu += weight * all;
    } else if (models.length > 0 && !models.includes(model)) {
      sum.noAccess += weight * all;
    } else {
      let enough = 0;
      let tooSmall = 0;
      for (const milli of left) {
        if (milli >= milliGpu) enough++;
        else tooSmall += milli;
      }
      if (enough < gpus) {
        if (cpuSuffices) sum.lackGpu += weight * all;
        else sum.lackBoth += weight * all;
      } else if (cpuSuffices) {
        sum.lackGpu += weight * tooSmall;
        sum.satisfied += weight * (all - tooSmall);
      } else {
        sum.lackCpu += weight * all;
      }
    }
  }
  return sum;
}

import exp from '@stdlib/math-base-special-exp';
import { fullestFirst } from '../../../sim/gpu/devices.ts';
import { fragmentation, fragments } from '../../../sim/gpu/fragmentation.ts';
import type { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { isShared, type GpuRequest, MILLI_PER_GPU } from '../../../sim/gpu/gpu-request.ts';
import type { TypicalPod } from '../../../sim/gpu/typical-pods.ts';

/**
 * FGD, fragmentation gradient descent: the pod goes where it makes fragmentation F grow least,
 * 100 · σ((F(before) − F(after)) / 1000), and a pod that shares gets the device for which that is so.
 */
export function fragmentationGradient(typical: readonly TypicalPod[]): GpuPolicy {
  const fragmentsOf = (model: string, milliCpuLeft: number, left: readonly number[]): number =>
    fragments(fragmentation({ model, milliCpuLeft, left }, typical));

  const best = (request: GpuRequest, node: GpuNode): { score: number; device: number } => {
    const { model } = node;
    const before = fragmentsOf(model, node.milliCpuLeft, node.left);
    let found = { score: -1, device: -1 };
    for (const devices of choicesOf(request, node.left)) {
      const left = [...node.left];
      for (const device of devices) left[device]! -= request.milliGpu;
      const after = fragmentsOf(model, node.milliCpuLeft - request.milliCpu, left);
      const score = Math.trunc(100 * sigmoid((before - after) / MILLI_PER_GPU));
      if (score > found.score) found = { score, device: devices[0] ?? -1 };
    }
    return found;
  };

  return {
    name: 'FGD',
    score: (request, node) => best(request, node).score,
    sharedDevice: (request, node) => best(request, node).device,
  };
}

/** What is tried: each device of its own for a pod that shares, else the fullest devices together. */
function choicesOf(request: GpuRequest, left: readonly number[]): readonly (readonly number[])[] {
  if (!isShared(request)) {
    return [
      fullestFirst(left)
        .filter((device) => left[device]! >= request.milliGpu)
        .slice(0, request.gpus),
    ];
  }
  const choices: number[][] = [];
  // Devices with as much left come to the same: the first of them speaks for all.
  left.forEach((milli, device) => {
    if (milli >= request.milliGpu && left.indexOf(milli) === device) choices.push([device]);
  });
  return choices;
}

function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

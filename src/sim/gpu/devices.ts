import type { GpuNode } from './gpu-node.ts';
import { isShared, type GpuRequest } from './gpu-request.ts';

/** Devices in order of what is left of them, least first, of equals the lowest index first. */
export function fullestFirst(left: readonly number[]): number[] {
  const order = left.map((_, device) => device);
  return order.sort((a, b) => left[a]! - left[b]! || a - b);
}

/**
 * The devices a pod is given at bind on a node where it fits: a pod that shares gets the fullest device that has room,
 * one that does not gets the devices of the lowest indices.
 */
export function devicesFor(request: GpuRequest, { left }: GpuNode): number[] {
  if (request.gpus === 0) return [];
  const order = isShared(request) ? fullestFirst(left) : left.map((_, device) => device);
  return order.filter((device) => left[device]! >= request.milliGpu).slice(0, request.gpus);
}

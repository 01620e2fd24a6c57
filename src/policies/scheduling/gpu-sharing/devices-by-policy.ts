import type { RandomStream } from '../../../sim/policy-api/scheduling.ts';
import { devicesFor } from '../../../sim/gpu/devices.ts';
import type { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { isShared, type GpuRequest } from '../../../sim/gpu/gpu-request.ts';

/** The devices that a policy gives a pod on a node where it fits. */
export function devicesByPolicy(
  policy: GpuPolicy,
  request: GpuRequest,
  node: GpuNode,
  lots: RandomStream,
): readonly number[] {
  if (!isShared(request)) return devicesFor(request, node);
  if (policy.drawsLots === true) {
    const roomy = node.left.flatMap((milli, device) => (milli >= request.milliGpu ? [device] : []));
    return [roomy[lots.below(roomy.length)]!];
  }
  if (policy.sharedDevice !== undefined) return [policy.sharedDevice(request, node)];
  return devicesFor(request, node);
}

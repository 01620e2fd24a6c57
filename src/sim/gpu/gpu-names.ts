import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import type { Resources } from '../api/pod-requests.ts';
import type { GpuNodeSpec } from './gpu-node.ts';
import { MILLI_PER_GPU, type GpuRequest } from './gpu-request.ts';

/**
 * How GPUs stand in Kubernetes' objects. Pods that share a GPU cannot say so in resources, which count whole devices: they
 * say it in annotations, by the names that the study and its clusters use. Whole GPUs are also read from device plugins'
 * resources.
 */
const COUNT = 'alibabacloud.com/gpu-count';
const MILLI = 'alibabacloud.com/gpu-milli';
const MODEL = 'alibabacloud.com/gpu-card-model';
/** Which devices a pod has been given, as `0` or `0-1-2`: written at bind. */
export const GPU_INDEX = 'alibabacloud.com/gpu-index';

const DEVICE_PLUGIN = 'nvidia.com/gpu';
const DEVICE_PLUGIN_MODEL = 'nvidia.com/gpu.product';

/** A pod and what its containers request. */
interface AskingPod {
  readonly pod: Pod;
  readonly specRequests: Resources;
}

/** What a pod asks for: its annotations, else whole devices of the device plugin's resource. */
export function gpuRequestOf({ pod, specRequests }: AskingPod): GpuRequest {
  const { annotations } = pod.metadata;
  const { milliCpu, memoryBytes } = specRequests;
  const models = annotations[MODEL] === undefined || annotations[MODEL] === '' ? [] : annotations[MODEL].split('|');
  const milli = wholeNumber(annotations[MILLI]);
  const count = wholeNumber(annotations[COUNT]);
  if (milli === undefined && count === undefined) {
    const gpus = specRequests.scalar.get(DEVICE_PLUGIN) ?? 0;
    return { milliCpu, memoryBytes, gpus, milliGpu: gpus === 0 ? 0 : MILLI_PER_GPU, models };
  }
  const gpus = count ?? 1;
  // Only one device can be shared; what asks for several has them whole.
  const milliGpu = gpus === 0 ? 0 : gpus > 1 ? MILLI_PER_GPU : Math.min(milli ?? MILLI_PER_GPU, MILLI_PER_GPU);
  return { milliCpu, memoryBytes, gpus, milliGpu, models };
}

/**
 * What a pod takes of a node: what it asks for, but where it requests whole devices of the device plugin it has them to
 * itself, whatever its annotations say.
 */
export function gpuUseOf(asking: AskingPod): GpuRequest {
  const request = gpuRequestOf(asking);
  const whole = asking.specRequests.scalar.get(DEVICE_PLUGIN) ?? 0;
  return whole === 0 ? request : { ...request, gpus: whole, milliGpu: MILLI_PER_GPU };
}

/** The devices that a pod was given, as its annotation says. */
export function devicesOf(pod: Pod): readonly number[] | undefined {
  const text = pod.metadata.annotations[GPU_INDEX];
  if (text === undefined) return undefined;
  const devices = text.split('-').map(wholeNumber);
  return devices.every((device) => device !== undefined) ? devices : undefined;
}

export function gpuIndex(devices: readonly number[]): string {
  return devices.join('-');
}

/** A node and its devices, with nothing on it. */
export function gpuNodeSpecOf({ metadata, status }: Node, allocatable: Resources): GpuNodeSpec {
  const { labels } = metadata;
  const declared = wholeNumber(status.allocatable[COUNT]);
  return {
    name: metadata.name,
    model: labels[MODEL] ?? labels[DEVICE_PLUGIN_MODEL] ?? '',
    milliCpu: allocatable.milliCpu,
    memoryBytes: allocatable.memoryBytes,
    pods: allocatable.pods,
    gpus: declared ?? allocatable.scalar.get(DEVICE_PLUGIN) ?? 0,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text === undefined || !/^\d{1,9}$/.test(text) ? undefined : Number(text);
}

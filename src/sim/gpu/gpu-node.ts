import { isShared, MILLI_PER_GPU, totalMilliGpu, type GpuRequest } from './gpu-request.ts';

/** What is left of a node: all that fragmentation is a function of. */
export interface NodeRemainder {
  /** Of all its GPUs; `''`: it has none. */
  readonly model: string;
  readonly milliCpuLeft: number;
  /** Of each device, by its index. */
  readonly left: readonly number[];
}

export interface GpuNodeSpec {
  readonly name: string;
  readonly model: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly pods: number;
  readonly gpus: number;
}

/** A node with GPUs as a policy sees it: every device by itself. */
export class GpuNode implements NodeRemainder {
  readonly name: string;
  readonly model: string;
  readonly left: number[];
  milliCpuLeft: number;
  memoryBytesLeft: number;
  podsLeft: number;
  /** Over all devices. */
  milliGpuLeft: number;
  /** How many GPU pods of each kind run here: `share`, or `<n>-gpu`. */
  readonly kinds = new Map<string, number>();
  /** Grows with every change. */
  version = 0;

  constructor({ name, model, milliCpu, memoryBytes, pods, gpus }: GpuNodeSpec) {
    this.name = name;
    this.model = model;
    this.milliCpuLeft = milliCpu;
    this.memoryBytesLeft = memoryBytes;
    this.podsLeft = pods;
    this.left = new Array<number>(gpus).fill(MILLI_PER_GPU);
    this.milliGpuLeft = gpus * MILLI_PER_GPU;
  }

  /** Whether the pod fits: CPU, memory, the number of pods, the model, and enough devices with enough left. */
  fits(request: GpuRequest): boolean {
    if (request.milliCpu > this.milliCpuLeft || request.memoryBytes > this.memoryBytesLeft || this.podsLeft < 1) {
      return false;
    }
    if (request.gpus === 0) return true;
    if (request.models.length > 0 && !request.models.includes(this.model)) return false;
    let enough = 0;
    for (const left of this.left) if (left >= request.milliGpu) enough++;
    return enough >= request.gpus;
  }

  /** Gives the pod its devices. */
  add(request: GpuRequest, devices: readonly number[]): void {
    this.#count(request, devices, 1);
  }

  /** Takes back what `add` gave. */
  remove(request: GpuRequest, devices: readonly number[]): void {
    this.#count(request, devices, -1);
  }

  #count(request: GpuRequest, devices: readonly number[], sign: 1 | -1): void {
    this.version++;
    this.milliCpuLeft -= sign * request.milliCpu;
    this.memoryBytesLeft -= sign * request.memoryBytes;
    this.podsLeft -= sign;
    if (request.gpus === 0) return;
    this.milliGpuLeft -= sign * totalMilliGpu(request);
    for (const device of devices) this.left[device]! -= sign * request.milliGpu;
    const kind = kindOf(request);
    const count = (this.kinds.get(kind) ?? 0) + sign;
    if (count === 0) this.kinds.delete(kind);
    else this.kinds.set(kind, count);
  }
}

/** Pods of one kind are alike in how they use devices. */
export function kindOf(request: GpuRequest): string {
  return isShared(request) ? 'share' : `${request.gpus}-gpu`;
}

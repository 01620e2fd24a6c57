import type { Fragmentation } from '../sim/gpu/fragmentation.ts';
import type { Sample } from '../sim/recorder/records.ts';
import { decimal, whole, type Column } from './column.ts';

/** The parts of the GPUs that are left, by the names that reports have for them, and what each is. */
export const PARTS_LEFT: readonly {
  readonly name: string;
  readonly part: keyof Fragmentation;
  readonly meaning: string;
}[] = [
  { name: 'satisfied', part: 'satisfied', meaning: 'can serve: the only part that is no fragment' },
  { name: 'lack_gpu', part: 'lackGpu', meaning: 'CPU suffices, but too few devices have enough left' },
  { name: 'lack_cpu', part: 'lackCpu', meaning: 'the devices suffice, but the CPU of the node does not' },
  { name: 'lack_both', part: 'lackBoth', meaning: 'neither suffices' },
  { name: 'no_access', part: 'noAccess', meaning: 'another model is wanted' },
  { name: 'no_gpu_wanted', part: 'noGpuWanted', meaning: 'no GPU is wanted, and CPU suffices' },
  { name: 'no_gpu_wanted_lack_cpu', part: 'noGpuWantedLackCpu', meaning: 'no GPU is wanted, and CPU does not suffice' },
];

/** What timeseries.csv says of GPUs; empty where there are none. */
export const GPU_COLUMNS: readonly Column<Sample>[] = [
  whole(
    'gpu_allocatable_milli',
    'Thousandths of a GPU, over all devices. Empty, as what follows, where no node has a GPU.',
    ({ gpus }) => (gpus === undefined ? '' : String(gpus.allocatable)),
  ),
  whole('gpu_allocated_milli', 'What pods that have not finished have of them.', ({ gpus }) =>
    gpus === undefined ? '' : String(gpus.allocated),
  ),
  ...PARTS_LEFT.map(({ name, part, meaning }) =>
    decimal<Sample>(
      `gpu_left_${name}_milli`,
      `What is left, expected over the typical pods of those seen so far: ${meaning}.`,
      ({ gpus }) => (gpus === undefined ? '' : thousandths(gpus.left[part])),
    ),
  ),
];

/** A number with three decimals at most. */
function thousandths(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

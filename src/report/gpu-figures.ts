import { fragments } from '../sim/gpu/fragmentation.ts';
import { MILLI_PER_GPU } from '../sim/gpu/gpu-request.ts';
import type { GpuState } from '../sim/recorder/gpu-loads.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import { ratio, type Figure } from './columns.ts';
import { PARTS_LEFT } from './gpu-columns.ts';

/** Figures of a cluster with GPUs, as they are at the end and as they were over time; none of another. */
export function gpuFigures({ last, gpus }: RunRecord): Figure[] {
  if (gpus === undefined || last.gpus === undefined) return [];
  return [
    { metric: 'gpus', value: String(last.gpus.allocatable / MILLI_PER_GPU), unit: 'gpus' },
    ...stateFigures('at_end', last.gpus),
    ...stateFigures('mean', gpus),
  ];
}

function stateFigures(when: string, { allocatable, allocated, left }: GpuState): Figure[] {
  const lost = fragments(left);
  const figure = (name: string, part: number, all: number): Figure => {
    return { metric: `gpu_${name}_${when}`, value: ratio(part, all), unit: 'ratio' };
  };
  return [
    figure('allocated', allocated, allocatable),
    figure('fragmentation', lost, allocatable),
    figure('fragmentation_of_idle', lost, allocatable - allocated),
    ...PARTS_LEFT.map(({ name, part }) => figure(`left_${name}`, left[part], allocatable)),
  ];
}

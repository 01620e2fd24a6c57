import { gpuBestFit } from './best-fit.ts';
import { dotProduct } from './dot-product.ts';
import { fragmentationGradient } from './fragmentation-gradient.ts';
import { gpuClustering } from './gpu-clustering.ts';
import { gpuPacking } from './gpu-packing.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { gpuRandom } from './random.ts';
import type { TypicalPod } from '../../../sim/gpu/typical-pods.ts';

/** The six policies of the study by its names, in its order. What pods are typical matters to FGD alone. */
export const STUDY_POLICIES: ReadonlyMap<string, (typical: readonly TypicalPod[]) => GpuPolicy> = new Map([
  ['Random', () => gpuRandom],
  ['DotProd', () => dotProduct],
  ['GpuClustering', () => gpuClustering],
  ['GpuPacking', () => gpuPacking],
  ['BestFit', () => gpuBestFit],
  ['FGD', fragmentationGradient],
]);

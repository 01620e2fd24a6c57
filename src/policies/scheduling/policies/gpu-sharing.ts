import { defineScheduler, type SchedulerModule } from '../../../sim/policy-api/scheduler-module.ts';
import type { GpuPolicy } from '../gpu-sharing/gpu-policy.ts';
import { GPU_SHARING, gpuSharing } from '../gpu-sharing/gpu-sharing.ts';
import { STUDY_POLICIES } from '../gpu-sharing/study-policies.ts';
import type { TypicalPod } from '../../../sim/gpu/typical-pods.ts';

const alone = { disabled: [{ name: '*' }], enabled: [{ name: GPU_SHARING }] };
const beside = { enabled: [{ name: GPU_SHARING }] };

/** kube-scheduler's filters, and a policy for shared GPUs that alone scores and binds. */
function schedulerBy(name: string, make: (typical: readonly TypicalPod[]) => GpuPolicy): SchedulerModule {
  return defineScheduler({
    name,
    plugins: { [GPU_SHARING]: gpuSharing(make) },
    configuration: {
      percentageOfNodesToScore: 100,
      profiles: [
        {
          plugins: {
            preFilter: beside,
            filter: beside,
            preScore: { disabled: [{ name: '*' }] },
            score: alone,
            reserve: beside,
            bind: alone,
          },
        },
      ],
    },
  });
}

const NAMES: Readonly<Record<string, string>> = {
  Random: 'gpu-random',
  DotProd: 'gpu-dot-product',
  GpuClustering: 'gpu-clustering',
  GpuPacking: 'gpu-packing',
  BestFit: 'gpu-best-fit',
  FGD: 'fgd',
};

/** The policies of the study of GPU sharing, each as a scheduler. */
export const gpuSharingSchedulers: readonly SchedulerModule[] = [...STUDY_POLICIES].map(([study, make]) =>
  schedulerBy(NAMES[study]!, make),
);

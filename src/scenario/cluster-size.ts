import type { ApiObject } from '../sim/api/kinds.ts';
import { podsAtOnce } from '../sim/api/pod-template.ts';
import type { WorkloadSpec } from '../sim/scenario/workload.ts';
import type { Remark } from './build-scenario.ts';

/** Beyond these a scenario is refused before anything is made of it. */
export const MOST_NODES = 1_000_000;
export const MOST_PODS = 10_000_000;

/** Says when the manifests and workloads make more pods than can be simulated. */
export function checkSize(objects: readonly ApiObject[], workloads: readonly WorkloadSpec[], remark: Remark): void {
  const pods =
    objects.reduce((sum, object) => sum + podsAtOnce(object), 0) + workloads.reduce((sum, { count }) => sum + count, 0);
  if (pods > MOST_PODS)
    remark(['spec'], {
      code: 'too-many-pods',
      message: `the manifests and workloads ask for ${pods} pods; at most ${MOST_PODS} are simulated`,
    });
}

import { sameData } from '../../../sim/api/equality.ts';
import { controllerOf } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';

/** Of one controller, pods of more kinds than this are taken one by one. */
const MOST_GROUPS_OF_A_CONTROLLER = 10;

/** Pods that are alike to the scheduler: what holds of the first holds of all. */
export interface PodGroup {
  readonly pods: PodInfo[];
  /** Why they do not fit, by node group. */
  readonly refusals: Map<string, readonly string[]>;
  /** Whether some node group could take them. */
  isSchedulable: boolean;
}

/** Pods of one controller with the same labels and spec are one group; bare ones are groups of their own. */
export function podGroupsOf(pods: readonly Pod[], infoOf: (pod: Pod) => PodInfo): readonly PodGroup[] {
  const groups: PodGroup[] = [];
  const ofOwner = new Map<string, PodGroup[]>();
  const begin = (pod: Pod): PodGroup => {
    const group = { pods: [infoOf(pod)], refusals: new Map<string, readonly string[]>(), isSchedulable: false };
    groups.push(group);
    return group;
  };
  for (const pod of pods) {
    const owner = controllerOf(pod.metadata);
    if (owner === undefined) {
      begin(pod);
      continue;
    }
    let known = ofOwner.get(owner.uid);
    if (known === undefined) ofOwner.set(owner.uid, (known = []));
    const alike = known.find(({ pods: [first] }) => areAlike(first!.pod, pod));
    if (alike !== undefined) {
      alike.pods.push(infoOf(pod));
      continue;
    }
    const group = begin(pod);
    if (known.length < MOST_GROUPS_OF_A_CONTROLLER) known.push(group);
  }
  return groups;
}

function areAlike(a: Pod, b: Pod): boolean {
  return (
    (a.metadata.labels === b.metadata.labels || sameData(a.metadata.labels, b.metadata.labels)) &&
    (a.spec === b.spec || sameData(a.spec, b.spec))
  );
}

import { controllerOf, type Labels } from '../../src/sim/api/meta.ts';
import { isPodReady, type Pod } from '../../src/sim/api/pod.ts';

/** What the pods of a PodDisruptionBudget come to, by looking at every pod. */
export function walkedBudget(all: readonly Pod[], matches: (labels: Labels) => boolean): object {
  const pods = all.filter(({ metadata }) => matches(metadata.labels));
  const references = pods.map(({ metadata }) => controllerOf(metadata));
  return {
    count: pods.length,
    healthy: pods.filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined).length,
    unmanaged: references.filter((one) => one === undefined).length,
    controllers: [...new Set(references.flatMap((one) => (one === undefined ? [] : [one.uid])))].sort(),
  };
}

import { milliValue } from '../../../sim/api/quantity.ts';
import type { Container, Pod, PodSpec } from '../../../sim/api/pod.ts';

/**
 * What each pod asks for of a resource, in thousandths; with a container only that one counts. A text says which pod
 * asks for nothing, since then there is no such thing as a utilization.
 */
export function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const whole = container === undefined ? spec.resources?.requests?.[resource] : undefined;
    if (whole !== undefined) {
      requests.set(metadata.name, milliValue(whole));
      continue;
    }
    let sum = 0;
    for (const each of lastingContainers(spec)) {
      if (container !== undefined && each.name !== container) continue;
      const request = each.resources?.requests?.[resource];
      if (request === undefined) {
        return `missing request for ${resource} in container ${each.name} of Pod ${metadata.name}`;
      }
      sum += milliValue(request);
    }
    requests.set(metadata.name, sum);
  }
  return requests;
}

/** Containers that run as long as the pod does: the main ones and the sidecars. */
function lastingContainers({ containers, initContainers = [] }: PodSpec): readonly Container[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return sidecars.length === 0 ? containers : [...containers, ...sidecars];
}

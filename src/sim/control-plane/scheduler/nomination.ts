import type { Pod } from '../../api/pod.ts';

/** The node that a preemptor waits for; '': none. */
export function nominationOf(pod: Pod): string {
  return pod.status.nominatedNodeName ?? '';
}

export function isAssigned(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '';
}

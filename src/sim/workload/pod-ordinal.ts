import type { Pod } from '../api/pod.ts';

/** The name of a workload's n-th pod, from 0. */
export function podName(workload: string, ordinal: number): string {
  return workload + '-' + ordinal;
}

/** Which workload a bare pod came from, and as the how many-th, by its name; undefined where the name says no such thing. */
export function podOrdinal(pod: Pod): { readonly workload: string; readonly ordinal: number } | undefined {
  const { name, ownerReferences } = pod.metadata;
  if (ownerReferences.length > 0) return undefined;
  const dash = name.lastIndexOf('-');
  if (dash <= 0) return undefined;
  const ordinal = Number(name.slice(dash + 1));
  if (!Number.isSafeInteger(ordinal) || ordinal < 0 || podName(name.slice(0, dash), ordinal) !== name) return undefined;
  return { workload: name.slice(0, dash), ordinal };
}

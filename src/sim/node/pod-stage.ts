/** Where a pod stands with its kubelet. A later stage is never left for an earlier one, but for the turns of syncs. */
export const Stage = {
  /** Admission handlers are at work. */
  Admitting: 0,
  /** Between syncs. */
  Idle: 1,
  Syncing: 2,
  /** A sync found the pod at its end; termination begins with the next relist. */
  Ending: 3,
  Terminating: 4,
  /** No container runs; what the pod held is being reclaimed. */
  Terminated: 5,
  /** Forgotten. */
  Gone: 6,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/**
 * Where a thread outside the run reads who is being asked: the place of a policy in the run's list of policies, counted
 * from 1, and 0 while none is. Whoever wants to be able to end a policy that never answers hands in shared memory.
 */
export type PolicyWatch = Int32Array;

/** Asks a policy, with its number on the watch for as long as it takes. Policies can be asked from inside each other. */
export function whileWatched<T>(watch: PolicyWatch | undefined, policy: number, ask: () => T): T {
  if (watch === undefined) return ask();
  const before = watch[0]!;
  watch[0] = policy;
  try {
    return ask();
  } finally {
    watch[0] = before;
  }
}

/** What somebody's policy is being asked at the moment, for whoever has to end a run that it does not come back from. */
export class PolicyWatch {
  /** For instance `plugin FewestPods`; `undefined` while nobody is asked. */
  policy: string | undefined;
  /** For instance `score of pod default/web-1 on node-7`. */
  decision: string | (() => string) = '';
}

/** Asks a policy, noted on the watch for as long as it takes. Policies can be asked from inside each other. */
export function whileWatched<T>(
  watch: PolicyWatch | undefined,
  policy: string,
  decision: string | (() => string),
  ask: () => T,
): T {
  if (watch === undefined) return ask();
  const { policy: policyBefore, decision: decisionBefore } = watch;
  watch.policy = policy;
  watch.decision = decision;
  // A thread that is ended from outside runs no `finally`: what it was asked stays on the watch.
  try {
    return ask();
  } finally {
    watch.policy = policyBefore;
    watch.decision = decisionBefore;
  }
}

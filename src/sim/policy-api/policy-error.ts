/**
 * What a policy did wrong: it threw, or returned nonsense. Names the policy, the decision it was asked for and the
 * simulated time, so that its author finds the place.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  /** For instance `plugin NodeResourcesFit` or `controller replicaset`. */
  readonly policy: string;
  /** For instance `score of pod default/web-1 on node-7`. */
  readonly decision: string;
  /** Microseconds. */
  readonly at: number;

  constructor(policy: string, decision: string, at: number, problem: string, cause?: unknown) {
    super(`${policy}: ${decision}: ${problem}`, cause === undefined ? undefined : { cause });
    this.policy = policy;
    this.decision = decision;
    this.at = at;
  }

  /** Wraps whatever a policy threw. A PolicyError stays what it is. */
  static from(thrown: unknown, policy: string, decision: string, at: number): PolicyError {
    if (thrown instanceof PolicyError) return thrown;
    const problem = thrown instanceof Error ? `threw ${thrown.name}: ${thrown.message}` : `threw ${String(thrown)}`;
    return new PolicyError(policy, decision, at, problem, thrown);
  }
}

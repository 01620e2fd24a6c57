import type { Request, Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';

const FIRST_BATCH = 1;

/**
 * Sends `count` equal requests in batches of 1, 2, 4, 8, …, and stops after the first batch in which one failed: what
 * fails once mostly fails again, and then the server is spared the rest (kubernetes-behaviour.md 3.1).
 *
 * @param succeeded tells whether an answer counts as a success; called once for each answer, in order
 */
export function* slowStart(
  count: number,
  request: () => Request,
  succeeded: (response: Response) => boolean,
): Steps<{ readonly successes: number; readonly failure: string | undefined }> {
  let successes = 0;
  let failure: string | undefined;
  let remaining = count;
  for (let batch = Math.min(FIRST_BATCH, remaining); batch > 0; batch = Math.min(2 * batch, remaining)) {
    const answers: readonly Response[] = yield Array.from({ length: batch }, request);
    for (const answer of answers) {
      if (succeeded(answer)) successes++;
      else if (!answer.ok) failure ??= answer.message;
    }
    if (failure !== undefined) break;
    remaining -= batch;
  }
  return { successes, failure };
}

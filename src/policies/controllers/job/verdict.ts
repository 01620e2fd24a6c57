import type { Condition } from '../../../sim/api/meta.ts';
import { newCondition, heldCondition } from './conditions.ts';
import { failJobMessage } from './failure-policy.ts';
import { successMessage } from './success-policy.ts';
import { deadlineOf, exceedsRestarts, type SyncContext } from './sync-context.ts';

const BACKOFF_LIMIT = 'Job has reached the specified backoff limit';
const DEADLINE = 'Job was active longer than specified deadline';
const FAILED_INDEXES = 'Job has failed indexes';
const TOO_MANY_FAILED_INDEXES = 'Job has exceeded the specified maximal number of failed indexes';
const COMPLETIONS_REACHED = 'Reached expected number of succeeded pods';

/** Whether a Job is over, and why, before anything is done for it (kubernetes-behaviour.md 3.5). */
export function verdictOf(context: SyncContext, now: number): Condition | undefined {
  const { job, pods, status } = context;
  const decided = heldCondition(job, 'SuccessCriteriaMet');
  if (decided !== undefined) return decided;
  const target = heldCondition(job, 'FailureTarget');
  if (target !== undefined) return failedAfter(target, now);
  const fail = (reason: string, message: string): Condition =>
    newCondition('FailureTarget', 'True', reason, message, now);
  const message = failJobMessage(job, pods);
  if (message !== undefined) return fail('PodFailurePolicy', message);
  if (context.failed > job.spec.backoffLimit || exceedsRestarts(job, pods)) {
    return fail('BackoffLimitExceeded', BACKOFF_LIMIT);
  }
  const deadline = deadlineOf(job, status.startTime);
  if (deadline !== undefined && now >= deadline) return fail('DeadlineExceeded', DEADLINE);
  const failed = context.failedIndexes?.count ?? 0;
  if (failed > 0) {
    const { maxFailedIndexes, completions = 0 } = job.spec;
    if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
      return fail('MaxFailedIndexesExceeded', TOO_MANY_FAILED_INDEXES);
    }
    if (failed + context.succeededIndexes.count >= completions) return fail('FailedIndexes', FAILED_INDEXES);
  }
  const success = successMessage(job, context.succeededIndexes);
  return success === undefined ? undefined : newCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', success, now);
}

/** Whether enough pods have succeeded and none is left. */
export function isComplete({ job, succeeded, active }: SyncContext): boolean {
  const { completions } = job.spec;
  if (active > 0) return false;
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}

export function completionsReached(now: number): Condition {
  return newCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', COMPLETIONS_REACHED, now);
}

/** The last condition of a Job whose interim one says that it is to fail. */
export function failedAfter({ reason = '', message = '' }: Condition, now: number): Condition {
  return newCondition('Failed', 'True', reason, message, now);
}

export function completeAfter({ reason = '', message = '' }: Condition, now: number): Condition {
  return newCondition('Complete', 'True', reason, message, now);
}

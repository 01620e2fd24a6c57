import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Request, Response } from '../../../sim/api/request.ts';
import type { PreBindAnswer, PreBindSteps } from '../../../sim/policy-api/pre-bind.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import { checkStatus, NonsenseError, REJECTIONS, shown } from './check-answer.ts';

/** Puts one question to the policy, so that whatever goes wrong in it is named. */
type Ask = <T>(answer: () => T) => T;

/** PreBind's answer: a status, or steps of which each is looked at when it comes. */
export function checkPreBind(value: unknown, ask: Ask): PreBindAnswer {
  const isGenerator =
    typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
  return isGenerator ? checkedSteps(value as PreBindSteps, ask) : checkStatus(value, REJECTIONS);
}

function* checkedSteps(steps: PreBindSteps, ask: Ask): PreBindSteps {
  let answer: Response | undefined;
  for (;;) {
    const given = answer;
    const step = ask((): { readonly wish: Request | number } | { readonly status: Status | undefined } => {
      const next = steps.next(given);
      return next.done === true ? { status: checkStatus(next.value, REJECTIONS) } : { wish: checkWish(next.value) };
    });
    if ('status' in step) return step.status;
    answer = yield step.wish;
  }
}

function checkWish(wish: unknown): Request | number {
  if (typeof wish === 'number' && Number.isSafeInteger(wish) && wish >= 0) return wish;
  if (typeof wish === 'object' && wish !== null && 'verb' in wish && typeof wish.verb === 'string') {
    return deepFreeze(wish as Request);
  }
  throw new NonsenseError(`yielded ${shown(wish)}, not a request or a time in microseconds`);
}

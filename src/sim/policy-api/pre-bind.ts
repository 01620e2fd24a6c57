import type { Request, Response } from '../api/request.ts';
import type { Status } from './status.ts';

/** What steps are resumed with, whatever they waited for, when a preemption takes the pod's place before it is bound. */
export const CANCELLED: Response = { ok: false, code: 499, reason: '', message: 'context canceled' };

/**
 * What a PreBind plugin does where that takes time: it yields a request and is resumed with the answer, or yields how
 * long it wants to wait, in microseconds, and is resumed with `undefined`, or with `CANCELLED`. What it returns is what
 * PreBind came to.
 */
export type PreBindSteps = Generator<Request | number, Status | undefined, Response | undefined>;

/** What PreBind answers: at once, or in steps that the host carries out. */
export type PreBindAnswer = Status | PreBindSteps | undefined;

export function isPreBindSteps(answer: PreBindAnswer): answer is PreBindSteps {
  return answer !== undefined && 'next' in answer && typeof answer.next === 'function';
}

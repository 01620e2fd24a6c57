import type { Request, Response } from '../../sim/api/request.ts';
import type { Steps } from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';

/** How one of several tasks ended. */
export type Ending<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SyncError };

/**
 * Runs tasks side by side, as goroutines of one batch do: what all of them ask for next is sent at once, and all go on
 * when all of it is answered. A task that throws a SyncError ends; the others are not disturbed.
 */
export function* together<T>(tasks: readonly Steps<T>[]): Steps<Ending<T>[]> {
  const endings = new Array<Ending<T>>(tasks.length);
  let waiting = tasks.map((task, index) => ({ task, index, answer: undefined as unknown }));
  while (waiting.length > 0) {
    const asking: { task: Steps<T>; index: number; asked: Request | readonly Request[] }[] = [];
    for (const { task, index, answer } of waiting) {
      try {
        const next = task.next(answer as never);
        if (next.done === true) endings[index] = { ok: true, value: next.value };
        else asking.push({ task, index, asked: next.value });
      } catch (error) {
        if (!(error instanceof SyncError)) throw error;
        endings[index] = { ok: false, error };
      }
    }
    if (asking.length === 0) break;
    const requests = asking.flatMap(({ asked }) => asked);
    const answers: readonly Response[] = yield requests;
    let next = 0;
    waiting = asking.map(({ task, index, asked }) => {
      if (!isBatch(asked)) return { task, index, answer: answers[next++] };
      const own = answers.slice(next, next + asked.length);
      next += asked.length;
      return { task, index, answer: own };
    });
  }
  return endings;
}

function isBatch(asked: Request | readonly Request[]): asked is readonly Request[] {
  return Array.isArray(asked);
}

/** Runs one task to its end; a SyncError is its result and goes no further. */
export function* attempt<T>(task: Steps<T>): Steps<Ending<T>> {
  try {
    return { ok: true, value: yield* task };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { ok: false, error };
  }
}

/**
 * Runs a task for each of `count` places in batches of 1, 2, 4, 8, … side by side, and no further batch after one in
 * which a task failed.
 *
 * @throws SyncError with what went wrong, when anything did
 */
export function* inGrowingBatches(count: number, most: number, task: (place: number) => Steps<unknown>): Steps<void> {
  let done = 0;
  for (let size = Math.min(1, count); size > 0; size = Math.min(2 * size, count - done, most)) {
    const first = done;
    const endings = yield* together(Array.from({ length: size }, (_, i) => task(first + i)));
    const failures = endings.flatMap((ending) => (ending.ok ? [] : [ending.error.message]));
    if (failures.length > 0) throw new SyncError(failures.join(', '));
    done += size;
  }
}

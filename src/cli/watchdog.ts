import { Script } from 'node:vm';

const WATCHED = Symbol.for('orrery.watched');
const CALL = new Script('globalThis[Symbol.for("orrery.watched")]()');

/** Something that was still going on when its time was over. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
}

/**
 * Does something and ends it when it takes too long, even if it never looks up: the clock is in a thread of its own. What
 * was ended has run no `finally`, so that nothing it was about to put right can be relied on.
 *
 * @throws TimedOutError, or what the action throws
 */
export function withinTime<T>(milliseconds: number, action: () => T): T {
  const place = globalThis as { [WATCHED]?: () => void };
  let result: { readonly value: T } | undefined;
  place[WATCHED] = () => {
    result = { value: action() };
  };
  try {
    CALL.runInThisContext({ timeout: milliseconds });
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TimedOutError(`still going on after ${milliseconds} ms`);
  } finally {
    delete place[WATCHED];
  }
  return result!.value;
}

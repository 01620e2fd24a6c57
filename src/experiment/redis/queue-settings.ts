const WEEK_SECONDS = 7 * 24 * 60 * 60;

/** All keys in Redis begin so. */
export const PREFIX = 'orrery';

/**
 * The queue of runs for workers with the same code: others never see them, so that no result comes from another version.
 *
 * @param code a hash of our code
 */
export function queueName(code: string): string {
  return `runs-${code.slice(0, 16)}`;
}

/** How long Redis keeps what a run came to for whoever asks again. */
export const KEPT = { removeOnComplete: { age: WEEK_SECONDS }, removeOnFail: { age: WEEK_SECONDS } };

/**
 * How many workers may die of one run before it has failed. They die of other things too, and then the run is not to
 * blame: more than the one that is BullMQ's default.
 */
export const MOST_LOST_WORKERS = 10;

/** An error as one line of text, as a job in Redis keeps it, and back. */
export function errorText({ name, message }: { readonly name: string; readonly message: string }): string {
  return `${name}: ${message}`;
}

export function errorOf(text: string): { readonly name: string; readonly message: string } {
  const [, name, message] = /^([A-Z]\w*): (.*)$/s.exec(text) ?? [];
  return name === undefined ? { name: 'Error', message: text } : { name, message: message! };
}

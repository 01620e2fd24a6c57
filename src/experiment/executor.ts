/**
 * Work that can be done anywhere: in this thread, in others, on other machines. A job is plain data, names a task and
 * hangs on nothing but its input, so that its result is the same wherever and whenever it is done.
 */
export interface Job {
  /** Name of a function of the worker's. */
  readonly task: string;
  readonly input: unknown;
  /** The name of its result: a hash of all that it hangs on. Who keeps results does no job twice whose key is known. */
  readonly key?: string;
}

export type JobOutcome =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: JobError };

/** A job that failed, as far as it can be told across threads and machines. */
export interface JobError {
  readonly name: string;
  readonly message: string;
}

/** Where jobs are done. */
export interface Executor {
  /**
   * Does all jobs. Outcomes stand in the order of the jobs, whichever was done first; a job that fails fails alone.
   *
   * @param done is called for each job as it ends, in no fixed order
   */
  execute(jobs: readonly Job[], done?: (index: number, outcome: JobOutcome) => void): Promise<readonly JobOutcome[]>;
  close(): Promise<void>;
}

export function jobErrorOf(error: unknown): JobError {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** What an action came to; it never throws. */
export async function outcomeOf(action: () => Promise<unknown>): Promise<JobOutcome> {
  try {
    return { ok: true, result: await action() };
  } catch (error) {
    return { ok: false, error: jobErrorOf(error) };
  }
}

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { jobErrorOf, type Executor, type Job, type JobOutcome } from './executor.ts';

export interface ThreadOptions {
  /** Default: one for each core. */
  readonly threads?: number | undefined;
  /** A job that takes longer than this, of the wall clock, is ended and has failed. */
  readonly timeoutSeconds?: number | undefined;
}

/** Does jobs in threads of this process. */
export class ThreadExecutor implements Executor {
  readonly threads: number;
  readonly #pool: Piscina;
  readonly #timeoutMillis: number | undefined;

  /** @param worker a module whose functions are the tasks: each takes a job's input and returns its outcome */
  constructor(worker: URL, { threads = availableParallelism(), timeoutSeconds }: ThreadOptions = {}) {
    this.threads = threads;
    this.#timeoutMillis = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1_000;
    this.#pool = new Piscina({
      filename: worker.href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      // A module that was not built is read by the loader of its tests.
      ...(worker.pathname.endsWith('.ts') ? { execArgv: ['--import', import.meta.resolve('tsx')] } : {}),
    });
  }

  async execute(
    jobs: readonly Job[],
    done: (index: number, outcome: JobOutcome) => void = () => {},
  ): Promise<readonly JobOutcome[]> {
    const outcomes = new Array<JobOutcome>(jobs.length);
    let next = 0;
    // A lane hands over a job when its last one is done, so that the time limit counts from the job's own beginning.
    const lane = async (): Promise<void> => {
      while (next < jobs.length) {
        const index = next++;
        const outcome = await this.#one(jobs[index]!);
        outcomes[index] = outcome;
        done(index, outcome);
      }
    };
    await Promise.all(Array.from({ length: this.threads }, lane));
    return outcomes;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #one({ task, input }: Job): Promise<JobOutcome> {
    const limit = this.#timeoutMillis;
    try {
      const signal = limit === undefined ? null : AbortSignal.timeout(limit);
      return (await this.#pool.run(input, { name: task, signal })) as JobOutcome;
    } catch (error) {
      // The thread died, or took too long.
      return { ok: false, error: jobErrorOf(error) };
    }
  }
}

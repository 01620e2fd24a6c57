import { setTimeout } from 'node:timers/promises';
import { ThreadExecutor, type ThreadOptions } from '../thread-executor.ts';
import { connectRedis, disconnectRedis, type Tell } from './connection.ts';
import { errorText, MOST_LOST_WORKERS, PREFIX } from './queue-settings.ts';

const LOOK_AGAIN_MILLIS = 200;

export interface RedisWorkerOptions extends ThreadOptions {
  /** A job whose worker has not been heard of for so long is given to another. */
  readonly lockSeconds: number;
  /** Ends when there has been nothing to do for so long; absent: never. */
  readonly idleSeconds?: number | undefined;
  /** Ends when it is aborted: jobs that were begun are done first. */
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

export interface WorkDone {
  readonly done: number;
  readonly failed: number;
}

/**
 * Does the jobs of a queue in Redis, in threads: this thread stays free to say that it lives, whatever the jobs do. When
 * Redis goes away it keeps what it has and hands it over when Redis is back.
 *
 * @param tasks a module whose functions are the tasks
 * @throws RedisError when Redis is not there at the beginning
 */
export async function workFor(
  url: string,
  name: string,
  tasks: URL,
  { threads, timeoutSeconds, lockSeconds, idleSeconds = Infinity, signal, tell }: RedisWorkerOptions,
): Promise<WorkDone> {
  const redis = await connectRedis(url, tell);
  const { UnrecoverableError, Worker } = await import('bullmq');
  const executor = new ThreadExecutor(tasks, { threads, timeoutSeconds });
  let active = 0;
  let done = 0;
  let failed = 0;
  let lastActive = performance.now();
  const worker = new Worker(
    name,
    async (job) => {
      active++;
      try {
        const [outcome] = await executor.execute([{ task: job.name, input: job.data as unknown }]);
        if (outcome!.ok) {
          done++;
          return outcome!.result;
        }
        failed++;
        // The same run fails the same way: it is not tried again.
        throw new UnrecoverableError(errorText(outcome!.error));
      } finally {
        active--;
        lastActive = performance.now();
      }
    },
    {
      connection: redis,
      prefix: PREFIX,
      concurrency: executor.threads,
      lockDuration: 1_000 * lockSeconds,
      stalledInterval: 1_000 * lockSeconds,
      maxStalledCount: MOST_LOST_WORKERS,
    },
  );
  worker.on('error', (error) => {
    // Of a lost connection, the connection itself tells.
    if (redis.status === 'ready' && !/ECONN|closed/i.test(error.message)) tell(error.message);
  });
  try {
    const isIdle = (): boolean => active === 0 && performance.now() - lastActive >= 1_000 * idleSeconds;
    while (!signal.aborted && !isIdle()) await setTimeout(LOOK_AGAIN_MILLIS, undefined, { signal }).catch(() => {});
    await worker.close();
  } finally {
    disconnectRedis(redis);
    await executor.close();
  }
  return { done, failed };
}

import type { Job as StoredJob, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Executor, Job, JobOutcome } from '../executor.ts';
import { sha256 } from '../plan.ts';
import { connectRedis, disconnectRedis, placeOf, type Tell } from './connection.ts';
import { errorOf, KEPT, PREFIX } from './queue-settings.ts';

const JOBS_AT_ONCE = 500;
const LOOK_AGAIN_MILLIS = 200;
/** Looks in vain until it is asked whether anybody works at all. */
const PATIENCE = 50;

/**
 * Has jobs done by workers on any machines, through a queue in Redis. A job's name there is its key: who adds one that is
 * there adds nothing, and who asks for one that is done has its result. Delivery is at least once, results are kept once.
 *
 * It looks at what is so, not at what is reported: whatever Redis forgot is added again, whatever is done is taken, so that
 * neither a lost message nor a restart can make it wait for ever.
 */
export class RedisExecutor implements Executor {
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #place: string;
  readonly #tell: Tell;

  private constructor(redis: Redis, queue: Queue, place: string, tell: Tell) {
    this.#redis = redis;
    this.#queue = queue;
    this.#place = place;
    this.#tell = tell;
  }

  /** Throws a RedisError when Redis is not there. */
  static async open(url: string, name: string, tell: Tell): Promise<RedisExecutor> {
    const redis = await connectRedis(url, tell);
    const { Queue } = await import('bullmq');
    const queue = new Queue(name, { connection: redis, prefix: PREFIX });
    // The connection tells itself when it is lost and back.
    queue.on('error', () => undefined);
    return new RedisExecutor(redis, queue, placeOf(url), tell);
  }

  async execute(
    jobs: readonly Job[],
    done: (index: number, outcome: JobOutcome) => void = () => {},
  ): Promise<readonly JobOutcome[]> {
    const outcomes = new Array<JobOutcome>(jobs.length);
    // The same job may be wanted twice: two variants can be one.
    const open = new Map<string, number[]>();
    jobs.forEach((job, i) => open.set(keyOf(job), [...(open.get(keyOf(job)) ?? []), i]));
    const settle = (key: string, outcome: JobOutcome): void => {
      for (const index of open.get(key)!) {
        outcomes[index] = outcome;
        done(index, outcome);
      }
      open.delete(key);
    };
    /** Takes what is done, adds what is not there. Returns how many were settled. */
    const look = async (keys: readonly string[], isFirst: boolean): Promise<number> => {
      const before = open.size;
      const absent: Job[] = [];
      const found = await Promise.all(keys.map((key) => this.#queue.getJob(key) as Promise<StoredJob | undefined>));
      for (const [i, job] of found.entries()) {
        const key = keys[i]!;
        if (job === undefined) absent.push(jobs[open.get(key)![0]!]!);
        else if (job.finishedOn === undefined) continue;
        else if (isFirst && isFailure(job)) await again(job);
        else settle(key, outcomeOf(job));
      }
      if (absent.length > 0) await this.#add(absent);
      return before - open.size;
    };

    const keys = [...open.keys()];
    for (let i = 0; i < keys.length; i += JOBS_AT_ONCE) await look(keys.slice(i, i + JOBS_AT_ONCE), true);
    for (let inVain = 1; open.size > 0; inVain++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLIS));
      if ((await look([...open.keys()].slice(0, JOBS_AT_ONCE), false)) > 0) inVain = 0;
      if (inVain === PATIENCE) await this.#askWhoWorks();
    }
    return outcomes;
  }

  async close(): Promise<void> {
    await this.#queue.close();
    disconnectRedis(this.#redis);
  }

  async #add(jobs: readonly Job[]): Promise<void> {
    const named = jobs.map((job) => ({ name: job.task, data: job.input, opts: { jobId: keyOf(job), ...KEPT } }));
    await this.#queue.addBulk(named);
  }

  async #askWhoWorks(): Promise<void> {
    // Some who run a Redis for others forbid CLIENT LIST; then nobody knows who works.
    if ((await this.#queue.getWorkersCount().catch(() => 1)) > 0) return;
    this.#tell(`no worker of this version is connected to ${this.#place}: start some with orrery worker --redis`);
  }
}

function keyOf({ key, task, input }: Job): string {
  return key ?? sha256(JSON.stringify([task, input]));
}

function isFailure({ failedReason }: StoredJob): boolean {
  return failedReason !== undefined && failedReason !== '';
}

/** A job that failed when somebody asked for it before is tried anew, as one whose result was never kept. */
async function again(job: StoredJob): Promise<void> {
  try {
    await job.retry('failed');
  } catch {
    // Somebody else was faster.
  }
}

function outcomeOf(job: StoredJob): JobOutcome {
  if (isFailure(job)) return { ok: false, error: errorOf(job.failedReason) };
  return { ok: true, result: job.returnvalue as unknown };
}

import { placeOf } from '../experiment/redis/connection.ts';
import { queueName } from '../experiment/redis/queue-settings.ts';
import { workFor } from '../experiment/redis/redis-worker.ts';
import { codeHash } from './code-hash.ts';
import { ExitCode } from './exit-codes.ts';
import { TASKS } from './tasks-url.ts';

interface WorkerOptions {
  readonly redis: string;
  readonly threads?: number;
  readonly runTimeout: number;
  readonly lock: number;
  readonly idle?: number;
}

/** `orrery worker`: makes runs of other people's experiments, until it is told to stop. */
export async function worker(options: WorkerOptions): Promise<void> {
  const stop = new AbortController();
  let received: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGTERM' ? ExitCode.Terminated : ExitCode.Interrupted;
    // Who asks twice does not want to wait. What was begun is made by another worker.
    if (received !== undefined) process.exit(code);
    received = signal;
    tell('stopping when the runs that were begun are done; once more to stop at once');
    stop.abort();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    const name = queueName(codeHash());
    tell(`waiting for runs at ${placeOf(options.redis)}, queue ${name}`);
    const { done, failed } = await workFor(options.redis, name, TASKS, {
      threads: options.threads,
      timeoutSeconds: options.runTimeout,
      lockSeconds: options.lock,
      idleSeconds: options.idle,
      signal: stop.signal,
      tell,
    });
    tell(`${done} runs made, ${failed} failed`);
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
  process.exitCode =
    received === undefined ? ExitCode.Ok : received === 'SIGTERM' ? ExitCode.Terminated : ExitCode.Interrupted;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

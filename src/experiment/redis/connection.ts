import type { Redis } from 'ioredis';

/** Redis was not there when it was first needed. Once it was, whoever needs it waits for it to come back. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

/** Takes a line for the user. */
export type Tell = (line: string) => void;

const FIRST_ANSWER_MILLIS = 10_000;
const MOST_BETWEEN_TRIES_MILLIS = 2_000;

/**
 * Connects. Whoever asks something while Redis is away waits for it, however long; that it is away, and that it is back,
 * is told once each.
 *
 * @throws RedisError when it is not there now
 */
export async function connectRedis(url: string, tell: Tell): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER_MILLIS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, MOST_BETWEEN_TRIES_MILLIS),
  });
  // Without a listener ioredis prints errors itself.
  let reason = '';
  redis.on('error', (error: Error) => (reason = error.message));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const message = reason || (error instanceof Error ? error.message : String(error));
    throw new RedisError(`Redis does not answer at ${placeOf(url)}: ${message}`);
  }
  let away = false;
  redis.on('close', () => {
    if (!away) tell(`Redis at ${placeOf(url)} is away: waiting for it to come back`);
    away = true;
  });
  redis.on('ready', () => {
    if (away) tell('Redis is back');
    away = false;
  });
  return redis;
}

/** Ends a connection on purpose. */
export function disconnectRedis(redis: Redis): void {
  redis.removeAllListeners('close');
  redis.disconnect();
}

/** An address without user and password: it stands in messages and logs. */
export function placeOf(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the given address';
  }
}

import { expect, it } from 'vitest';
import type { LifecycleHandler } from '../api/pod.ts';
import { hookDuration } from './hook-duration.ts';

it.each<[LifecycleHandler | undefined, number]>([
  [undefined, 0],
  [{ sleep: { seconds: 15 } }, 15],
  [{ exec: { command: ['sleep', '5'] } }, 5],
  [{ exec: { command: ['/bin/sleep', '0.5'] } }, 0.5],
  [{ exec: { command: ['/bin/sh', '-c', 'sleep 10'] } }, 10],
  [{ exec: { command: ['sh', '-c', 'nginx -s quit; sleep 1m && sleep 2s'] } }, 62],
  [{ exec: { command: ['sh', '-c', 'echo asleep 7; mysleep 3'] } }, 0],
  [{ httpGet: { port: 80 } }, 0],
])('%j takes %d s', (handler, seconds) => {
  expect(hookDuration(handler)).toBe(seconds * 1_000_000);
});

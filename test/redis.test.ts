import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/cli/exit-codes.ts';
import { orrery, orreryBeside, type Going } from './doubles/orrery.ts';
import { hasRedis, RedisServer } from './doubles/redis-server.ts';

/** Runs made by workers through a real Redis, workers and Redis killed in the middle. */

const scratch = mkdtempSync(join(tmpdir(), 'orrery-redis-'));
const at = { cwd: scratch };
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

writeFileSync(
  join(scratch, 'tiny.yaml'),
  `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: tiny }
spec:
  duration: 5m
  cluster:
    nodes: [{ count: 3, capacity: { cpu: 4, memory: 16Gi } }]
  workload:
    - name: batch
      count: 30
      interarrival: { exponential: { mean: 4s } }
      lifetime: { exponential: { mean: 60s } }
      deleteFinished: true
      templates:
        - { weight: 3, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 500m } } }] } }
        - { weight: 1, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 3 } } }] } }
`,
);

/** Falls over under some seeds, and under others takes its thread along. */
writeFileSync(
  join(scratch, 'moody.mjs'),
  `export default {
  name: 'moody',
  plugins: {
    Moody: (_args, handle) => {
      const fate = handle.random.next();
      return {
        name: 'Moody',
        score: (_state, _pod, node) => {
          if (fate < 0.25) throw new Error('not today');
          if (fate > 0.75) process.exit(3);
          return node.name === 'node-0' ? 100 : 0;
        },
      };
    },
  },
};
`,
);

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** When so many results have come into a folder. */
async function results(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const thereAre = (): boolean =>
    readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).length >= count;
  const watcher = watch(folder);
  await new Promise<void>((resolve) => {
    watcher.on('change', () => thereAre() && resolve());
    if (thereAre()) resolve();
  });
  watcher.close();
}

describe.skipIf(!hasRedis)('runs through Redis (needs redis-server)', { timeout: 300_000 }, () => {
  let redis: RedisServer;
  const going: Going[] = [];
  const begin = (args: readonly string[]): Going => {
    const one = orreryBeside(args, at);
    going.push(one);
    return one;
  };
  const worker = (): Going => begin(['worker', '--redis', redis.url, '--threads', '1', '--lock', '2']);

  beforeAll(async () => {
    mkdirSync(join(scratch, 'redis'));
    redis = await RedisServer.start(join(scratch, 'redis'));
  });
  afterEach(async () => {
    for (const one of going) one.kill('SIGKILL');
    await Promise.all(going.splice(0).map(({ ended }) => ended));
  });
  afterAll(() => redis.kill());

  it('200 runs are each there once, byte for byte, whoever is killed', async () => {
    const plan = ['compare', 'tiny.yaml', '--vary', 'scheduler=default,most-allocated', '--seeds', '100'];
    const args = [...plan, '--format', 'csv'];
    const whole = orrery([...args, '--threads', '1', '--out', 'sequential'], at);
    expect({ code: whole.code, stderr: whole.stderr }).toEqual({ code: 0, stderr: '' });

    const out = join(scratch, 'distributed', 'results');
    const throughRedis = [...args, '--redis', redis.url, '--out', 'distributed'];
    const [victim, survivor] = [worker(), worker()];
    const interrupted = begin(throughRedis);
    await results(out, 20);
    victim.kill('SIGKILL');
    await results(out, 50);
    await redis.kill();
    await redis.start();
    await results(out, 80);
    interrupted.kill('SIGKILL');
    await interrupted.ended;
    expect(readdirSync(out).length).toBeLessThan(200);

    const { code, stdout } = await begin(throughRedis).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: whole.stdout });
    const kept = contents(out);
    expect(Object.keys(kept).filter((name) => !name.startsWith('.'))).toHaveLength(200);
    expect(kept).toEqual(contents(join(scratch, 'sequential', 'results')));
    expect(survivor.stderr()).toContain('is away: waiting for it to come back');
    expect(survivor.stderr()).toContain('Redis is back');

    survivor.kill('SIGTERM');
    expect((await survivor.ended).code).toBe(ExitCode.Terminated);
    // What Redis has need not be made again: nobody works now.
    const again = orrery([...args, '--redis', redis.url], at);
    expect(again).toMatchObject({ code: 0, stdout: whole.stdout });
  });

  it('runs that fail, or kill their thread, fail alone and are tried again when they are asked for again', async () => {
    const args = [
      'compare',
      'tiny.yaml',
      '--vary',
      'scheduler=default,./moody.mjs',
      '--seeds',
      '10',
      '--set',
      'duration=4m',
    ];
    const alone = orrery(args, at);
    const one = worker();
    for (let round = 1; round <= 2; round++) {
      const { code, stdout, stderr } = await begin([...args, '--redis', redis.url]).ended;
      expect({ code, stdout, stderr }).toEqual(alone);
      expect(code).toBe(ExitCode.Partial);
      const replays = [...stderr.matchAll(/repeat it with: orrery (.*)/g)].map((match) => match[1]!.split(' '));
      expect(replays.length).toBeGreaterThan(1);
      expect(orrery([...replays[0]!, '--no-reports'], at).code).not.toBe(0);
    }
    expect(stderrCount(alone.stderr, 'not today')).toBeGreaterThan(0);
    expect(stderrCount(alone.stderr, 'worker exited with code: 3')).toBeGreaterThan(0);
    one.kill('SIGINT');
    const { code, stderr } = await one.ended;
    expect(code).toBe(ExitCode.Interrupted);
    const failures = stderrCount(alone.stderr, 'repeat it with');
    expect(stderr).toContain(`${20 - failures} runs made, ${2 * failures} failed`);
  });

  it('a worker stops by itself when there is nothing to do', () => {
    const { code, stderr } = orrery(['worker', '--redis', redis.url, '--threads', '1', '--idle', '1'], at);
    expect(code).toBe(0);
    expect(stderr).toContain('0 runs made, 0 failed');
  });
});

function stderrCount(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('without Redis', () => {
  it.each([
    [
      ['compare', 'tiny.yaml', '--redis', 'redis://user:secret@127.0.0.1:1'],
      ExitCode.InputMissing,
      'Redis does not answer',
    ],
    [['worker', '--redis', 'redis://user:secret@127.0.0.1:1'], ExitCode.InputMissing, 'Redis does not answer'],
    [['worker', '--redis', '127.0.0.1:6379'], ExitCode.Usage, 'redis://HOST:PORT'],
    [['worker'], ExitCode.Usage, '--redis'],
    [['compare', 'tiny.yaml', '--redis', 'redis://127.0.0.1:1', '--shard', '0/2'], ExitCode.Usage, '--shard'],
  ])('%j is refused', (args, expected, message) => {
    const { code, stderr } = orrery(args, at);
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret');
  });
});

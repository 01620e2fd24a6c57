import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { orrery, orreryBeside, ROOT, type Outcome } from './doubles/orrery.ts';
import { hasRedis, RedisServer } from './doubles/redis-server.ts';

/** docs/from-a-policy-to-a-table.md does what it says: each of its commands is run, with fewer pods and seeds. */

const page = readFileSync(join(ROOT, 'docs/from-a-policy-to-a-table.md'), 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map((match) => match[1]!);
}

const scratch = mkdtempSync(join(tmpdir(), 'orrery-table-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
cpSync(join(ROOT, 'scenarios'), join(scratch, 'scenarios'), { recursive: true });
writeFileSync(join(scratch, 'mine.mjs'), blocks('js')[0]!);

const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
const needsData = (command: string): boolean => /ORRERY_DATA|openb\.csv|reproduce/.test(command);
const needsRedis = (command: string): boolean => command.includes('--redis');
const isPlain = (command: string): boolean => !needsData(command) && !needsRedis(command);

/** Large enough that pods wait, small enough for a test. */
const SMALL = ['--set', 'traces[0].resample=80', '--set', 'duration=5m'];

function run(command: string): Outcome {
  const text = command
    .replaceAll('$ORRERY_DATA', process.env['ORRERY_DATA'] ?? '')
    .replaceAll('$PWD', scratch)
    .replace(/--seeds \d+/, '--seeds 2')
    .replace('--warm-up 10m', '--warm-up 1m')
    .replace('resample=600,800,1000', 'resample=40,80');
  const [npx, name, ...args] = text.split(' ');
  expect([npx, name]).toEqual(['npx', 'orrery']);
  const small = /^(run|compare)$/.test(args[0]!) ? SMALL : args[0] === 'sweep' ? SMALL.slice(2) : [];
  return orrery([...args, ...small], { cwd: scratch });
}

describe('the page from a policy to a table', { timeout: 120_000 }, () => {
  const outcomes = new Map<string, Outcome>();

  test('has its commands', () => {
    expect(commands.filter(isPlain)).toHaveLength(11);
    expect(commands.filter(needsData)).toHaveLength(3);
    expect(commands.filter(needsRedis)).toHaveLength(2);
  });

  // In order: later ones need what earlier ones have kept.
  test.each(commands.filter(isPlain))('%s', (command) => {
    const outcome = run(command);
    expect(outcome.code, outcome.stderr).toBe(0);
    outcomes.set(command, outcome);
  });

  test('keeps the table that it prints', () => {
    const printed = outcomes.get(commands.find((one) => one.endsWith('reports/packing --format csv'))!)!.stdout;
    const rows = printed.trim().split('\n');
    expect(rows).toHaveLength(1 + 2 * 3);
    expect(readFileSync(join(scratch, 'reports/packing/comparison.csv'), 'utf8').split('\n')).toContain(rows[1]);
  });

  test('merges shards into a table of every policy', () => {
    expect(
      outcomes
        .get(commands.find((one) => one.includes(' merge '))!)!
        .stdout.trim()
        .split('\n'),
    ).toHaveLength(3);
  });

  const data = process.env['ORRERY_DATA'];
  test.skipIf(data === undefined || !existsSync(join(data, 'openb'))).each(commands.filter(needsData))(
    '%s (set ORRERY_DATA)',
    (command) => {
      const outcome = run(command);
      expect(outcome.code, outcome.stderr).toBe(0);
    },
  );

  test.skipIf(!hasRedis)('lets workers take the runs through Redis (needs redis-server)', async () => {
    const redis = await RedisServer.start(scratch);
    const [work, compare] = commands.filter(needsRedis).map((command) =>
      command
        .replace('redis://127.0.0.1:6379', redis.url)
        .replace(/--seeds \d+/, '--seeds 2')
        .split(' ')
        .slice(2),
    );
    const worker = orreryBeside([...work!, '--threads', '1'], { cwd: scratch });
    const { code, stdout, stderr } = await orreryBeside([...compare!, ...SMALL], { cwd: scratch }).ended;
    worker.kill('SIGKILL');
    await worker.ended;
    await redis.kill();
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('pods_pending_at_end');
  });

  test('points at files that there are', () => {
    const named = [...page.matchAll(/`(scenarios\/[\w./-]+\.(?:ts|yaml))`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(1);
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});

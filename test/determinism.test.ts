import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatDuration } from '../src/sim/engine/time.ts';
import { orrery, ROOT, type Surroundings } from './doubles/orrery.ts';

/** The same scenario and seed give the same history and the same bytes, wherever and however the process runs. */

const scratch = mkdtempSync(join(tmpdir(), 'orrery-determinism-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SCENARIO = join(ROOT, 'scenarios/rolling-update.yaml');
const NODE24 = process.env['ORRERY_NODE24'];

interface Trace {
  readonly fingerprint: string;
  readonly files: Readonly<Record<string, string>>;
}

let runs = 0;

function run(args: readonly string[], surroundings: Surroundings = {}): Trace {
  const out = join(scratch, String(runs++));
  const { code, stderr } = orrery(['run', SCENARIO, '--out', out, '--format', 'json', ...args], surroundings);
  expect([0, 1], stderr).toContain(code);
  const files: Record<string, string> = {};
  for (const name of readdirSync(out).sort()) {
    if (name === 'manifest.json') continue;
    files[name] = createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
  }
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { fingerprint: string };
  return { fingerprint: manifest.fingerprint, files };
}

describe('a run', () => {
  const reference = run([]);

  it('leaves seven CSV files and a page', () => {
    expect(Object.keys(reference.files)).toEqual([
      'control_plane.csv',
      'events.csv',
      'nodes.csv',
      'pods.csv',
      'report.html',
      'summary.csv',
      'timeseries.csv',
      'workloads.csv',
    ]);
  });

  const surroundings: [string, Surroundings][] = [
    ['again', {}],
    ['in another time zone', { env: { TZ: 'Pacific/Chatham' } }],
    ['in another locale', { env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'de_CH.UTF-8' } }],
    ['from another folder', { cwd: tmpdir() }],
    ['with another heap limit', { nodeArgs: ['--max-old-space-size=512', '--max-semi-space-size=1'] }],
    ['without the optimising compiler', { nodeArgs: ['--no-opt'] }],
  ];
  it.each(surroundings)('is the same %s', (_name, where) => {
    expect(run([], where)).toEqual(reference);
  });

  it.skipIf(NODE24 === undefined || !existsSync(NODE24))('is the same on Node 24 (needs ORRERY_NODE24)', () => {
    expect(run([], { binary: NODE24! })).toEqual(reference);
  });

  it('is another one with another seed', () => {
    const other = run(['--seed', 'another']);
    expect(other.fingerprint).not.toBe(reference.fingerprint);
    expect(other.files['pods.csv']).not.toBe(reference.files['pods.csv']);
  });

  it('does not depend on progress, format or reports', () => {
    const { stdout } = orrery(['run', SCENARIO, '--no-reports', '--no-progress', '--format', 'json']);
    expect((JSON.parse(stdout) as { fingerprint: string }).fingerprint).toBe(reference.fingerprint);
  });

  it('verifies itself in two fresh processes', () => {
    const { code, stdout } = orrery(['verify', SCENARIO]);
    expect(stdout).toContain(reference.fingerprint);
    expect(code).toBe(0);
  });

  it('ends at the same time for run and verify: its duration, though nothing happens any more', () => {
    const { stdout: result } = orrery(['run', SCENARIO, '--no-reports', '--format', 'json']);
    const { endedAtMicros } = JSON.parse(result) as { endedAtMicros: number };
    const { stdout } = orrery(['history', SCENARIO]);
    const { history, endedAt } = JSON.parse(stdout) as { history: { time: number }; endedAt: number };
    expect(endedAt).toBe(endedAtMicros);
    expect(history.time).toBeLessThan(endedAt);
    expect(orrery(['verify', SCENARIO]).stdout).toContain(`ended at ${formatDuration(endedAt)}\n`);
  });
});

/** The files of a comparison, its page and its plots included. */
function compare(surroundings: Surroundings = {}): Readonly<Record<string, string>> {
  const out = join(scratch, String(runs++));
  const args = ['--set', 'traces[0].resample=60', '--set', 'duration=5m', '--seeds', '3'];
  const vary = ['--vary', 'scheduler=default,most-allocated', '--metric', 'pods_pending_at_end', '--format', 'html'];
  const { code, stderr } = orrery(
    ['compare', join(ROOT, 'scenarios/gpu-packing.yaml'), ...args, ...vary, '--out', out],
    surroundings,
  );
  expect(code, stderr).toBe(0);
  const names = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(out.length), readFileSync(path, 'utf8')];
    }),
  );
}

describe('a comparison', { timeout: 120_000 }, () => {
  it.skipIf(NODE24 === undefined || !existsSync(NODE24))(
    'is the same on Node 24, page and plots included (needs ORRERY_NODE24)',
    () => {
      const here = compare();
      expect(Object.keys(here).length).toBeGreaterThan(8);
      expect(compare({ binary: NODE24! })).toEqual(here);
    },
  );
});

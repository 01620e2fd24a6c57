import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/cli/exit-codes.ts';
import { orrery } from './doubles/orrery.ts';

const data = process.env['ORRERY_DATA'] ?? '';
const present = data !== '' && existsSync(join(data, 'fgd-atc23'));
const empty = mkdtempSync(join(tmpdir(), 'orrery-reproduce-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

const reproduce = (...args: string[]) => orrery(['reproduce', 'fgd-atc23', ...args]);

describe('orrery reproduce without recordings', () => {
  it('says where it looks, and that nothing is there', () => {
    expect(reproduce('--data', join(empty, 'nowhere'))).toMatchObject({ code: ExitCode.InputMissing, stdout: '' });
    const { code, stderr } = reproduce('--data', empty);
    expect(code).toBe(ExitCode.InputMissing);
    expect(stderr).toContain('orders: no such folder');
    const unset = orrery(['reproduce', 'fgd-atc23'], { env: { ORRERY_DATA: '' } });
    expect(unset.code).toBe(ExitCode.InputMissing);
    expect(unset.stderr).toContain('ORRERY_DATA');
  });
});

describe.skipIf(!present)('orrery reproduce (set ORRERY_DATA)', () => {
  it('prints a run as CSV and nothing else', () => {
    const { code, stdout, stderr } = reproduce('--policy', 'BestFit', '--seed', '42', '--format', 'csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('arrived_percent,allocated_percent,fragmentation_percent,fragmentation_ratio_percent');
    expect(lines).toHaveLength(132);
    expect(lines[101]).toMatch(/^100,92\.94,6\.99,/);
  });

  it('makes the page of a run, on standard output and in a folder, the same bytes each time', () => {
    const out = join(empty, 'out');
    const one = ['--policy', 'FGD', '--seed', '42'];
    const { code, stdout, stderr } = reproduce(...one, '--format', 'html', '--out', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('All 393 published figures reproduced');
    expect(stdout).toContain('orrery reproduce fgd-atc23 --policy FGD --seed 42 --format html');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(out, 'curves.csv'), 'utf8')).toBe(reproduce(...one, '--format', 'csv').stdout);
    expect(readdirSync(join(out, 'plots'))).toContain('default-unallocated.svg');
  });

  it('runs several at once, in threads, in the order asked for', () => {
    const some = ['--policy', 'DotProd', '--policy', 'BestFit', '--seed', '43', '--seed', '42', '--format', 'csv'];
    const one = reproduce(...some, '--threads', '1');
    const two = reproduce(...some, '--threads', '2');
    expect(one.code).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    const runs = new Set(
      one.stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',').slice(0, 3).join(' ')),
    );
    expect([...runs]).toEqual(['default DotProd 43', 'default DotProd 42', 'default BestFit 43', 'default BestFit 42']);
  });

  it('refuses seeds, workloads and policies that there are not, with those that there are', () => {
    const seed = reproduce('--policy', 'FGD', '--seed', '41');
    expect(seed).toMatchObject({ code: ExitCode.InputInvalid, stdout: '' });
    expect(seed.stderr).toContain('42, 43, 44, 45, 46, 47, 48, 49, 50, 51');
    expect(reproduce('--workload', 'huge').stderr).toContain('multigpu50');
    const policy = reproduce('--policy', 'fgd');
    expect(policy.stderr).toContain('Random, DotProd, GpuClustering, GpuPacking, BestFit, FGD');
    expect(policy.code).toBe(ExitCode.InputInvalid);
  });
});

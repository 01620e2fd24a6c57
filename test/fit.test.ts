import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { orrery } from './doubles/orrery.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-fit-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const TRACE = 'scenarios/gpu-packing/tasks.csv';

describe('orrery fit', { timeout: 120_000 }, () => {
  it('prints how close each distribution is, and writes a scenario that can be run', async () => {
    const out = join(scratch, 'fitted.yaml');
    const { code, stdout } = orrery(['fit', TRACE, '--from', 'tasks', '--out', out]);
    expect(code).toBe(0);
    for (const name of ['interarrival', 'duration', 'cpu', 'memory'])
      expect(stdout).toMatch(new RegExp(`^${name} +\\* `, 'm'));
    // Its durations were made lognormal.
    expect(stdout).toMatch(/^duration +\* lognormal/m);
    const { scenario } = await prepareRun(out);
    const [workload] = scenario.workloads;
    expect(workload).toMatchObject({ count: 240, lifetime: { kind: 'lognormal' }, deleteFinished: true });
    expect(workload!.templates.reduce((sum, { weight }) => sum + weight, 0)).toBe(240);
    expect(orrery(['run', out, '--until', '20m', '--no-reports']).code).toBe(0);
  });

  it('says where a trace is wrong', () => {
    const { code, stderr } = orrery(['fit', TRACE, '--from', 'swf']);
    expect(code).toBe(65);
    expect(stderr).toContain('tasks.csv:1');
  });
});

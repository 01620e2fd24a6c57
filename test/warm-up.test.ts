import { describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { ExitCode } from '../src/cli/exit-codes.ts';
import type { RunRecord } from '../src/sim/recorder/run-record.ts';
import type { PodRecord } from '../src/sim/recorder/records.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { orrery } from './doubles/orrery.ts';

const SCENARIO = 'scenarios/gpu-sharing.yaml';
const SMALL = ['traces[0].resample=60', 'duration=5m'];
const WARM_UP = 130_000_000;

async function run(set: readonly string[], untilMicros?: number): Promise<{ record: RunRecord; pods: PodRecord[] }> {
  const { scenario, policies } = await prepareRun(SCENARIO, { set: [...SMALL, ...set] });
  const pods: PodRecord[] = [];
  const sink = { pod: (pod: PodRecord) => pods.push(pod), event: () => undefined };
  const simulation = new Simulation(scenario, policies, sink, { untilMicros });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { record: simulation.finish(), pods };
}

const sum = (record: RunRecord): number => record.nodes.reduce((all, { milliCpuMicros }) => all + milliCpuMicros, 0);

describe('a warm-up', { timeout: 120_000 }, () => {
  it('is left out of integrals and durations, to the microsecond, and changes nothing else', async () => {
    const { record: whole, pods } = await run([]);
    const { record: begun } = await run([], WARM_UP);
    const { record: warm } = await run([`warmUp=130s`]);
    expect(warm.fingerprint).toBe(whole.fingerprint);
    expect(sum(warm)).toBeGreaterThan(0);
    expect(sum(warm) + sum(begun)).toBe(sum(whole));
    expect(warm.gpus!.allocatable + begun.gpus!.allocatable).toBe(whole.gpus!.allocatable);
    expect(warm.gpus!.allocated + begun.gpus!.allocated).toBeCloseTo(whole.gpus!.allocated, -3);
    const counted = pods.filter(({ createdAt, scheduledAt }) => createdAt >= WARM_UP && scheduledAt >= 0).length;
    expect(warm.durations.scheduling).toHaveLength(counted);
    expect(counted).toBeLessThan(whole.durations.scheduling.length);
  });

  it('is found by MSER-5 and left out of every variant alike', () => {
    const args = ['scenarios/gpu-packing.yaml', '--vary', 'scheduler=default,most-allocated', '--seeds', '2'];
    const metrics = ['--metric', 'warm_up', '--metric', 'cpu_requested_mean', '--format', 'csv'];
    const found = orrery(['compare', ...args, ...metrics, '--warm-up', 'mser-5']);
    expect(found.code, found.stderr).toBe(0);
    const [, minutes, , seconds] = /the first (\d+)m((\d+)s)? of each run is left out, by MSER-5/.exec(found.stderr)!;
    const micros = 60 * Number(minutes) + Number(seconds ?? 0);
    expect(found.stdout).toContain(`warm_up,seconds,scheduler=most-allocated,2,${micros},`);
    const said = orrery(['compare', ...args, ...metrics, '--warm-up', `${micros}s`]);
    expect(said.stdout).toBe(found.stdout);
  });

  it.each([
    [['--warm-up', 'soon'], ExitCode.Usage, 'duration'],
    [['--warm-up', '1h'], ExitCode.InputInvalid, 'nothing would count'],
    [['--warm-up', 'mser-5', '--set', 'duration=60s'], ExitCode.InputInvalid, 'does not come to rest'],
  ])('%j is refused', (wrong, code, message) => {
    const args = ['compare', 'scenarios/gpu-packing.yaml', '--seeds', '1', ...wrong];
    const outcome = orrery(args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(message);
  });
});

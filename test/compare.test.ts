import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/cli/exit-codes.ts';
import { orrery } from './doubles/orrery.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-compare-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};

const scenario = write(
  'small.yaml',
  `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: small }
spec:
  duration: 10m
  cluster:
    nodes: [{ count: 4, capacity: { cpu: 4, memory: 16Gi } }]
  workload:
    - name: batch
      count: 60
      interarrival: { exponential: { mean: 4s } }
      lifetime: { exponential: { mean: 60s } }
      deleteFinished: true
      templates:
        - { weight: 3, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 500m } } }] } }
        - { weight: 1, spec: { restartPolicy: Never, containers: [{ name: c, image: 'a:1', resources: { requests: { cpu: 3 } } }] } }
`,
);

/** First fit by hand, but for one seed in some, under which it falls over. */
write(
  'moody.mjs',
  `export default {
  name: 'moody',
  plugins: {
    Moody: (_args, handle) => {
      const fate = handle.random.next();
      return {
        name: 'Moody',
        score: (_state, _pod, node) => {
          if (fate < 0.3) throw new Error('not today');
          return node.name === 'node-0' ? 100 : 0;
        },
      };
    },
  },
};
`,
);

const at = { cwd: scratch };

describe('orrery compare', { timeout: 240_000 }, () => {
  const args = [
    'compare',
    'small.yaml',
    '--vary',
    'scheduler=default,most-allocated',
    '--seeds',
    '4',
    '--format',
    'csv',
  ];

  it('comes to the same bytes with any number of threads, in shards put together, and from results that are there', () => {
    const one = orrery([...args, '--threads', '1'], at);
    expect({ code: one.code, stderr: one.stderr }).toEqual({ code: 0, stderr: '' });
    expect(one.stdout).toContain('scheduling_latency_p50,seconds,scheduler=most-allocated,4,');
    const two = orrery([...args, '--threads', '2', '--out', 'whole'], at);
    expect(two.stdout).toBe(one.stdout);
    expect(readdirSync(join(scratch, 'whole', 'results'))).toHaveLength(8);
    expect(readFileSync(join(scratch, 'whole', 'comparison.csv'), 'utf8')).toBe(one.stdout);

    for (const shard of ['0/2', '1/2']) {
      const part = orrery([...args, '--out', `part-${shard[0]}`, '--shard', shard], at);
      expect(part).toMatchObject({ code: 0, stdout: '' });
      expect(part.stderr).toContain('4 runs made, 4 left to other shards');
    }
    const half = orrery(['merge', 'part-0', '--format', 'csv'], at);
    expect(half.code).toBe(ExitCode.Partial);
    expect(half.stderr).toContain('4 runs are missing');
    const merged = orrery(['merge', 'part-0', 'part-1', '--format', 'csv'], at);
    expect(merged).toMatchObject({ code: 0, stdout: one.stdout });

    const again = orrery([...args, '--out', 'whole', '--shard', '0/1'], at);
    expect(again.stderr).toContain('0 runs made');
  });

  it('isolates runs that fail, tells how to repeat each, and compares the others', () => {
    const { code, stdout, stderr } = orrery(
      ['compare', 'small.yaml', '--vary', 'scheduler=default,./moody.mjs', '--seeds', '8', '--threads', '2'],
      at,
    );
    expect(code).toBe(ExitCode.Partial);
    const replays = [...stderr.matchAll(/repeat it with: orrery (.*)/g)].map((match) => match[1]!.split(' '));
    expect(replays.length).toBeGreaterThan(0);
    expect(replays.length).toBeLessThan(8);
    expect(stderr).toContain('PolicyError');
    expect(stderr).toContain('not today');
    expect(stdout).toContain('moody.mjs');
    expect(orrery([...replays[0]!, '--no-reports'], at).code).toBe(ExitCode.Policy);
  });

  it('goes on until it is precise enough', () => {
    const { code, stdout } = orrery(
      [
        'compare',
        'small.yaml',
        '--metric',
        'cpu_requested_mean',
        '--precision',
        '0.08',
        '--max-seeds',
        '60',
        '--format',
        'json',
      ],
      at,
    );
    expect(code).toBe(0);
    const { seeds, metrics } = JSON.parse(stdout) as {
      seeds: string[];
      metrics: { variants: { mean: number; halfWidth: number }[] }[];
    };
    expect(seeds.length).toBeGreaterThan(10);
    const [{ mean, halfWidth } = { mean: 0, halfWidth: 1 }] = metrics[0]!.variants;
    expect(halfWidth / mean).toBeLessThanOrEqual(0.08);
  });

  it('says when it was not precise enough in the end', () => {
    const few = ['--metric', 'cpu_requested_mean', '--precision', '0.001', '--max-seeds', '12'];
    const { code, stderr } = orrery(['compare', 'small.yaml', ...few], at);
    expect(code).toBe(0);
    expect(stderr).toMatch(/precision not reached after 12 seeds: cpu_requested_mean of as it is, ± [\d.]+ %/);
  });

  it('takes an Experiment from a file, its scenario beside it', () => {
    write(
      'experiment.yaml',
      `apiVersion: orrery.dev/v1
kind: Experiment
metadata: { name: packing }
spec:
  scenario: ./small.yaml
  vary:
    - { path: scheduler, values: [default, first-fit] }
    - { path: cluster.nodes, values: [2, 4] }
  seeds: 3
  metrics: [pods_pending_at_end]
`,
    );
    const { code, stdout } = orrery(['sweep', join(scratch, 'experiment.yaml'), '--format', 'csv']);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(5);
    expect(stdout).toContain('"scheduler=first-fit, cluster.nodes=4",3,');
  });

  it.each([
    [['--vary', 'scheduler=defualt'], ExitCode.InputInvalid, 'did you mean `default`'],
    [['--vary', 'scheduler'], ExitCode.InputInvalid, 'PATH=VALUE'],
    [['--metric', 'speed'], ExitCode.InputInvalid, 'no metric is called speed'],
    [['--seeds', '0'], ExitCode.Usage, 'above 0'],
    [['--shard', '2/2'], ExitCode.Usage, 'i/n'],
    [['--best', 'pods_created'], ExitCode.InputInvalid, '--indifference'],
  ])('%j is refused', (wrong, expected, message) => {
    const { code, stderr } = orrery(['compare', 'small.yaml', '--seeds', '1', ...wrong], at);
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });

  it('says what is wrong with an Experiment where it stands', () => {
    const file = write(
      'wrong.yaml',
      'apiVersion: orrery.dev/v1\nkind: Experiment\nmetadata: { name: x }\nspec:\n  scenario: a.yaml\n  sedes: 3\n',
    );
    const { code, stderr } = orrery(['sweep', file]);
    expect(code).toBe(ExitCode.InputInvalid);
    expect(stderr).toContain('wrong.yaml:6:3');
    expect(stderr).toContain('did you mean `seeds`');
  });

  it('says plainly that one run is none', () => {
    const { stdout } = orrery(['compare', scenario, '--vary', 'scheduler=default,first-fit', '--seeds', '1']);
    expect(stdout).toContain('too few runs to tell');
    expect(stdout).toContain('One run each says nothing about chance');
  });
});

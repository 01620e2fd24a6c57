import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/cli/exit-codes.ts';
import { ENTRY, orrery, ROOT } from './doubles/orrery.ts';
import { traceProblems } from './doubles/trace-format.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let named = 0;
const fresh = (): string => join(scratch, `run-${named++}`);

function scenarioFile(text: string): string {
  const path = join(scratch, `scenario-${named++}.yaml`);
  writeFileSync(path, text);
  return path;
}

const SMALL = `
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: small }
spec:
  duration: 5m
  cluster:
    nodes: [{ name: node, count: 2, capacity: { cpu: 4, memory: 8Gi } }]
`;
const DEPLOYMENT = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: "web:v1" }] }
`;

describe('orrery run', () => {
  it('shows a result, names its reports and exits 0', () => {
    const out = fresh();
    const { code, stdout, stderr } = orrery(['run', scenarioFile(SMALL + DEPLOYMENT), '--out', out]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/3 created: 3 running, 3 ready/);
    expect(stdout).toContain(out);
    expect(code).toBe(ExitCode.Ok);
  });

  it('writes a manifest whose hashes fit the files', () => {
    const out = fresh();
    orrery(['run', scenarioFile(SMALL + DEPLOYMENT), '--out', out]);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      complete: boolean;
      files: { file: string; bytes: number; sha256: string }[];
    };
    expect(manifest.complete).toBe(true);
    expect(manifest.files.map(({ file }) => file).sort()).toEqual(
      readdirSync(out)
        .filter((name) => name !== 'manifest.json')
        .sort(),
    );
    for (const { file, bytes, sha256 } of manifest.files) {
      const content = readFileSync(join(out, file));
      expect([file, content.length]).toEqual([file, bytes]);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
  });

  it('writes a trace where it is told to, and leaves nothing half written', () => {
    const out = fresh();
    mkdirSync(out);
    const args = ['run', scenarioFile(SMALL + DEPLOYMENT), '--no-reports', '--trace', join(out, 'trace.json')];
    expect(orrery(args).code).toBe(0);
    const text = readFileSync(join(out, 'trace.json'), 'utf8');
    expect(traceProblems(text)).toEqual([]);
    const { traceEvents } = JSON.parse(text) as {
      traceEvents: { ph: string; name: string }[];
    };
    expect(traceEvents.filter(({ ph, name }) => ph === 'b' && name === 'has been ready')).toHaveLength(3);
    expect(readdirSync(out)).toEqual(['trace.json']);
  });

  it('replaces an earlier run as a whole', () => {
    const out = fresh();
    orrery(['run', scenarioFile(SMALL), '--out', out, '--decisions']);
    expect(existsSync(join(out, 'decisions.csv'))).toBe(true);
    orrery(['run', scenarioFile(SMALL), '--out', out]);
    expect(existsSync(join(out, 'decisions.csv'))).toBe(false);
    expect(existsSync(join(out, 'manifest.json'))).toBe(true);
  });

  it('exits 1 and names the first moment when an expectation is broken', () => {
    const expectations = `  expect: [{ at: 1s, that: every Deployment is available }]\n`;
    const { code, stdout } = orrery(['run', scenarioFile(SMALL + expectations + DEPLOYMENT), '--no-reports']);
    expect(stdout).toMatch(/broken {2}every Deployment is available\n\s+at 1s: deployment default\/web has 0 of 3/);
    expect(code).toBe(ExitCode.Broken);
  });

  it('exits 0 when pods cannot be placed: that is a result', () => {
    const huge = DEPLOYMENT.replace('image: "web:v1"', 'image: "web:v1", resources: { requests: { cpu: "64" } }');
    const { code, stdout } = orrery(['run', scenarioFile(SMALL + huge), '--no-reports']);
    expect(stdout).toMatch(/3 {2}0\/2 nodes are available: 2 Insufficient cpu/);
    expect(code).toBe(ExitCode.Ok);
  });

  it('runs without any node and says so', () => {
    const none = SMALL.replace(/nodes: .*/, 'nodes: []');
    const { code, stdout } = orrery(['run', scenarioFile(none + DEPLOYMENT), '--no-reports']);
    expect(stdout).toContain('no nodes');
    expect(code).toBe(ExitCode.Ok);
  });

  it('stops at --until and says so', () => {
    const { stdout } = orrery(['run', scenarioFile(SMALL + DEPLOYMENT), '--no-reports', '--until', '2s']);
    expect(stdout).toContain('ended at 2s');
    expect(stdout).toContain('--until was reached');
  });

  it('simulates heartbeats one by one under --simulate-everything: more requests, the same pods at the same times', () => {
    const path = scenarioFile(SMALL + DEPLOYMENT);
    const of = (...flags: readonly string[]): Record<string, { readonly value: string }> => {
      const args = ['run', path, '--no-reports', '--format', 'json', '--until', '5m', ...flags];
      return (JSON.parse(orrery(args).stdout) as { figures: Record<string, { readonly value: string }> }).figures;
    };
    const quiet = of();
    const everything = of('--simulate-everything');
    expect(everything['pods_ever_ready']).toEqual(quiet['pods_ever_ready']);
    expect(Number(everything['api_requests']!.value)).toBeGreaterThan(Number(quiet['api_requests']!.value));
  });

  it('takes overrides', () => {
    const { stdout } = orrery([
      'run',
      scenarioFile(SMALL + DEPLOYMENT),
      '--no-reports',
      '--format',
      'json',
      '--set',
      'cluster.nodes[0].count=7',
    ]);
    const result = JSON.parse(stdout) as { figures: Record<string, { value: string }> };
    expect(result.figures['nodes']!.value).toBe('7');
  });

  it('runs a folder of manifests', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'deep', 'web.yaml'), DEPLOYMENT.slice(4));
    const { code, stdout } = orrery(['run', folder, '--no-reports']);
    expect(stdout).toMatch(/3 created: 3 running, 3 ready/);
    expect(code).toBe(ExitCode.Ok);
  });

  it('is quiet in a pipe', () => {
    const { stderr, stdout } = orrery(['run', scenarioFile(SMALL), '--no-reports']);
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/\u001b\[/);
  });
});

describe('wrong input', () => {
  it('exits 65 with the place, an excerpt and a suggestion, and writes nothing', () => {
    const out = fresh();
    const { code, stderr } = orrery(['run', scenarioFile(SMALL.replace('duration', 'durration')), '--out', out]);
    expect(stderr).toMatch(/scenario-\d+\.yaml:6:3/);
    expect(stderr).toContain('did you mean `duration`');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(ExitCode.InputInvalid);
    expect(existsSync(out)).toBe(false);
  });

  it('exits 66 where the folder in which the user stands is gone, and still helps', () => {
    const gone = mkdtempSync(join(scratch, 'gone-'));
    const there = (...args: string[]) =>
      spawnSync(
        'sh',
        [
          '-c',
          'rmdir "$1"; mkdir -p "$1"; cd "$1"; rmdir "$1"; shift; exec "$@"',
          'sh',
          gone,
          process.execPath,
          ENTRY,
          ...args,
        ],
        {
          encoding: 'utf8',
        },
      );
    const { status, stderr } = there('run', scenarioFile(SMALL));
    expect(stderr).toBe(
      'error: the folder in which this shell stands is not there any more: go to another one (cd) and try again\n',
    );
    expect(status).toBe(ExitCode.InputMissing);
    expect(there('--help').status).toBe(ExitCode.Ok);
  });

  it.each([
    ['a scheduler', 'cluster.scheduler.policy=./none.ts'],
    ['a controller', 'cluster.controllers=[./none.ts]'],
    ['a configuration', 'cluster.scheduler.config=./none.ts'],
    ['manifests', 'manifests=[./none.ts]'],
  ])('says in which folder the file of %s was looked for', (_, set) => {
    const { code, stderr } = orrery(['validate', scenarioFile(SMALL), '--set', set], { cwd: '/' });
    expect(stderr).toContain(`there is no file \`${scratch}/none.ts\``);
    expect(stderr).toContain(`\`./none.ts\` is looked for in the folder of the scenario, \`${scratch}\``);
    expect(code).toBe(ExitCode.InputMissing);
  });

  it('looks for the file of a varied policy where the user stands', () => {
    const { code, stderr } = orrery(['compare', scenarioFile(SMALL), '--vary', 'scheduler=default,./none.ts'], {
      cwd: ROOT,
    });
    expect(stderr).toContain(`there is no file \`${join(ROOT, 'none.ts')}\``);
    expect(stderr).not.toContain('is looked for');
    expect(code).toBe(ExitCode.InputMissing);
  });

  it('exits 66 when there is no such file', () => {
    expect(orrery(['run', join(scratch, 'nowhere.yaml')]).code).toBe(ExitCode.InputMissing);
  });

  it('exits 2 for a wrong command line, with a suggestion', () => {
    const unknown = orrery(['run', 'x.yaml', '--sead', '1']);
    expect(unknown.stderr).toContain('--seed');
    expect(unknown.code).toBe(ExitCode.Usage);
    expect(orrery(['rnu', 'x.yaml']).stderr).toContain('run');
    expect(orrery(['rnu', 'x.yaml']).code).toBe(ExitCode.Usage);
    expect(orrery(['run', 'x.yaml', '--until', 'soon']).code).toBe(ExitCode.Usage);
    expect(orrery(['run', 'x.yaml', '--seed', '']).code).toBe(ExitCode.Usage);
  });

  it('exits 73 when the output cannot be made', () => {
    const file = join(scratch, 'a-file');
    writeFileSync(file, '');
    const { code, stderr } = orrery(['run', scenarioFile(SMALL), '--out', join(file, 'below')]);
    expect(stderr).toContain('cannot create');
    expect(code).toBe(ExitCode.CannotCreate);
  });

  it('exits 73 rather than replace what no run wrote: a file, a folder of anything else, a run with something added', () => {
    const scenario = scenarioFile(SMALL);
    const file = fresh();
    writeFileSync(file, 'mine');
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.yaml'), 'mine');
    const added = fresh();
    orrery(['run', scenario, '--out', added]);
    writeFileSync(join(added, 'notes.txt'), 'mine');
    for (const [out, why] of [
      [file, 'it is not a folder'],
      [folder, 'it holds mine.yaml, which no run wrote'],
      [added, 'it holds notes.txt, which no run wrote'],
    ] as const) {
      const { code, stderr, stdout } = orrery(['run', scenario, '--out', out]);
      expect(stderr).toContain(`error: cannot create ${out}: ${why}`);
      expect(stdout).toBe('');
      expect(code).toBe(ExitCode.CannotCreate);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['mine.yaml']);
    expect(readFileSync(join(added, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('exits 73 where the folder of an experiment or the file of a trace cannot be made', () => {
    const scenario = scenarioFile(SMALL);
    const file = fresh();
    writeFileSync(file, 'mine');
    const folder = fresh();
    mkdirSync(folder);
    const commands = [
      ['compare', scenario, '--seeds', '2', '--out', file],
      ['run', scenario, '--no-reports', '--trace', folder],
    ];
    for (const command of commands) {
      const { code, stderr } = orrery(command);
      expect(stderr).toMatch(/^error: cannot create /);
      expect(code).toBe(ExitCode.CannotCreate);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves standard output alone when a trace cannot be read', () => {
    const { code, stdout } = orrery(['import', join(scratch, 'nowhere.csv'), '--from', 'swf']);
    expect({ code, stdout }).toEqual({ code: ExitCode.InputMissing, stdout: '' });
  });

  it('validates without running', () => {
    expect(orrery(['validate', scenarioFile(SMALL)]).code).toBe(ExitCode.Ok);
    const bad = orrery(['validate', scenarioFile(SMALL.replace('5m', 'five')), '--format', 'json']);
    expect(bad.code).toBe(ExitCode.InputInvalid);
    expect(JSON.parse(bad.stdout)).toMatchObject([{ severity: 'error', line: 6 }]);
  });
});

describe('orrery init', () => {
  it('writes a scenario that runs, and never over another file', () => {
    const file = join(scratch, 'mine.yaml');
    expect(orrery(['init', file]).code).toBe(ExitCode.Ok);
    expect(orrery(['init', file]).code).toBe(ExitCode.CannotCreate);
    expect(orrery(['init', file, '--force']).code).toBe(ExitCode.Ok);
    expect(readFileSync(file, 'utf8')).toContain(`orrery run ${file}\n`);
    expect(orrery(['run', file, '--no-reports']).code).toBe(ExitCode.Ok);
  });
});

describe('help', () => {
  it('has examples and exit codes', () => {
    const { stdout, code } = orrery(['--help']);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Exit codes:');
    expect(code).toBe(ExitCode.Ok);
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('completes in %s', (shell) => {
    const { stdout, code } = orrery(['completion', shell]);
    expect(stdout.length).toBeGreaterThan(100);
    expect(code).toBe(ExitCode.Ok);
  });
});

describe('a run that is ended from outside', () => {
  const LONG = SMALL.replace('5m', '1h').replace('count: 2', 'count: 200');
  const big = LONG + DEPLOYMENT.replace('replicas: 3', 'replicas: 3000');

  /** Starts a run and sends it a signal once it writes. */
  async function interrupted(signal: NodeJS.Signals): Promise<{ out: string; parent: string; code: number | null }> {
    const parent = fresh();
    mkdirSync(parent);
    const out = join(parent, 'out');
    const child = spawn(process.execPath, [ENTRY, 'run', scenarioFile(big), '--out', out], { stdio: 'ignore' });
    const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
    while (!readdirSync(parent).some((name) => name.includes('incomplete'))) {
      await new Promise((done) => setTimeout(done, 20));
      if (child.exitCode !== null) break;
    }
    await new Promise((done) => setTimeout(done, 300));
    child.kill(signal);
    return { out, parent, code: await ended };
  }

  it('by SIGINT leaves what is there, marked incomplete', async () => {
    const { out, code } = await interrupted('SIGINT');
    expect(code).toBe(ExitCode.Interrupted);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { complete: boolean };
    expect(manifest.complete).toBe(false);
    const pods = readFileSync(join(out, 'pods.csv'), 'utf8');
    expect(pods.endsWith('\n')).toBe(true);
  });

  it('by SIGKILL leaves no run folder, and the next run takes the rest away', async () => {
    const { out, parent } = await interrupted('SIGKILL');
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(parent).every((name) => name.startsWith('.out.incomplete-'))).toBe(true);
    orrery(['run', scenarioFile(SMALL), '--out', out]);
    expect(readdirSync(parent)).toEqual(['out']);
  });
});

describe('an output that cannot be written', () => {
  it.skipIf(process.getuid?.() === 0)('is named with its reason', () => {
    const locked = fresh();
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    expect(orrery(['run', scenarioFile(SMALL), '--out', join(locked, 'out')]).code).toBe(ExitCode.CannotCreate);
  });

  it('does not end in a stack trace when the reader of standard output has gone', async () => {
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" "${ENTRY}" run "${scenarioFile(SMALL)}" --no-reports | true`,
    ]);
    let noise = '';
    child.stderr.on('data', (chunk: Buffer) => (noise += chunk.toString()));
    await new Promise((done) => child.on('close', done));
    expect(noise).toBe('');
  });
});

it('every exit code is documented', () => {
  const documented = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
  for (const code of Object.values(ExitCode)) expect(documented).toContain(`| ${code} |`);
});

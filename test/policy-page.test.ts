import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { orrery } from './doubles/orrery.ts';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { turnOn } from '../src/cli/guarded-turn.ts';
import type { SchedulerModule } from '../src/sim/policy-api/scheduler-module.ts';
import { testScheduler } from '../src/sim/policy-api/testing.ts';
import { Simulation } from '../src/sim/simulation.ts';
import keepGaps from '../scenarios/custom-policy/keep-gaps.ts';

/** docs/writing-a-scheduler-policy.md does what it says: its policy is taken from the page and run. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCENARIO = join(ROOT, 'scenarios/custom-policy.yaml');
const page = readFileSync(join(ROOT, 'docs/writing-a-scheduler-policy.md'), 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map((match) => match[1]!);
}

const folder = mkdtempSync(join(tmpdir(), 'orrery-page-'));
const file = join(folder, 'my-policy.mjs');
writeFileSync(file, blocks('js')[0]!);
afterAll(() => rmSync(folder, { recursive: true }));
const policy = ((await import(pathToFileURL(file).href)) as { default: SchedulerModule }).default;

async function runWith(scheduler: string): Promise<{ pending: number; fingerprint: string }> {
  const { scenario, policies, watch } = await prepareRun(SCENARIO, { set: [`cluster.scheduler.policy=${scheduler}`] });
  const simulation = new Simulation(scenario, policies, { pod: () => {}, event: () => {} });
  while (turnOn(simulation, 1_000_000, watch));
  const run = simulation.finish();
  return { pending: run.last.podsPending, fingerprint: run.fingerprint };
}

describe('the policy of the page', () => {
  test('makes room for the large pods, and is the one that the scenario ships', async () => {
    const [mine, shipped] = [await runWith(file), await runWith('./custom-policy/keep-gaps.ts')];
    expect(mine.pending).toBe(0);
    expect(shipped).toEqual(mine);
  });

  test('which kube-scheduler does not', async () => {
    expect((await runWith('default')).pending).toBe(6);
  });

  testScheduler(policy, test, { clusters: 3 });

  test('is named as on the page when it answers nonsense', async () => {
    writeFileSync(join(folder, 'nan.mjs'), blocks('js')[0]!.replaceAll('.milliCpu', '.cpu'));
    await expect(runWith(join(folder, 'nan.mjs'))).rejects.toThrow(
      'plugin KeepGaps: score of pod default/small-0 on node-0: returned NaN, which is no whole number',
    );
    expect(page).toContain(
      'plugin KeepGaps: score of pod default/small-0 on node-0: returned NaN, which is no whole number',
    );
  });

  test('has the name and the configuration of the shipped one', () => {
    expect({ name: policy.name, configuration: policy.configuration }).toEqual({
      name: keepGaps.name,
      configuration: keepGaps.configuration,
    });
  });
});

describe('each command of the page', { timeout: 60_000 }, () => {
  const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
  cpSync(join(ROOT, 'scenarios'), join(folder, 'scenarios'), { recursive: true });

  test.each(commands)('%s', (command) => {
    const [npx, name, ...args] = command.replaceAll('$PWD', folder).split(' ');
    expect([npx, name]).toEqual(['npx', 'orrery']);
    const outcome = orrery(args, { cwd: folder });
    const breaksAnExpectation = command.includes('cluster.scheduler.policy=default');
    expect(outcome.code, outcome.stderr).toBe(breaksAnExpectation ? 1 : 0);
    if (args[0] === 'compare') expect(page).toContain(outcome.stdout.split('\n\nDifferences')[0]);
  });
});

describe('the page', () => {
  const cli = readFileSync(join(ROOT, 'src/cli/main.ts'), 'utf8');

  test('names only commands and options that there are', () => {
    const commands = [...page.matchAll(/\borrery ([a-z]+)/g)].map((match) => match[1]!);
    expect(commands.length).toBeGreaterThan(5);
    for (const command of new Set(commands))
      expect(cli).toMatch(new RegExp(`[Cc]ommand\\('${command}'\\)|'${command}'`));
    const shell = blocks('sh').join('\n') + page.slice(page.indexOf('## When it goes wrong'));
    const options = [...shell.matchAll(/ (--[a-z-]+)/g)].map((match) => match[1]!);
    for (const option of new Set(options)) {
      expect(cli).toContain(option);
    }
  });

  test('points at files that there are', () => {
    const named = [...page.matchAll(/`((?:src|scenarios|policies|plugins)\/[\w./-]+\.(?:ts|yaml))`/g)].map(
      (match) => match[1]!,
    );
    expect(named.length).toBeGreaterThan(5);
    for (const path of named) {
      const known = /^(policies|plugins)\//.test(path) ? `src/policies/scheduling/${path}` : path;
      expect(() => readFileSync(join(ROOT, known)), known).not.toThrow();
    }
  });
});

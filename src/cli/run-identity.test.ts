import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareRun } from './prepare-run.ts';
import { OtherExperimentError, replicate } from './replicate.ts';
import { runIdentity } from './run-identity.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-identity-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};
const scheduler = (text: string): string => `export default { name: 'mine', plugins: {} }; // ${text}\n`;
const controller = (text: string): string => `export default { name: 'mine', controller: () => ({}) }; // ${text}\n`;
const scenario = write(
  'scenario.yaml',
  `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: small }
spec:
  duration: 1m
  cluster:
    nodes: [{ count: 1, capacity: { cpu: 4, memory: 8Gi } }]
    scheduler: { policy: ./scheduler.mjs }
    controllers: ['*', ./controller.mjs]
`,
);

async function identity(path = scenario, set: readonly string[] = []): Promise<string> {
  return runIdentity(await prepareRun(path, { set }));
}

describe('the identity of a run', () => {
  it('hangs on the scenario and the text of every policy, not on where they lie or on the seed', async () => {
    write('scheduler.mjs', scheduler('one'));
    write('controller.mjs', controller('one'));
    const first = await identity();
    expect(await identity(relative(process.cwd(), scenario))).toBe(first);
    expect(await identity(scenario, ['seed=7'])).toBe(first);
    expect(await identity(scenario, ['duration=2m'])).not.toBe(first);
    write('scheduler.mjs', scheduler('two'));
    const second = await identity();
    write('controller.mjs', controller('two'));
    const third = await identity();
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('is held against what is read when the run is made', async () => {
    const input = { path: scenario, sets: ["cluster.controllers=['*']"], seed: '1' };
    const planned = await identity(scenario, input.sets);
    const { fingerprint } = await replicate({ ...input, identity: planned });
    expect(fingerprint).not.toBe('');
    await expect(replicate({ ...input, identity: 'another' })).rejects.toThrow(OtherExperimentError);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { turnOn } from '../src/cli/guarded-turn.ts';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { ScenarioError } from '../src/scenario/scenario-error.ts';
import type { ApiObject } from '../src/sim/api/kinds.ts';
import type { ControllerModule } from '../src/sim/policy-api/controller-module.ts';
import { testController } from '../src/sim/policy-api/testing.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** docs/writing-a-controller.md does what it says: its operator is taken from the page and run. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCENARIO = join(ROOT, 'scenarios/website-operator.yaml');
const page = readFileSync(join(ROOT, 'docs/writing-a-controller.md'), 'utf8');
const operator = /```js\n(.*?)```/s.exec(page)![1]!;

const folder = mkdtempSync(join(tmpdir(), 'orrery-controller-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, code: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, code);
  return path;
}

const objectsOf = (simulation: Simulation, kind: ApiObject['kind']): ApiObject[] => [
  ...simulation.api.store.values(kind),
];

const mine = fileOf('mine', operator);
const { default: module } = (await import(pathToFileURL(mine).href)) as { default: ControllerModule };

async function runWith(controllers: readonly string[] | undefined): Promise<{
  readonly simulation: Simulation;
  readonly held: readonly boolean[];
  readonly fingerprint: string;
}> {
  const set = controllers === undefined ? [] : [`cluster.controllers=${JSON.stringify(controllers)}`];
  const { scenario, policies, watch } = await prepareRun(SCENARIO, { set });
  const simulation = new Simulation(scenario, policies, { pod: () => {}, event: () => {} });
  while (turnOn(simulation, 1_000_000, watch, 2));
  const { expectations, fingerprint } = simulation.finish();
  return { simulation, held: expectations.map(({ held }) => held), fingerprint };
}

/** What is said about the scenario with these controllers. */
async function problemsOf(controllers: readonly string[]): Promise<string[]> {
  const error = await runWith(controllers).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ScenarioError);
  return (error as ScenarioError).problems.map(({ message }) => message);
}

describe('the operator of the page', () => {
  test('does what the scenario expects', async () => {
    const { simulation, held } = await runWith([mine]);
    expect(held).toEqual([true, true, true, true, true]);
    expect(objectsOf(simulation, 'Website.example.com')).toMatchObject([{ status: { readyReplicas: 5 } }]);
    expect(objectsOf(simulation, 'ConfigMap')).toEqual([]);
  });

  testController(module, test, { scenario: SCENARIO, seeds: 1, crashes: 2 });

  test('is named when it fails, throws away what it was shown, or never answers', async () => {
    const broken = operator.replace('const read =', "if (key === 'default/shop') null.image;\n const read =");
    await expect(runWith([fileOf('throws', broken)])).rejects.toThrow(
      "controller my-operator: sync of default/shop: threw TypeError: Cannot read properties of null (reading 'image')",
    );
    const writing = operator.replace('const { image', 'website.spec.replicas = 0;\n const { image');
    await expect(runWith([fileOf('writes', writing)])).rejects.toThrow(
      /controller my-operator: sync of default\/\w+: threw TypeError: Cannot assign to read only property/,
    );
    const odd = operator.replace('(yield request)', '(yield { verb: "wish" })');
    await expect(runWith([fileOf('odd', odd)])).rejects.toThrow(
      /controller my-operator: sync of default\/\w+: .*yielded an object without a verb, which is no request/,
    );
    const looping = operator.replace('const read =', 'for (;;);\n const read =');
    await expect(runWith([fileOf('loops', looping)])).rejects.toThrow(
      /controller my-operator: sync of default\/\w+: gave no answer within 2 s/,
    );
  });

  test('is refused when it is no controller, or works on what nothing defines', async () => {
    await expect(runWith([fileOf('none', 'export default { controller: 1, extra: 2 }')])).rejects.toThrow(
      /unknown member extra.*name is missing; controller is not a function/,
    );
    const other = operator.replace("'Website.example.com'", "'Shop.example.com'");
    expect(await problemsOf([fileOf('other', other)])).toContain(
      'a controller works on `Shop.example.com`, which no CustomResourceDefinition among the manifests defines',
    );
  });
});

describe('the operator of the scenario', () => {
  test('keeps what it promises, and the same run is the same', async () => {
    const { simulation, held, fingerprint } = await runWith(undefined);
    expect(held).toEqual([true, true, true, true, true]);
    expect(objectsOf(simulation, 'ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['default-shop']);
    expect(objectsOf(simulation, 'Website.example.com')).toMatchObject([
      { metadata: { generation: 2 }, status: { observedGeneration: 2, readyReplicas: 5, phase: 'Serving' } },
    ]);
    // What it owned went with the Website that was deleted.
    for (const kind of ['Deployment', 'Service'] as const) {
      expect(objectsOf(simulation, kind).map(({ metadata }) => metadata.name)).toEqual(['shop']);
    }
    expect((await runWith(undefined)).fingerprint).toBe(fingerprint);
  });

  test('has no effect where it is not named, and neither has its kind', async () => {
    const problems = await problemsOf(['*']);
    expect(problems).toContain('Website shop: kind: Website is accepted, not simulated');
    expect(problems).toContain('there is no Deployment `default/shop`');
  });

  test('can take the place of one of Kubernetes own, and others can be left out', async () => {
    const idle = `export default {
      name: 'deployment-controller',
      controller: () => ({ name: 'deployment', workers: 1, handlers: {}, *sync() {} }),
    };`;
    const replaced = await runWith([mine, fileOf('idle', idle)]);
    expect(objectsOf(replaced.simulation, 'Deployment')).toHaveLength(1);
    expect(objectsOf(replaced.simulation, 'ReplicaSet')).toHaveLength(0);
    const without = await runWith([mine, '*', '-replicaset-controller']);
    expect(objectsOf(without.simulation, 'ReplicaSet').length).toBeGreaterThan(0);
    expect(objectsOf(without.simulation, 'Pod')).toHaveLength(0);
  });
});

describe('the page', () => {
  test('points at files that there are', () => {
    const named = [...page.matchAll(/`((?:src|scenarios)\/[\w./-]+\.(?:ts|yaml))`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(5);
    for (const path of named) expect(() => readFileSync(join(ROOT, path)), path).not.toThrow();
  });
});

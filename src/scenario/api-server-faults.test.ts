import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from './load-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-api-server-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(apiServers: string, fault: string) {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(
    path,
    `apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\nspec:\n  cluster: { controlPlane: { apiServers: ${apiServers} } }\n  timeline: [{ at: 1m, fault: ${fault} }]\n`,
  );
  return loadScenario(path).scenario;
}

function problems(apiServers: string, fault: string): string[] {
  try {
    load(apiServers, fault);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(({ code, message }) => `${code}: ${message}`);
    throw error;
  }
}

describe('faults of API servers on a timeline', () => {
  it('are read with what they need', () => {
    const { cluster, faults } = load('3', '{ kind: ApiServerSlowdown, instance: 2, factor: 10, duration: 30s }');
    expect(cluster.apiServers).toBe(3);
    const fault = { kind: 'ApiServerSlowdown', instance: 2, factor: 10, durationMicros: 30_000_000 };
    expect(faults).toEqual([{ atMicros: 60_000_000, text: 'ApiServerSlowdown 2', fault }]);
    expect(load('2', '{ kind: ApiServerCrash }').faults![0]!.fault).toMatchObject({ instance: 0 });
  });

  it('are refused where they cannot be', () => {
    expect(problems('8', '{ kind: ApiServerCrash }')).toHaveLength(1);
    expect(problems('2', '{ kind: ApiServerPause, instance: 2 }')).toEqual([
      'unknown-replica: there are 2 API servers, numbered from 0: there is no number 2',
    ]);
    expect(problems('1', '{ kind: ApiServerSlowdown }')[0]).toContain('needs `factor`');
    expect(problems('1', '{ kind: ApiServerCrash, factor: 2 }')[0]).toContain('goes with ApiServerSlowdown');
    expect(problems('1', '{ kind: ApiServerRollingRestart, instance: 0 }')[0]).toContain('has no `instance`');
    expect(problems('1', '{ kind: ApiServerRollingRestart, duration: 1s }')[0]).toContain('has no `duration`');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from './load-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-cloud-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMED = '{ name: general, max: 3, zone: west-1, capacity: { cpu: 2 } }';
const TYPE = '{ name: t, zones: [a], price: 1, capacity: { cpu: 2 } }';
const GROUP = '{ name: g, min: 1, max: 3, zone: a, capacity: { cpu: 2 } }';

function load(cluster: string, timeline = '') {
  const path = join(folder, 'scenario.yaml');
  const head = 'apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\nspec:\n';
  writeFileSync(path, `${head}  cluster: { ${cluster} }\n${timeline === '' ? '' : `  timeline: [${timeline}]\n`}`);
  return loadScenario(path).scenario;
}

/** The first problem, with where it stands. */
function problem(cluster: string, timeline = ''): string {
  try {
    load(cluster, timeline);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const { code, path, message, help } = error.problems[0]!;
    return [code, path, message, help].filter((part) => part !== undefined).join(' | ');
  }
  return 'none';
}

describe('a cloud in a scenario', () => {
  it('has its defaults filled in', () => {
    const { cluster } = load(`cloud: { nodeGroups: [${GROUP}] }`);
    expect(cluster.nodes).toEqual([]);
    expect(cluster.cloud!.nodeGroups[0]).toMatchObject({
      name: 'g',
      minSize: 1,
      maxSize: 3,
      size: 1,
      zone: 'a',
      capacity: { cpu: '2', pods: '110' },
      labels: { 'kubernetes.io/os': 'linux' },
    });
  });

  it.each([
    ['`min` is more', 'cloud: { nodeGroups: [{ name: g, min: 4, max: 3, capacity: { cpu: 2 } }] }', ''],
    ['`size` is not between', 'cloud: { nodeGroups: [{ name: g, size: 4, max: 3, capacity: { cpu: 2 } }] }', ''],
    ['are called `g`', `cloud: { nodeGroups: [${GROUP}, ${GROUP}] }`, ''],
    ['are called `g`', `nodes: [{ name: g, count: 1, capacity: { cpu: 1 } }], cloud: { nodeGroups: [${GROUP}] }`, ''],
    ['needs a cloud', 'autoscaler: { cluster-autoscaler: {} }', ''],
    [
      'has no instanceTypes',
      `autoscaler: { karpenter: { nodePools: [{ name: p }] } }, cloud: { nodeGroups: [${GROUP}] }`,
      '',
    ],
    ['has no nodeGroups', `autoscaler: { cluster-autoscaler: {} }, cloud: { instanceTypes: [${TYPE}] }`, ''],
    ['says which one', `autoscaler: {}, cloud: { nodeGroups: [${GROUP}] }`, ''],
    [
      'no regular expression',
      `autoscaler: { cluster-autoscaler: { priorities: [{ priority: 1, groups: ['('] }] } }, cloud: { nodeGroups: [${GROUP}] }`,
      '',
    ],
    [
      'did you mean `general`',
      `cloud: { nodeGroups: [${NAMED}] }`,
      '{ at: 1m, resize: { nodeGroup: genral, size: 2 } }',
    ],
    ['1 to 3 machines', `cloud: { nodeGroups: [${GROUP}] }`, '{ at: 1m, resize: { nodeGroup: g, size: 5 } }'],
    [
      'did you mean `west-1`',
      `cloud: { nodeGroups: [${NAMED}] }`,
      '{ at: 1m, fault: { kind: CloudStockOut, zone: wst-1 } }',
    ],
    [
      'one of `nodeGroup` and `zone`',
      `cloud: { nodeGroups: [${GROUP}] }`,
      '{ at: 1m, fault: { kind: CloudStockOut } }',
    ],
    ['no node group `g`', '', '{ at: 1m, resize: { nodeGroup: g, size: 2 } }'],
  ])('%s', (expected, cluster, timeline) => {
    expect(problem(cluster, timeline)).toContain(expected);
  });

  it('may be struck by faults on machines that come later', () => {
    const fault =
      '{ at: 1m, fault: { kind: NodeCrash, node: g-17 } }, { at: 1m, fault: { kind: ZoneOutage, zone: a } }';
    expect(load(`cloud: { nodeGroups: [${GROUP}] }`, fault).faults).toHaveLength(2);
  });
});

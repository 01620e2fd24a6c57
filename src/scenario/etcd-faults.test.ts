import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from './load-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(etcd: string, timeline: string) {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(
    path,
    `apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\nspec:\n  cluster: { controlPlane: { etcd: ${etcd} } }\n  timeline: ${timeline}\n`,
  );
  return loadScenario(path).scenario;
}

function problems(etcd: string, timeline: string): string[] {
  try {
    load(etcd, timeline);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe('faults of a timeline', () => {
  it('are read in order of time, with what they need', () => {
    const scenario = load(
      '{ members: 5, electionTimeout: 500ms, heartbeatInterval: 50ms }',
      '[{ at: 2m, fault: { kind: EtcdSlowDisk, member: 4, sync: 20ms } }, { at: 1m, fault: { kind: EtcdPartition, direction: send, duration: 5s } }]',
    );
    expect(scenario.cluster.etcd).toEqual({
      members: 5,
      heartbeatInterval: 50_000,
      electionTimeout: 500_000,
      preVote: true,
    });
    expect(scenario.faults).toEqual([
      {
        atMicros: 60_000_000,
        text: 'EtcdPartition leader',
        fault: { kind: 'EtcdPartition', member: 'leader', durationMicros: 5_000_000, direction: 'send' },
      },
      {
        atMicros: 120_000_000,
        text: 'EtcdSlowDisk 4',
        fault: {
          kind: 'EtcdSlowDisk',
          member: 4,
          durationMicros: undefined,
          sync: { kind: 'constant', value: 20_000 },
        },
      },
    ]);
  });

  it.each([
    ['a member that is not there', '{ members: 3 }', '{ kind: EtcdMemberCrash, member: 3 }', 'unknown-member'],
    ['a partition of one member', '{ members: 1 }', '{ kind: EtcdPartition }', 'unknown-member'],
    ['a slow disk without a time', '{ members: 3 }', '{ kind: EtcdSlowDisk }', 'bad-fault'],
    ['a direction of a crash', '{ members: 3 }', '{ kind: EtcdMemberCrash, direction: send }', 'bad-fault'],
    ['a kind that is none', '{ members: 3 }', '{ kind: EtcdMemberCrahs }', 'wrong-type'],
    ['four members', '{ members: 4 }', '{ kind: EtcdMemberCrash }', 'invalid-value'],
    [
      'timers that etcd refuses',
      '{ members: 3, electionTimeout: 200ms }',
      '{ kind: EtcdMemberCrash }',
      'bad-etcd-timers',
    ],
  ])('refuse %s', (_, etcd, fault, code) => {
    const found = problems(etcd, `[{ at: 1m, fault: ${fault} }]`);
    expect(found).toEqual([code]);
  });

  it('stand alone in their entry', () => {
    expect(problems('{ members: 3 }', '[{ at: 1m }]')).toEqual(['bad-timeline']);
    const both = '[{ at: 1m, kubectl: delete pod a, fault: { kind: EtcdMemberCrash } }]';
    expect(problems('{ members: 3 }', both)).toEqual(['bad-timeline']);
  });
});

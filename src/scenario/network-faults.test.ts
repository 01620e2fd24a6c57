import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from './load-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-network-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(fault: string) {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(
    path,
    `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: x }
spec:
  cluster:
    nodes: [{ name: worker, count: 3, zones: [a, b], capacity: { cpu: 4, memory: 8Gi } }]
    controlPlane: { apiServers: 2, schedulers: 2, etcd: { members: 3 } }
  workload: [{ name: batch, count: 1, templates: [{ spec: { containers: [{ name: x, image: x }] } }] }]
  timeline:
    - at: 1m
      fault: ${fault}
`,
  );
  return loadScenario(path).scenario.faults![0]!;
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly help: string | undefined;
  readonly span: unknown;
}

function problems(fault: string): Told[] {
  try {
    load(fault);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ code, message, help, span }) => ({
      code,
      message,
      help,
      span,
    }));
  }
}

describe('faults of the network on a timeline', () => {
  it('name two sides, both ways or one', () => {
    expect(load('{ kind: NetworkPartition, between: [kube-scheduler/leader, kube-apiserver], duration: 30s }')).toEqual(
      {
        atMicros: 60_000_000,
        text: 'NetworkPartition between kube-scheduler/leader and kube-apiserver',
        fault: {
          kind: 'NetworkPartition',
          from: { component: 'kube-scheduler', which: 'leader' },
          to: { component: 'kube-apiserver', which: 'every' },
          bothWays: true,
          durationMicros: 30_000_000,
        },
      },
    );
    expect(load('{ kind: NetworkLatency, from: etcd/2, to: etcd/0, latency: 50ms }').fault).toEqual({
      kind: 'NetworkLatency',
      from: { component: 'etcd', which: 2 },
      to: { component: 'etcd', which: 0 },
      bothWays: false,
      durationMicros: undefined,
      latency: { kind: 'constant', value: 50_000 },
    });
  });

  it.each([
    '[kube-apiserver/1, etcd/leader]',
    '[node/worker-2, kube-apiserver/0]',
    '[zone/b, kube-apiserver]',
    '[kubectl, kube-apiserver]',
    '[kube-apiserver, workload/batch]',
    '[kube-controller-manager/0, kube-apiserver]',
    '[etcd, etcd]',
  ])('lies between %s', (pair) => {
    expect(problems(`{ kind: NetworkPartition, between: ${pair} }`)).toEqual([]);
  });

  it.each([
    ['[kube-sheduler, kube-apiserver]', 'unknown-object', 'did you mean `kube-scheduler`?'],
    ['[kube-apiserver, etcd/laeder]', 'unknown-member', 'did you mean `leader`?'],
    ['[kube-apiserver, etcd/3]', 'unknown-member', 'set `cluster.controlPlane.etcd.members`'],
    ['[kube-apiserver/2, kubectl]', 'unknown-replica', 'set `cluster.controlPlane.apiServers`'],
    [
      '[kube-controller-manager/standby, kube-apiserver]',
      'unknown-replica',
      'set `cluster.controlPlane.controllerManagers`',
    ],
    ['[node/worker-02, kube-apiserver]', 'unknown-object', 'did you mean `worker-0`?'],
    ['[zone/c, kube-apiserver]', 'unknown-object', undefined],
    ['[workload/bach, kube-apiserver]', 'unknown-object', 'did you mean `batch`?'],
  ])('are refused where somebody is not there: %s', (pair, code, help) => {
    const found = problems(`{ kind: NetworkPartition, between: ${pair} }`);
    expect(found.map((one) => one.code)).toEqual([code]);
    if (help !== undefined) expect(found[0]!.help).toBe(help);
    expect(found[0]!.span).toBeDefined();
  });

  it.each([
    ['{ kind: NetworkPartition, between: [kube-scheduler, etcd] }', 'nothing goes between `kube-scheduler` and `etcd`'],
    ['{ kind: NetworkPartition, between: [kube-apiserver/0, kube-apiserver/1] }', 'nothing goes between'],
    ['{ kind: NetworkPartition, between: [etcd/1, etcd/1] }', 'nothing goes between'],
    ['{ kind: NetworkPartition, from: etcd }', 'needs `between`'],
    ['{ kind: NetworkPartition, between: [etcd, etcd], from: etcd, to: etcd }', 'both ways'],
    ['{ kind: NetworkLatency, between: [etcd, etcd] }', 'needs `latency`'],
    ['{ kind: NetworkPartition, between: [etcd, etcd], latency: 5ms }', '`latency` goes with NetworkLatency'],
  ])('are refused where they make no sense: %s', (fault, message) => {
    const found = problems(fault);
    expect(found.map(({ code }) => code)).toEqual(['bad-fault']);
    expect(found[0]!.message).toContain(message);
  });
});

describe('slow-downs', () => {
  it('need a factor, and nothing else has one', () => {
    expect(load('{ kind: SchedulerSlowdown, factor: 20, duration: 1m }').fault).toEqual({
      kind: 'SchedulerSlowdown',
      replica: 'leader',
      factor: 20,
      durationMicros: 60_000_000,
    });
    expect(load('{ kind: EtcdMemberSlowdown, member: 1, factor: 3 }').fault).toMatchObject({ member: 1, factor: 3 });
    expect(problems('{ kind: ControllerManagerSlowdown }')[0]!.message).toContain('needs `factor`');
    expect(problems('{ kind: SchedulerPause, factor: 2 }')[0]!.message).toContain('goes with a slowdown');
    expect(problems('{ kind: EtcdMemberSlowdown, member: 0 }')[0]!.message).toContain('needs `factor`');
    expect(problems('{ kind: EtcdMemberCrash, factor: 2 }')[0]!.message).toContain('goes with EtcdMemberSlowdown');
    expect(problems('{ kind: SchedulerSlowdown, factor: 1 }')).toHaveLength(1);
  });
});

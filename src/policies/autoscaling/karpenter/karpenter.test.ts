import { describe, expect, it } from 'vitest';
import { hostWith } from '../../../../test/doubles/autoscaler-objects.ts';
import { nodeOf, podOf } from '../../../../test/doubles/scheduling-world.ts';
import { NO_LABELS } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { CloudInstanceType, CloudProvider } from '../../../sim/policy-api/cloud.ts';
import { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import {
  allowedDisruptions,
  bySavings,
  multiNode,
  singleNode,
  type Candidate,
  type Simulate,
} from './consolidation.ts';
import { claimFor } from './node-claim.ts';
import { Offerings, type Offering } from './offerings.ts';
import type { NodePool } from './settings.ts';
import { solve, type Room, type Solution } from './solver.ts';

const ZONES = ['a', 'b'];

function typeOf(name: string, cpu: number, pricePerHour: number, zones = ZONES): CloudInstanceType {
  const resources = { cpu: String(cpu), memory: `${4 * cpu}Gi`, pods: '110' };
  return { name, zones, labels: NO_LABELS, capacity: resources, allocatable: resources, pricePerHour };
}

const TYPES = [typeOf('large', 8, 0.4), typeOf('small', 2, 0.1), typeOf('medium', 4, 0.2)];

function poolOf(name: string, more: Partial<NodePool> = {}): NodePool {
  return {
    name,
    weight: 0,
    labels: {},
    taints: [],
    requirements: [],
    limits: {},
    consolidationPolicy: 'WhenEmptyOrUnderutilized',
    consolidateAfter: 0,
    budgets: [{ nodes: '10%' }],
    expireAfter: Infinity,
    ...more,
  };
}

function cloudOf(types: readonly CloudInstanceType[]): CloudProvider {
  return {
    nodeGroups: () => [],
    groupOf: () => undefined,
    stateOf: () => 'running',
    instanceTypes: () => types,
    launch: () => undefined,
    terminate: () => undefined,
  };
}

const UNBOUNDED: Room = { milliCpu: Infinity, memoryBytes: Infinity, nodes: Infinity };

function solved(pods: readonly Pod[], pools: readonly NodePool[] = [poolOf('p')], room: Partial<Room> = {}): Solution {
  const snapshot = new ClusterSnapshot(hostWith());
  snapshot.setClusterState([nodeOf('there', { cpu: '1', labels: { 'topology.kubernetes.io/zone': 'a' } })], []);
  snapshot.fork();
  const offerings = new Offerings(cloudOf(TYPES)).of(pools, [], 0);
  const rooms = new Map(pools.map((pool) => [pool, { ...UNBOUNDED, ...room }]));
  return solve(
    snapshot,
    pods.map((pod) => snapshot.infoOf(pod)),
    ['there'],
    offerings,
    rooms,
  );
}

/** What each new node would be launched as, with how many pods. */
function launched({ claims }: Solution): string[] {
  return claims.map(({ offerings: [first], pods }) => `${first!.pool.name} ${first!.type.name} ${pods.length}`);
}

function pods(count: number, cpu: string, spec: Partial<Pod['spec']> = {}, prefix = 'p'): Pod[] {
  return Array.from({ length: count }, (_, i) => podOf(`${prefix}${i}`, { cpu, spec }));
}

describe('the simulation of scheduling', () => {
  it('uses nodes that are there, then few new ones of the cheapest type that takes all of their pods', () => {
    const found = solved(pods(1, '1'));
    expect([...found.placed.keys()]).toEqual(['there']);
    expect(launched(found)).toEqual([]);
    expect(launched(solved(pods(3, '1500m')))).toEqual(['p large 3']);
    expect(launched(solved(pods(2, '1500m')))).toEqual(['p medium 2']);
  });

  it('begins a second node when the largest type is full', () => {
    expect(launched(solved(pods(10, '1500m')))).toEqual(['p large 5', 'p large 5']);
    expect(launched(solved(pods(7, '1500m')))).toEqual(['p large 5', 'p medium 2']);
  });

  it('keeps to requirements, taints, weights and limits', () => {
    const only = (values: string[]) => [{ key: 'node.kubernetes.io/instance-type', operator: 'In' as const, values }];
    expect(launched(solved(pods(2, '1500m'), [poolOf('p', { requirements: only(['small']) })]))).toEqual([
      'p small 1',
      'p small 1',
    ]);
    const pools = [poolOf('light'), poolOf('heavy', { weight: 10, taints: [{ key: 'x', effect: 'NoSchedule' }] })];
    expect(launched(solved(pods(1, '2'), pools))).toEqual(['light small 1']);
    const tolerant = pods(1, '2', { tolerations: [{ key: 'x', operator: 'Exists' }] });
    expect(launched(solved(tolerant, pools))).toEqual(['heavy small 1']);
    const bounded = solved(pods(3, '2'), [poolOf('p')], { milliCpu: 4_000 });
    expect(launched(bounded)).toEqual(['p medium 2']);
    expect(bounded.helpless).toHaveLength(1);
    expect(solved(pods(3, '8'), [poolOf('p')], { nodes: 2 }).claims).toHaveLength(2);
  });

  it('asks the filters of the scheduler: host ports, spreading and anti-affinity', () => {
    const ports = pods(2, '100m').map((pod) => podOf(pod.metadata.name, { cpu: '2', hostPort: 80 }));
    expect(launched(solved(ports))).toEqual(['p small 1', 'p small 1']);
    const labels = { app: 'x' };
    const spread = [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule' as const,
        labelSelector: { matchLabels: labels },
      },
    ];
    const spreading = Array.from({ length: 4 }, (_, i) =>
      podOf(`s${i}`, { cpu: '1500m', labels, spec: { topologySpreadConstraints: spread } }),
    );
    const zones = solved(spreading).claims.map(({ offerings: [first], pods: { length } }) => `${first!.zone}${length}`);
    expect(zones.sort()).toEqual(['a2', 'b2']);
  });

  it('says which pods nothing takes', () => {
    const found = solved([...pods(1, '9'), ...pods(1, '2', {}, 'q')]);
    expect(found.helpless.map(({ pod }) => pod.metadata.name)).toEqual(['p0']);
    expect(found.claims).toHaveLength(1);
  });
});

describe('offerings', () => {
  it('that the cloud was out of are not tried for three minutes', () => {
    const offerings = new Offerings(cloudOf(TYPES));
    const pool = poolOf('p');
    const names = (now: number): string[] =>
      offerings
        .of([pool], [], now)
        .get(pool)!
        .map(({ type, zone }) => type.name + zone);
    expect(names(0)).toEqual(['smalla', 'smallb', 'mediuma', 'mediumb', 'largea', 'largeb']);
    offerings.ranOut(offerings.of([pool], [], 0).get(pool)![0]!, 0);
    expect(names(179_999_999)).not.toContain('smalla');
    expect(names(180_000_000)).toContain('smalla');
  });
});

describe('a disruption budget', () => {
  it.each<[Parameters<typeof allowedDisruptions>, number]>([
    [[[{ nodes: '10%' }], 'Empty', 1, 0], 1],
    [[[{ nodes: '10%' }], 'Empty', 11, 0], 2],
    [[[{ nodes: '10%' }], 'Empty', 11, 1], 1],
    [[[{ nodes: '0' }], 'Empty', 11, 0], 0],
    [[[{ nodes: '100%' }, { nodes: '2', reasons: ['Underutilized'] }], 'Underutilized', 9, 0], 2],
    [[[{ nodes: '100%' }, { nodes: '2', reasons: ['Underutilized'] }], 'Empty', 9, 0], 9],
    [[[], 'Empty', 5, 2], Infinity],
  ])('%j lets so many go: %s', (given, expected) => {
    expect(allowedDisruptions(...given)).toBe(expected);
  });
});

describe('consolidation', () => {
  const snapshot = new ClusterSnapshot(hostWith());
  const pool = poolOf('p');
  const all = new Offerings(cloudOf(TYPES)).of([pool], [], 0).get(pool)!;
  const offering = (name: string): Offering => all.find(({ type }) => type.name === name)!;
  const candidate = (name: string, type: string, count: number): Candidate => ({
    claim: claimFor(name, offering(type), 0),
    pods: pods(count, '1', {}, name).map((pod) => snapshot.infoOf(pod)),
  });
  /** Pods of up to so many nodes fit elsewhere; beyond that one node of these types is needed. */
  const needing = (free: number, types: readonly string[], helpless = 0): Simulate => {
    return (candidates) => {
      const claims = candidates.length <= free ? [] : [{ offerings: types.map(offering), pods: [] }];
      return { claims, placed: new Map(), helpless: candidates[0]!.pods.slice(0, helpless) } as unknown as Solution;
    };
  };

  it('looks first where most money is saved for least disruption', () => {
    const sorted = bySavings([candidate('a', 'small', 1), candidate('b', 'large', 1), candidate('c', 'large', 5)]);
    expect(sorted.map(({ claim }) => claim.name)).toEqual(['b', 'c', 'a']);
  });

  it('of one node: it goes, or something cheaper comes, or nothing happens', () => {
    const one = [candidate('a', 'medium', 1)];
    expect(singleNode(one, needing(1, []))).toMatchObject({ replacement: [] });
    const replaced = singleNode(one, needing(0, ['small', 'medium', 'large']))!;
    expect(replaced.replacement.map(({ type }) => type.name)).toEqual(['small']);
    expect(singleNode(one, needing(0, ['medium', 'large']))).toBeUndefined();
    expect(singleNode(one, needing(1, [], 1))).toBeUndefined();
  });

  it('of several nodes: as many as can go together, for one at most', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => candidate(name, 'medium', 1));
    expect(multiNode(five, needing(3, ['large']))!.candidates).toHaveLength(5);
    expect(multiNode(five.slice(0, 2), needing(0, ['large']))).toBeUndefined();
    expect(multiNode(five.slice(0, 1), needing(1, []))).toBeUndefined();
  });

  it('of several nodes never replaces them by what one of them is', () => {
    const two = ['a', 'b'].map((name) => candidate(name, 'medium', 1));
    expect(multiNode(two, needing(0, ['medium']))).toBeUndefined();
    const cheaper = multiNode(two, needing(0, ['small', 'medium']))!;
    expect(cheaper.replacement.map(({ type }) => type.name)).toEqual(['small']);
  });
});

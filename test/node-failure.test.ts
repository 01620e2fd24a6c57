import { describe, expect, it } from 'vitest';
import type { Node } from '../src/sim/api/node.ts';
import { conditionOf, conditionStatus, isPodReady, type Pod, type Toleration } from '../src/sim/api/pod.ts';
import type { Commit } from '../src/sim/control-plane/etcd/store.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import type { Fault } from '../src/sim/scenario/faults.ts';
import type { FaultEntry } from '../src/sim/scenario/timeline.ts';
import type { Parameters } from '../src/sim/scenario/parameters.ts';
import { FIXED, runFaulty, SECOND } from './doubles/faulty-cluster.ts';
import { deploymentNamed, template } from './doubles/workload-objects.ts';

/** The documented and recorded sequences of node failures (kubernetes-behaviour.md 10.5, data/published). */

function strike(atSeconds: number, fault: Fault): FaultEntry {
  return { atMicros: atSeconds * SECOND, text: fault.kind, fault };
}

function web(replicas: number, tolerationSeconds?: number) {
  const made = template();
  const tolerations = ['not-ready', 'unreachable'].map((name): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: tolerationSeconds ?? 300,
  }));
  return deploymentNamed('web', { replicas, template: { ...made, spec: { ...made.spec, tolerations } } });
}

const nodesOf = (commits: readonly Commit[]): Commit[] => commits.filter(({ kind }) => kind === 'Node');
const podsOf = (commits: readonly Commit[]): Commit[] => commits.filter(({ kind }) => kind === 'Pod');

function firstTime(commits: readonly Commit[], holds: (object: never) => boolean): number {
  const found = commits.find(({ change }) => holds(change.object as never));
  return found === undefined ? NaN : found.committedAt / SECOND;
}

const isUnknown = (node: Node): boolean => conditionStatus(node.status.conditions, 'Ready') === 'Unknown';
const isTainted = (node: Node): boolean => (node.spec.taints ?? []).some(({ effect }) => effect === 'NoExecute');
const isClosed = (node: Node): boolean => (node.spec.taints ?? []).some(({ effect }) => effect === 'NoSchedule');
const isAsked = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Seconds after the crash of the node with the pod at which things happened. */
function crash(parameters: Parameters, seed: string, tolerationSeconds?: number, seconds = 500, stallMicros = 0) {
  const at = 100;
  const fault: Fault = { kind: 'NodeCrash', nodes: ['node-0', 'node-1'], durationMicros: undefined };
  const { commits } = runFaulty({
    nodes: 10,
    manifests: [web(20, tolerationSeconds)],
    faults: [strike(at, { ...fault, nodes: ['node-0'] })],
    seconds: at + seconds,
    parameters,
    seed,
    nodeLifecycle: { stallMicros },
  });
  const pods = podsOf(commits);
  const asked = firstTime(pods, (pod: Pod) => isAsked(pod) && pod.spec.nodeName === 'node-0');
  const replaced = pods.find(({ change, committedAt }) => change.type === 'ADDED' && committedAt / SECOND > asked);
  return {
    unknown: firstTime(nodesOf(commits), isUnknown) - at,
    tainted: firstTime(nodesOf(commits), isTainted) - at,
    closed: firstTime(nodesOf(commits), isClosed) - at,
    asked: asked - at,
    replaced: (replaced?.committedAt ?? NaN) / SECOND - at,
  };
}

describe('a node that crashes', () => {
  it('is replaced 340 to 355 s later (10.5)', () => {
    for (const seed of ['1', '2', '3', '4', '5']) {
      const { unknown, tainted, replaced } = crash(DEFAULT_PARAMETERS, seed);
      expect(unknown).toBeGreaterThanOrEqual(39.5);
      expect(unknown).toBeLessThanOrEqual(55.2);
      expect(tainted - unknown).toBeGreaterThan(0);
      expect(tainted - unknown).toBeLessThan(0.4);
      expect(replaced).toBeGreaterThanOrEqual(340);
      expect(replaced).toBeLessThanOrEqual(355.5);
    }
  });

  const monitored = (period: number, grace: number, renew: number): Parameters => ({
    ...DEFAULT_PARAMETERS,
    controllerManager: {
      ...DEFAULT_PARAMETERS.controllerManager,
      nodeMonitorPeriod: period * SECOND,
      nodeMonitorGracePeriod: grace * SECOND,
    },
    kubelet: { ...DEFAULT_PARAMETERS.kubelet, leaseRenewPeriod: renew * SECOND },
  });

  it.each([
    ['kubespray docs, default', 5, 40, 10, 300, 340],
    ['kubespray docs, Fast', 2, 20, 4, 30, 50],
    ['kubespray docs, Medium', 5, 120, 20, 60, 180],
    ['kubespray docs, Low', 5, 300, 60, 60, 360],
  ])(
    '%s: evicted after grace and toleration, from the last sign of life',
    (_, period, grace, renew, toleration, sum) => {
      const { asked } = crash(monitored(period, grace, renew), '1', toleration, 700);
      expect(asked).toBeGreaterThanOrEqual(sum - renew * 1.04);
      expect(asked).toBeLessThanOrEqual(sum + period + 1);
    },
  );

  it('kubernetes#120815: with 40 s of grace it is Unknown 40 to 45 s after its last heartbeat', () => {
    const { unknown } = crash(monitored(5, 40, 10), '3');
    expect(unknown).toBeGreaterThanOrEqual(40 - 10.4);
    expect(unknown).toBeLessThanOrEqual(45.2);
  });

  it('gets its NoSchedule taint at once, before the loop that taints NoExecute comes round', () => {
    for (const seed of ['1', '2', '3']) {
      const { unknown, tainted, closed } = crash(DEFAULT_PARAMETERS, seed, 300, 100);
      expect(closed - unknown).toBeLessThan(0.05);
      expect(tainted - unknown).toBeLessThan(0.25);
    }
  });

  it('gets both together, NoExecute first, on a machine that stands still meanwhile', () => {
    for (const seed of ['1', '2', '3']) {
      const { unknown, tainted, closed } = crash(DEFAULT_PARAMETERS, seed, 300, 100, 110_000);
      expect(tainted - unknown).toBeGreaterThan(0.1);
      expect(closed).toBeGreaterThan(tainted);
      expect(closed - unknown).toBeLessThan(0.35);
    }
  });

  it('kubernetes#101599: pods that tolerate one second are deleted one second after the taint', () => {
    const { tainted, asked } = crash(DEFAULT_PARAMETERS, '2', 1);
    expect(asked - tainted).toBeGreaterThanOrEqual(1);
    expect(asked - tainted).toBeLessThan(1.3);
  });

  it('has its pods shown not ready at once, and runs them anew when it comes back before their time', () => {
    const { commits, simulation } = runFaulty({
      nodes: 3,
      manifests: [web(6)],
      faults: [strike(60, { kind: 'NodeCrash', nodes: ['node-0'], durationMicros: 120 * SECOND })],
      seconds: 300,
    });
    const lost = podsOf(commits).filter(({ change, committedAt }) => {
      const pod = change.object as Pod;
      return pod.spec.nodeName === 'node-0' && committedAt > 61 * SECOND && committedAt < 170 * SECOND;
    });
    expect(lost.length).toBe(2);
    for (const { change } of lost) expect(isPodReady(change.object as Pod)).toBe(false);
    const pods = [...simulation.api.store.values('Pod')];
    expect(pods.length).toBe(6);
    for (const pod of pods) {
      expect(isPodReady(pod)).toBe(true);
      const [status] = pod.status.containerStatuses ?? [];
      expect(status?.restartCount).toBe(pod.spec.nodeName === 'node-0' ? 1 : 0);
      if (pod.spec.nodeName === 'node-0') expect(status?.lastState?.terminated?.exitCode).toBe(255);
    }
    for (const node of simulation.api.store.values('Node')) {
      expect(conditionStatus(node.status.conditions, 'Ready')).toBe('True');
      expect(node.spec.taints ?? []).toEqual([]);
    }
  });
});

describe('a kubelet that stands still', () => {
  it('leaves its containers running, and picks them up afterwards', () => {
    const { simulation } = runFaulty({
      nodes: 3,
      manifests: [web(6)],
      faults: [strike(60, { kind: 'NodeHang', nodes: ['node-1'], durationMicros: 100 * SECOND })],
      seconds: 300,
    });
    for (const pod of simulation.api.store.values('Pod')) {
      expect(isPodReady(pod)).toBe(true);
      expect(pod.status.containerStatuses?.[0]?.restartCount).toBe(0);
    }
  });
});

describe('a node behind a cut network', () => {
  it('loses its pods to the taint, and ends them when it hears of it', () => {
    const { simulation, commits } = runFaulty({
      nodes: 3,
      manifests: [web(6, 20)],
      faults: [strike(60, { kind: 'NodeNetworkPartition', nodes: ['node-2'], durationMicros: 200 * SECOND })],
      seconds: 400,
    });
    const gone = podsOf(commits).filter(({ change }) => change.type === 'DELETED');
    expect(gone.length).toBe(2);
    for (const { committedAt } of gone) expect(committedAt).toBeGreaterThan(260 * SECOND);
    const pods = [...simulation.api.store.values('Pod')];
    expect(pods.length).toBe(6);
    for (const pod of pods) expect(isPodReady(pod)).toBe(true);
  });

  it('sets right what was said of its pods, when the network is back before their time', () => {
    const { simulation, commits } = runFaulty({
      nodes: 3,
      manifests: [web(6)],
      faults: [strike(60, { kind: 'NodeNetworkPartition', nodes: ['node-2'], durationMicros: 100 * SECOND })],
      seconds: 300,
    });
    expect(podsOf(commits).filter(({ change }) => change.type === 'DELETED')).toEqual([]);
    for (const pod of simulation.api.store.values('Pod')) {
      expect(isPodReady(pod)).toBe(true);
      expect(pod.status.containerStatuses?.[0]?.restartCount).toBe(0);
    }
  });
});

describe('zones', () => {
  const zones = ['a', 'b'];
  const taintsOf = (commits: readonly Commit[]): number[] => {
    const times = new Map<string, number>();
    for (const { change, committedAt } of nodesOf(commits)) {
      const node = change.object as Node;
      if (isTainted(node) && !times.has(node.metadata.name)) times.set(node.metadata.name, committedAt / SECOND);
    }
    return [...times.values()].sort((x, y) => x - y);
  };

  /** When the nodes of zone b got their NoExecute taints, after an outage of the whole zone at 60 s. */
  const outageOfB = (nodes: number): number[] => {
    const { commits } = runFaulty({
      nodes,
      zones,
      manifests: [web(12)],
      faults: [strike(60, { kind: 'ZoneOutage', zone: 'b', durationMicros: undefined })],
      seconds: 220,
      parameters: FIXED,
    });
    return taintsOf(commits);
  };

  it('that are down get their NoExecute taints ten seconds apart', () => {
    // Two silent nodes are no partial disruption yet, and three are the whole zone.
    const times = outageOfB(6);
    expect(times.length).toBe(3);
    times.slice(1).forEach((time, i) => expect(time - times[i]!).toBeCloseTo(10, 0));
  });

  it('that fall silent by and by stand still while they are partly down, and then begin a whole period later', () => {
    const times = outageOfB(12);
    expect(times.length).toBe(6);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    const [longest] = [...gaps].sort((a, b) => b - a);
    expect(gaps.filter((gap) => Math.abs(gap - 10) < 0.5).length).toBeGreaterThanOrEqual(4);
    // At most two passes of the monitor lie between the first silent node and the last.
    expect(longest).toBeGreaterThan(9.9);
    expect(longest).toBeLessThan(25.5);
  });

  it('all down at once are taken for a mistake of the control plane: at most one node a zone is tainted', () => {
    const down = zones.map((zone) => strike(60, { kind: 'ZoneNetworkPartition', zone, durationMicros: 300 * SECOND }));
    const { commits, simulation } = runFaulty({ nodes: 12, zones, manifests: [web(12)], faults: down, seconds: 600 });
    expect(taintsOf(commits).length).toBeLessThanOrEqual(2);
    for (const pod of simulation.api.store.values('Pod')) expect(isPodReady(pod)).toBe(true);
    for (const node of simulation.api.store.values('Node')) expect(node.spec.taints ?? []).toEqual([]);
  });
});

describe('a pass that takes longer than the tainting loop sleeps', () => {
  const zones = ['a', 'b'];
  const partition = (zone: string, seconds: number): FaultEntry =>
    strike(30, { kind: 'ZoneNetworkPartition', zone, durationMicros: seconds * SECOND });
  const { commits } = runFaulty({
    nodes: 6,
    zones,
    manifests: [web(6)],
    faults: [partition('a', 100), partition('b', 300)],
    seconds: 250,
    // Nodes that are heard of every second are missed in one pass.
    parameters: { ...FIXED, kubelet: { ...FIXED.kubelet, leaseRenewPeriod: SECOND } },
    nodeLifecycle: { longPassMicros: 500_000 },
  });
  const taints = nodesOf(commits).flatMap(({ change, committedAt }) => {
    const node = change.object as Node;
    const had = change.previous !== undefined && isTainted(change.previous as Node);
    return isTainted(node) && !had ? [{ name: node.metadata.name, at: committedAt / SECOND }] : [];
  });
  const unknown = firstTime(nodesOf(commits), isUnknown);

  it('has one node a zone tainted before it finds that all zones are down', () => {
    expect(taints.filter(({ at }) => at < unknown + 5).length).toBe(2);
  });

  it('lets that node take the first token for nothing when a zone is back', () => {
    const after = taints.filter(({ at }) => at > 130);
    expect(after.length).toBe(2);
    const back = firstTime(
      nodesOf(commits.filter(({ committedAt }) => committedAt > 130 * SECOND)),
      (node: Node) => conditionStatus(node.status.conditions, 'Ready') === 'True',
    );
    expect(after[0]!.at - back).toBeGreaterThan(20);
    expect(after[0]!.at - back).toBeLessThan(26);
    expect(after[1]!.at - after[0]!.at).toBeCloseTo(10, 0);
  });
});

describe('heartbeats that follow from arithmetic', () => {
  const story = (simulateEverything: boolean) => {
    const { commits } = runFaulty({
      nodes: 6,
      zones: ['a', 'b', 'c'],
      manifests: [web(12, 30)],
      faults: [
        strike(70, { kind: 'NodeCrash', nodes: ['node-0'], durationMicros: 200 * SECOND }),
        strike(95, { kind: 'NodeNetworkPartition', nodes: ['node-1'], durationMicros: 40 * SECOND }),
        strike(400, { kind: 'ZoneOutage', zone: 'c', durationMicros: 150 * SECOND }),
      ],
      seconds: 900,
      parameters: FIXED,
      simulateEverything,
    });
    return commits
      .filter(({ kind }) => kind !== 'Lease')
      .map(({ kind, change, committedAt }) => {
        const { object } = change;
        const ready = object.kind === 'Node' ? conditionOf(object.status.conditions, 'Ready')?.status : undefined;
        const taints = object.kind === 'Node' ? (object.spec.taints ?? []).map(({ key, effect }) => key + effect) : [];
        return { kind, type: change.type, name: object.metadata.name, committedAt, ready, taints };
      });
  };

  const HEALTHY = JSON.stringify(['True', []]);

  /** A report of a healthy node changes nothing but the time it was heard of. */
  const withoutReports = (commits: ReturnType<typeof story>) => {
    const last = new Map<string, string>();
    return commits.filter(({ kind, name, ready, taints }) => {
      if (kind !== 'Node') return true;
      const state = JSON.stringify([ready, taints]);
      const same = (last.get(name) ?? HEALTHY) === state;
      last.set(name, state);
      return !same;
    });
  };

  it('leave the same history as those that are simulated one by one', () => {
    const quiet = withoutReports(story(false));
    expect(withoutReports(story(true))).toEqual(quiet);
    expect(quiet.some(({ ready }) => ready === 'Unknown')).toBe(true);
  });
});

import { nodeLifecycleSettings } from '../../src/cli/prepare-run.ts';
import type { NodeLifecycleSettings } from '../../src/policies/controllers/node-lifecycle/settings.ts';
import { defaultPolicies } from '../../src/policies/default-policies.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import type { Commit } from '../../src/sim/control-plane/etcd/store.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { ClusterSpec } from '../../src/sim/scenario/cluster.ts';
import type { EtcdctlEntry, FaultEntry, TimelineEntry } from '../../src/sim/scenario/timeline.ts';
import type { Parameters } from '../../src/sim/scenario/parameters.ts';
import type { Scenario } from '../../src/sim/scenario/scenario.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { FIXED_PARAMETERS } from './kubelet-rig.ts';

export const SECOND = 1_000_000;

/** Every hop takes a fixed time, and nobody waits for tokens. */
export const FIXED: Parameters = {
  ...FIXED_PARAMETERS,
  scheduler: { ...FIXED_PARAMETERS.scheduler, cycle: { kind: 'constant', value: 2_000 }, client: undefined },
  controllerManager: { ...FIXED_PARAMETERS.controllerManager, client: undefined },
};

export interface ClusterShape {
  readonly nodes: number;
  readonly zones?: readonly string[];
  readonly manifests: readonly ApiObject[];
  readonly faults?: readonly FaultEntry[];
  readonly timeline?: readonly TimelineEntry[];
  readonly etcdctl?: readonly EtcdctlEntry[];
  /** What of the control plane is not as usual. */
  readonly controlPlane?: Pick<ClusterSpec, 'etcd' | 'apiServers' | 'controllerManagers' | 'schedulers'>;
  readonly seconds: number;
  readonly parameters?: Parameters;
  readonly seed?: string;
  readonly simulateEverything?: boolean;
  readonly nodeLifecycle?: Partial<NodeLifecycleSettings>;
}

/** A whole cluster with faults, before anything has happened. */
export function faultyCluster(shape: ClusterShape): Simulation {
  const scenario = scenarioOf(shape);
  const { terminatedPodGCThreshold } = scenario.cluster.parameters.controllerManager;
  const nodeLifecycle = { ...nodeLifecycleSettings(scenario), ...shape.nodeLifecycle };
  const policies = defaultPolicies({ nodeLifecycle, terminatedPodGCThreshold });
  return new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
}

/** The same, run to its end, and everything that was committed in it. */
export function runFaulty(shape: ClusterShape): {
  readonly simulation: Simulation;
  readonly commits: readonly Commit[];
} {
  const simulation = faultyCluster(shape);
  const commits: Commit[] = [];
  simulation.api.observe((commit) => commits.push(commit));
  while (simulation.advance(1_000_000));
  return { simulation, commits };
}

function scenarioOf(shape: ClusterShape): Scenario {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return {
    name: 'faulty',
    question: '',
    durationMicros: shape.seconds * SECOND,
    horizonMicros: shape.seconds * SECOND,
    seed: shape.seed ?? '1',
    cluster: {
      nodes: [
        {
          name: 'node',
          count: shape.nodes,
          zones: shape.zones ?? [],
          labels: {},
          taints: [],
          capacity: resources,
          allocatable: resources,
        },
      ],
      parameters: shape.parameters ?? DEFAULT_PARAMETERS,
      scheduler: { configuration: undefined },
      ...shape.controlPlane,
    },
    manifests: shape.manifests,
    initial: [],
    workloads: [],
    behaviours: [],
    timeline: shape.timeline ?? [],
    faults: shape.faults ?? [],
    etcdctl: shape.etcdctl ?? [],
    expectations: [],
    simulateEverything: shape.simulateEverything,
  };
}

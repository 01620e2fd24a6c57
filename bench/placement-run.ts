import { createHash } from 'node:crypto';
import { defaultSchedulerConfiguration } from '../src/policies/scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from '../src/policies/scheduling/kube-scheduler.ts';
import { NO_LABELS } from '../src/sim/api/meta.ts';
import type { Namespace } from '../src/sim/api/core.ts';
import type { SchedulerHost, SchedulingPolicy } from '../src/sim/policy-api/scheduler.ts';
import type { Lister } from '../src/sim/policy-api/scheduling.ts';
import { benchNode, PlacementWorkload, type PlacementKind } from './placement-workload.ts';

export interface PlacementOptions {
  readonly kind: PlacementKind;
  readonly nodes: number;
  readonly podsPerNode: number;
  /** Placements that count. */
  readonly pods: number;
  /** Placements before those. With any, a random running pod finishes after each placement, so that the load stays. */
  readonly warmup: number;
  /** 0: adaptive, as by default. */
  readonly percentageOfNodesToScore: number;
  readonly form: 'plain' | 'columns';
}

export interface PlacementResult {
  readonly placed: number;
  readonly failed: number;
  readonly placementsPerSecond: number;
  readonly cpuMicrosecondsPerPlacement: number;
  /** sha256 over `<pod> <node>\n` of all placed pods, those of the warm-up included. */
  readonly placementHash: string;
}

const DEFAULT_NAMESPACE: Namespace = {
  kind: 'Namespace',
  metadata: {
    name: 'default',
    namespace: '',
    uid: 'default',
    resourceVersion: 1,
    generation: 1,
    creationTimestamp: 0,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  },
  status: { phase: 'Active' },
};

const NOTHING = { get: () => undefined, list: () => [], version: 0 };
const NAMESPACES = {
  get: (key: string) => (key === 'default' ? DEFAULT_NAMESPACE : undefined),
  list: () => [DEFAULT_NAMESPACE],
  version: 0,
};

/** A host without clock, queue or API server: the scheduler's decisions alone. */
function bareHost(): SchedulerHost {
  return {
    now: () => 0,
    lister: (kind) => (kind === 'Namespace' ? NAMESPACES : NOTHING) as unknown as Lister<typeof kind>,
    random: () => ({ next: () => 0, below: () => 0 }),
    isPreempting: () => false,
    waitingPods: () => [],
    activate: () => {},
  };
}

export function placementPolicy(
  options: Pick<PlacementOptions, 'percentageOfNodesToScore' | 'form'>,
): SchedulingPolicy {
  const { percentageOfNodesToScore, form } = options;
  return kubeScheduler({ ...defaultSchedulerConfiguration(), percentageOfNodesToScore }, { form })(bareHost());
}

/** Fills the cluster, then places pods one after the other: snapshot, decision, assumption; completions where asked for. */
export function runPlacement(options: PlacementOptions): PlacementResult {
  const policy = placementPolicy(options);
  const workload = new PlacementWorkload(options.kind);
  const running: string[] = [];
  for (let i = 0; i < options.nodes; i++) policy.setNode(benchNode(i));
  for (let i = 0; i < options.nodes; i++) {
    for (let j = 0; j < options.podsPerNode; j++) {
      const pod = workload.running(i, j);
      policy.setPod(pod);
      running.push(pod.metadata.uid);
    }
  }
  const total = options.warmup + options.pods;
  const arriving = Array.from({ length: total }, (_, k) => workload.arriving(k));
  const lines: string[] = [];
  const nodeNames: string[] = [];
  let seed = 12345;
  let failed = 0;
  let startedAt = process.hrtime.bigint();
  let cpuAt = process.cpuUsage();
  for (let k = 0; k < total; k++) {
    if (k === options.warmup) {
      startedAt = process.hrtime.bigint();
      cpuAt = process.cpuUsage();
    }
    const pod = arriving[k]!;
    const decision = policy.decide(pod);
    if (decision.kind === 'node') {
      policy.assume(pod, decision.nodeName);
      lines.push(pod.metadata.name);
      nodeNames.push(decision.nodeName);
      running.push(pod.metadata.uid);
    } else {
      failed++;
    }
    if (options.warmup > 0) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      const index = seed % running.length;
      policy.removePod(running[index]!);
      running[index] = running[running.length - 1]!;
      running.pop();
    }
  }
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const cpu = process.cpuUsage(cpuAt);
  const hash = createHash('sha256');
  for (let i = 0; i < lines.length; i++) hash.update(`${lines[i]} ${nodeNames[i]}\n`);
  return {
    placed: lines.length,
    failed,
    placementsPerSecond: options.pods / seconds,
    cpuMicrosecondsPerPlacement: (cpu.user + cpu.system) / options.pods,
    placementHash: hash.digest('hex'),
  };
}

import { fragmentation, fragments, noFragmentation, type Fragmentation } from '../../sim/gpu/fragmentation.ts';
import { GpuNode } from '../../sim/gpu/gpu-node.ts';
import { GpuPlacer, type GpuPlacement, type TieBreak } from '../../policies/scheduling/gpu-sharing/gpu-placer.ts';
import { MILLI_PER_GPU, totalMilliGpu } from '../../sim/gpu/gpu-request.ts';
import { STUDY_POLICIES } from '../../policies/scheduling/gpu-sharing/study-policies.ts';
import { typicalPods } from '../../sim/gpu/typical-pods.ts';
import { Engine } from '../../sim/engine/engine.ts';
import type { OpenbPod } from '../../scenario/traces/openb.ts';
import { ArrivedColumns, type CurvePoint } from './arrived-columns.ts';
import type { StudyData, StudyOrder } from './study-data.ts';

/** The study lets a node hold as many pods as it likes, up to this. */
const PODS_PER_NODE = 1001;

/** Where a cluster stands after all pods have come. */
export interface EndState {
  readonly milliCpuUsed: number;
  readonly milliCpu: number;
  readonly memoryBytesUsed: number;
  readonly memoryBytes: number;
  /** Devices with at least one pod. */
  readonly gpusTouched: number;
  readonly gpus: number;
  readonly milliGpuUsed: number;
  readonly milliGpu: number;
  readonly fragmentation: Fragmentation;
  readonly arrived: number;
  /** Pods that fitted nowhere: they are dropped. */
  readonly dropped: number;
}

export interface Replay {
  readonly points: readonly CurvePoint[];
  readonly end: EndState;
}

export interface ReplayOptions {
  /** One of the study's. */
  readonly policy: string;
  readonly seed: string;
  /** Default: of equal nodes the first, as in the study. */
  readonly ties?: TieBreak;
  /** Told of every arrival: where the pod went, and the cluster's thousandths of GPUs after it. */
  readonly onArrival?: (pod: OpenbPod, placement: GpuPlacement | undefined, state: ClusterState) => void;
}

export interface ClusterState {
  readonly arrived: number;
  readonly used: number;
  readonly fragments: number;
}

/** The study's protocol: pods arrive one after the other and stay; what does not fit is dropped. Time plays no part. */
export function replay(data: StudyData, order: StudyOrder, options: ReplayOptions): Replay {
  const typical = typicalPods(data.pods);
  const nodes = order.nodeOrder.map((row) => new GpuNode({ ...data.nodes[row]!, pods: PODS_PER_NODE }));
  const policy = STUDY_POLICIES.get(options.policy)!(typical);
  const lots = new Engine({ seed: options.seed }).stream(`fgd-atc23/${options.policy}`);
  const placer = new GpuPlacer(nodes, policy, lots, options.ties);

  const capacity = nodes.reduce((sum, node) => sum + node.milliGpuLeft, 0);
  const lost = Float64Array.from(nodes, (node) => fragments(fragmentation(node, typical)));
  const places = new Map(nodes.map((node, index) => [node, index]));
  const columns = new ArrivedColumns(capacity);
  let arrived = 0;
  let used = 0;
  let dropped = 0;
  for (const row of order.podOrder) {
    const pod = data.pods[row]!;
    arrived += totalMilliGpu(pod);
    const placement = placer.find(pod);
    if (placement === undefined) dropped++;
    else {
      const { node, devices } = placement;
      node.add(pod, devices);
      used += totalMilliGpu(pod);
      lost[places.get(node)!] = fragments(fragmentation(node, typical));
    }
    const inFragments = sum(lost);
    columns.add(arrived, used, inFragments);
    options.onArrival?.(pod, placement, { arrived, used, fragments: inFragments });
  }

  const parts = noFragmentation();
  for (const node of nodes) fragmentation(node, typical, parts);
  const total = (member: 'milliCpu' | 'memoryBytes'): number => data.nodes.reduce((all, node) => all + node[member], 0);
  const left = (member: 'milliCpuLeft' | 'memoryBytesLeft'): number =>
    nodes.reduce((all, node) => all + node[member], 0);
  return {
    points: columns.points(),
    end: {
      milliCpuUsed: total('milliCpu') - left('milliCpuLeft'),
      milliCpu: total('milliCpu'),
      memoryBytesUsed: total('memoryBytes') - left('memoryBytesLeft'),
      memoryBytes: total('memoryBytes'),
      gpusTouched: nodes.reduce((all, { left }) => all + left.filter((milli) => milli < MILLI_PER_GPU).length, 0),
      gpus: capacity / MILLI_PER_GPU,
      milliGpuUsed: used,
      milliGpu: capacity,
      fragmentation: parts,
      arrived: order.podOrder.length,
      dropped,
    },
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

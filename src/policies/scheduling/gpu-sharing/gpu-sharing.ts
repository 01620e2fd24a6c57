import type { Labels } from '../../../sim/api/meta.ts';
import type {
  BindPlugin,
  CycleState,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreFilterPlugin,
  ReservePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { GpuLedger } from './gpu-ledger.ts';
import { GPU_INDEX, gpuIndex } from '../../../sim/gpu/gpu-names.ts';
import type { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import { devicesByPolicy } from './devices-by-policy.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { classOf } from '../../../sim/gpu/gpu-request.ts';
import { LearnedPods } from '../../../sim/gpu/learned-pods.ts';
import type { TypicalPod } from '../../../sim/gpu/typical-pods.ts';

export const GPU_SHARING = 'GpuSharing';
const CHOSEN = 100;

/**
 * A policy for shared GPUs as a plugin of the scheduling framework: filters by devices and models, scores by the policy's
 * formula, chooses the devices when the pod is reserved, and writes them on the pod with its binding.
 *
 * Of nodes with the highest score the one whose name is first is taken, as in the study, or one by lot where the policy
 * draws lots: it gets 100 and every other node less, so that the framework's own rule for ties has nothing to decide.
 */
export function gpuSharing(make: (typical: readonly TypicalPod[]) => GpuPolicy): PluginFactory {
  return (_args, handle) => new GpuSharing(make, handle);
}

class GpuSharing implements PreFilterPlugin, FilterPlugin, ScorePlugin, ReservePlugin, BindPlugin {
  readonly name = GPU_SHARING;
  readonly #make: (typical: readonly TypicalPod[]) => GpuPolicy;
  readonly #handle: PluginHandle;
  readonly #ledger = new GpuLedger();
  readonly #learned = new LearnedPods();
  #typical: readonly TypicalPod[] | undefined;
  #policy: GpuPolicy;
  /** Scores by class of pod; a node that changes is another GpuNode. */
  #scores = new WeakMap<GpuNode, Map<string, number>>();

  constructor(make: (typical: readonly TypicalPod[]) => GpuPolicy, handle: PluginHandle) {
    this.#make = make;
    this.#handle = handle;
    this.#policy = make([]);
  }

  preFilter(_state: CycleState, pod: PodInfo): undefined {
    this.#learned.see(pod.pod.metadata.uid, this.#ledger.requestOf(pod));
    const { typical } = this.#learned;
    if (typical === this.#typical) return;
    this.#typical = typical;
    this.#policy = this.#make(typical);
    this.#scores = new WeakMap();
  }

  filter(_state: CycleState, pod: PodInfo, info: NodeInfo): Status | undefined {
    const request = this.#ledger.requestOf(pod);
    if (request.gpus === 0) return undefined;
    return this.#ledger.nodeOf(info).fits(request) ? undefined : unschedulable('Insufficient GPU devices');
  }

  score(_state: CycleState, pod: PodInfo, info: NodeInfo): number {
    const request = this.#ledger.requestOf(pod);
    const node = this.#ledger.nodeOf(info);
    let scores = this.#scores.get(node);
    if (scores === undefined) this.#scores.set(node, (scores = new Map()));
    const key = classOf(request);
    let score = scores.get(key);
    if (score === undefined) scores.set(key, (score = Math.max(this.#policy.score(request, node), 0)));
    return score;
  }

  normalizeScores(_state: CycleState, _pod: PodInfo, scores: number[], nodes: readonly NodeInfo[]): undefined {
    const lowest = scores.reduce((a, b) => Math.min(a, b));
    const highest = scores.reduce((a, b) => Math.max(a, b));
    const best = nodes.flatMap((node, i) => (scores[i] === highest ? [node.name] : []));
    const chosen = this.#policy.drawsLots === true ? this.#lot(best) : firstOf(best);
    for (let i = 0; i < scores.length; i++) {
      const percent = this.#policy.toPercent?.(scores[i]!, lowest, highest) ?? scores[i]!;
      scores[i] = nodes[i]!.name === chosen ? CHOSEN : Math.min(percent, CHOSEN - 1);
    }
  }

  reserve(_state: CycleState, pod: PodInfo, nodeName: string): Status | undefined {
    const request = this.#ledger.requestOf(pod);
    if (request.gpus === 0) return undefined;
    const info = this.#handle.snapshot().get(nodeName);
    const { uid } = pod.pod.metadata;
    const node = info && this.#ledger.without(info, uid);
    if (node === undefined || !node.fits(request)) return unschedulable('Insufficient GPU devices');
    this.#ledger.choose(uid, devicesByPolicy(this.#policy, request, node, this.#handle.random));
    return undefined;
  }

  unreserve(_state: CycleState, pod: PodInfo): void {
    this.#ledger.forget(pod.pod.metadata.uid);
  }

  bind(): undefined {
    return undefined;
  }

  bindingAnnotations(_state: CycleState, pod: PodInfo): Labels | undefined {
    const devices = this.#ledger.chosen(pod.pod.metadata.uid);
    return devices && { [GPU_INDEX]: gpuIndex(devices) };
  }

  #lot(names: readonly string[]): string {
    return names[this.#handle.random.below(names.length)]!;
  }
}

function firstOf(names: readonly string[]): string {
  return names.reduce((a, b) => (b < a ? b : a));
}

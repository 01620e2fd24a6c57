import { isPreBindSteps } from '../../../sim/policy-api/pre-bind.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Node } from '../../../sim/api/node.ts';
import { podRequests, resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { SchedulerHost, SchedulingPolicy, SchedulingPolicyFactory } from '../../../sim/policy-api/scheduler.ts';
import type { ListedKinds, Lister } from '../../../sim/policy-api/scheduling.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import { Dice, generatedNode, generatedPod, onNode } from './generated-cluster.ts';

/** Something that a scheduler must not do. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

export interface TrialOptions {
  /** The scheduler puts more on nodes than fits, and means to. */
  readonly overcommits?: boolean;
}

/**
 * A scheduler in a cluster that comes and goes at random, without a clock: nodes are added, changed and removed, pods
 * arrive and finish. Keeps what was decided, and holds it against what is possible.
 */
export class Trial {
  readonly policy: SchedulingPolicy;
  /** One line a decision. */
  readonly transcript: string[] = [];
  readonly nodes = new Map<string, Node>();
  readonly running = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();
  readonly #dice: Dice;
  readonly #options: TrialOptions;
  readonly #pods = new Map<string, Pod>();
  #now = 0;
  #created = 0;

  constructor(scheduler: SchedulingPolicyFactory, seed: number, options: TrialOptions = {}) {
    this.#dice = new Dice(seed);
    this.#options = options;
    this.policy = scheduler(this.#host(seed));
    for (let i = 0; i < 6; i++) this.#addNode();
  }

  #host(seed: number): SchedulerHost {
    const lister = <K extends keyof ListedKinds>(kind: K): Lister<K> => {
      const objects = (kind === 'Pod' ? this.#pods : kind === 'Node' ? this.nodes : new Map()) as Map<
        string,
        ListedKinds[K]
      >;
      return { get: (key) => objects.get(key), list: () => [...objects.values()] };
    };
    return {
      now: () => this.#now,
      lister,
      random: (name) => new Dice(seed + name.length * 7919),
      isPreempting: () => false,
      waitingPods: () => [],
      activate: () => {},
    };
  }

  /** Lets `count` things happen, most of them arrivals of pods. */
  step(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#now += 1_000_000;
      const roll = this.#dice.below(20);
      if (roll < 14) this.place(this.newPod());
      else if (roll < 17) this.#finishOne();
      else if (roll === 17) this.#addNode();
      else if (roll === 18) this.#removeNode();
      else this.#relabelNode();
    }
  }

  newPod(): Pod {
    const pod = generatedPod(this.#dice, `pod-${this.#created++}`);
    this.#pods.set(keyOf(pod), pod);
    return pod;
  }

  /** Has a pod decided and does what was decided, as the real host would. */
  place(pod: Pod): void {
    const decision = this.policy.decide(pod);
    const name = keyOf(pod);
    if (decision.kind === 'error') {
      this.transcript.push(`${name}: error: ${decision.message}`);
      return;
    }
    if (decision.kind === 'unschedulable') {
      const victims = decision.victims.map((victim) => keyOf(victim));
      this.transcript.push(
        `${name}: none: ${decision.message} [${victims.join(' ')}] ${decision.nominatedNodeName ?? ''}`,
      );
      for (const victim of decision.victims) this.#remove(victim.metadata.uid);
      return;
    }
    const { nodeName, steps } = decision;
    this.#checkRoom(pod, nodeName);
    const reserved = steps.reserve();
    if (reserved !== undefined && reserved.code !== Code.Success) {
      steps.unreserve();
      this.transcript.push(`${name}: not reserved: ${reserved.reasons.join(', ')}`);
      return;
    }
    this.policy.assume(pod, nodeName);
    steps.permit();
    const preBound = steps.preBind();
    // There is no API server here: steps are begun, not carried out.
    if (isPreBindSteps(preBound)) preBound.return(undefined);
    const bound = onNode(pod, nodeName);
    this.running.set(pod.metadata.uid, { pod: bound, nodeName });
    this.#pods.set(name, bound);
    this.policy.setPod(bound);
    steps.postBind();
    this.transcript.push(`${name}: ${nodeName}`);
  }

  #checkRoom(pod: Pod, nodeName: string): void {
    const node = this.nodes.get(nodeName);
    if (node === undefined) throw new ConformanceError(`${keyOf(pod)} was put on ${nodeName}, which is no node`);
    if (this.#options.overcommits === true) return;
    const total = resourcesOf(node.status.allocatable);
    const pods = [...this.running.values()].filter((one) => one.nodeName === nodeName).map((one) => one.pod);
    let [milliCpu, memoryBytes] = [0, 0];
    for (const one of [...pods, pod]) {
      const requests = podRequests(one);
      milliCpu += requests.milliCpu;
      memoryBytes += requests.memoryBytes;
    }
    const lack =
      milliCpu > total.milliCpu
        ? `${milliCpu}m CPU of ${total.milliCpu}m`
        : memoryBytes > total.memoryBytes
          ? `${memoryBytes} bytes of memory of ${total.memoryBytes}`
          : pods.length + 1 > total.pods
            ? `${pods.length + 1} pods of ${total.pods}`
            : undefined;
    if (lack === undefined) return;
    throw new ConformanceError(
      `${keyOf(pod)} was put on ${nodeName}, where it makes ${lack}; the kubelet refuses it (pass { overcommits: true } if that is meant)`,
    );
  }

  #finishOne(): void {
    const uids = [...this.running.keys()];
    if (uids.length > 0) this.#remove(this.#dice.oneOf(uids));
  }

  #remove(uid: string): void {
    const one = this.running.get(uid);
    if (one === undefined) return;
    this.running.delete(uid);
    this.#pods.delete(keyOf(one.pod));
    this.policy.removePod(uid);
  }

  #addNode(): void {
    const node = generatedNode(this.#dice, `node-${this.#created++}`);
    this.nodes.set(node.metadata.name, node);
    this.policy.setNode(node);
  }

  #removeNode(): void {
    if (this.nodes.size < 3) return;
    const name = this.#dice.oneOf([...this.nodes.keys()]);
    for (const [uid, one] of [...this.running]) if (one.nodeName === name) this.#remove(uid);
    this.nodes.delete(name);
    this.policy.removeNode(name);
  }

  /** Its disk or its zone changes; what it has room for stays. */
  #relabelNode(): void {
    const name = this.#dice.oneOf([...this.nodes.keys()]);
    const old = this.nodes.get(name)!;
    const { labels } = generatedNode(this.#dice, name).metadata;
    const node: Node = Object.freeze({ ...old, metadata: Object.freeze({ ...old.metadata, labels }) });
    this.nodes.set(name, node);
    this.policy.setNode(node);
  }
}

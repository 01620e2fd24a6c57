import type { Change } from '../../sim/api/change.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { Condition } from '../../sim/api/meta.ts';
import { conditionStatus, isPodTerminal, type Pod, type PodStatus } from '../../sim/api/pod.ts';
import type { Request } from '../../sim/api/request.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { disruptionTarget } from './disrupted-pod.ts';
import { PassClock } from './pass-clock.ts';
import { ask } from './requests.ts';

const PERIOD_MICROS = 20_000_000;
const IDLE_PASS_MICROS = 2_000;
/** How long a node has to be missing before its pods count as orphans. */
const QUARANTINE_MICROS = 40_000_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** `--terminated-pod-gc-threshold` (kubernetes-behaviour.md 3.11). */
export const TERMINATED_POD_GC_THRESHOLD = 12_500;

/**
 * Takes away pods that nobody else will (kubernetes-behaviour.md 3.11): finished ones above a threshold, terminating ones
 * that no kubelet can end, and those whose node is gone. It passes every 20 s; passes for which nothing has changed are
 * not made.
 */
export function podGarbageCollector(terminatedPodThreshold = TERMINATED_POD_GC_THRESHOLD): ControllerFactory {
  return (host) => new PodGarbageCollector(host, terminatedPodThreshold);
}

class PodGarbageCollector implements Controller {
  readonly name = 'pod-garbage-collector';
  readonly eventSource = 'pod-garbage-collector-controller';
  readonly workers = 1;
  readonly handlers = {
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #threshold: number;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #clock: PassClock;
  /** Nodes that pods name and the cache does not know: when their quarantine is over. */
  readonly #quarantine = new Map<string, number>();
  #terminated = 0;

  constructor(host: ControllerHost, threshold: number) {
    this.#host = host;
    this.#threshold = threshold;
    this.#nodes = host.lister('Node');
    this.#pods = host.lister('Pod');
    this.#clock = new PassClock(PERIOD_MICROS, IDLE_PASS_MICROS, Math.floor(host.random() * PERIOD_MICROS));
  }

  // ---- What happens to the queue ----

  #nodeChanged({ type, object, previous }: Change<'Node'>): void {
    if (type === 'DELETED') this.#arm();
    else if (object.spec.taints !== previous?.spec.taints && isOutOfService(object.spec.taints)) this.#arm();
    else if (object.status !== previous?.status && isOutOfService(object.spec.taints)) this.#arm();
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    const isTerminal = type !== 'DELETED' && isPodTerminal(object);
    const wasTerminal = previous !== undefined && isPodTerminal(previous);
    if (isTerminal !== wasTerminal) {
      this.#terminated += isTerminal ? 1 : -1;
      if (isTerminal && this.#threshold > 0 && this.#terminated > this.#threshold) this.#arm();
    }
    if (type === 'DELETED') return;
    const { nodeName } = object.spec;
    if (nodeName === undefined) {
      if (object.metadata.deletionTimestamp !== undefined) this.#arm();
      return;
    }
    if (
      previous?.spec.nodeName === nodeName &&
      previous.metadata.deletionTimestamp === object.metadata.deletionTimestamp
    )
      return;
    const node = this.#nodes.get(nodeName);
    if (node === undefined) this.#arm();
    else if (object.metadata.deletionTimestamp !== undefined && isOutOfService(node.spec.taints)) this.#arm();
  }

  #arm(): void {
    const now = this.#host.now();
    this.#host.enqueueAfter('pass', this.#clock.after(now) - now);
  }

  // ---- The pass ----

  *sync(): SyncSteps {
    const now = this.#host.now();
    const pods = this.#pods.list();
    const victims = new Map<Pod, Condition | undefined>();
    for (const pod of this.#surplus(pods)) victims.set(pod, undefined);
    for (const pod of pods) if (this.#isOutOfReach(pod)) victims.set(pod, undefined);
    const lost = yield* this.#nodesLost(pods, now);
    for (const pod of pods) {
      if (!lost.has(pod.spec.nodeName ?? '')) continue;
      victims.set(pod, disruptionTarget(pod, 'DeletionByPodGC', 'PodGC: node no longer exists', now));
    }
    for (const pod of pods) {
      const unscheduled = pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined;
      if (unscheduled && !victims.has(pod)) victims.set(pod, undefined);
    }
    let failed = false;
    for (const [pod, condition] of victims) if (!(yield* failAndDelete(pod, condition))) failed = true;
    this.#clock.endedAt(this.#host.now());
    if (failed || this.#quarantine.size > 0 || victims.size > 0) this.#armForRest(failed || victims.size > 0);
  }

  #armForRest(soon: boolean): void {
    if (soon) {
      this.#arm();
      return;
    }
    const now = this.#host.now();
    const due = Math.min(...this.#quarantine.values());
    this.#host.enqueueAfter('pass', this.#clock.atOrAfter(Math.max(due, now + 1)) - now);
  }

  /** Finished pods above the threshold: evicted ones first, then the oldest. */
  #surplus(pods: readonly Pod[]): Pod[] {
    if (this.#threshold <= 0) return [];
    const terminated = pods.filter(isPodTerminal);
    const count = terminated.length - this.#threshold;
    if (count <= 0) return [];
    const evicted = (pod: Pod): number => (pod.status.phase === 'Failed' && pod.status.reason === 'Evicted' ? 0 : 1);
    return terminated
      .map((pod, order) => ({ pod, order }))
      .sort(
        (a, b) =>
          evicted(a.pod) - evicted(b.pod) ||
          a.pod.metadata.creationTimestamp - b.pod.metadata.creationTimestamp ||
          (a.pod.metadata.name < b.pod.metadata.name ? -1 : a.pod.metadata.name > b.pod.metadata.name ? 1 : 0) ||
          a.order - b.order,
      )
      .slice(0, count)
      .map(({ pod }) => pod);
  }

  /** Terminating on a node that is not ready and marked as out of service: nobody will end it there. */
  #isOutOfReach({ metadata, spec }: Pod): boolean {
    if (metadata.deletionTimestamp === undefined || spec.nodeName === undefined) return false;
    const node = this.#nodes.get(spec.nodeName);
    if (node === undefined || !isOutOfService(node.spec.taints)) return false;
    return conditionStatus(node.status.conditions, 'Ready') !== 'True';
  }

  /** Nodes that were missing before and throughout their quarantine; the server itself is asked last. */
  *#nodesLost(pods: readonly Pod[], now: number): Steps<Set<string>> {
    for (const { spec } of pods) {
      const { nodeName } = spec;
      if (nodeName === undefined || this.#quarantine.has(nodeName) || this.#nodes.get(nodeName) !== undefined) continue;
      this.#quarantine.set(nodeName, now + QUARANTINE_MICROS);
    }
    const lost = new Set<string>();
    for (const [nodeName, over] of [...this.#quarantine]) {
      if (over > now) continue;
      this.#quarantine.delete(nodeName);
      if (this.#nodes.get(nodeName) !== undefined) continue;
      const answer = yield* ask({ verb: 'get', kind: 'Node', key: nodeName });
      if (!answer.ok && answer.reason === 'NotFound') lost.add(nodeName);
    }
    return lost;
  }
}

/** The pod is made to have failed, since no kubelet will say so, and then taken away. False: try again later. */
function* failAndDelete(pod: Pod, condition: Condition | undefined): Steps<boolean> {
  const key = keyOf(pod);
  const { uid } = pod.metadata;
  if (!isPodTerminal(pod)) {
    const status: Partial<PodStatus> =
      condition === undefined ? { phase: 'Failed' } : { phase: 'Failed', conditions: [condition] };
    const failed = yield* ask({ verb: 'patch-status', kind: 'Pod', key, uid, status });
    if (!failed.ok) return failed.reason === 'NotFound' || failed.reason === 'Conflict';
  }
  const request: Request = { verb: 'delete', kind: 'Pod', key, gracePeriodSeconds: 0 };
  const deleted = yield* ask(request);
  return deleted.ok || deleted.reason === 'NotFound';
}

function isOutOfService(taints: readonly { readonly key: string }[] | undefined): boolean {
  return taints !== undefined && taints.some(({ key }) => key === OUT_OF_SERVICE);
}

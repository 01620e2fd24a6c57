import { keyOf } from '../../../sim/api/kinds.ts';
import type { Node, Taint } from '../../../sim/api/node.ts';
import { isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import { isTolerated } from '../../../sim/api/taints.ts';
import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { ask, askAll } from '../../controllers/requests.ts';
import { insistOnTaints } from '../../controllers/node-lifecycle/write-taints.ts';
import { isDaemonSetPod } from '../cluster-autoscaler/drainability.ts';
import type { NodeClaim } from './node-claim.ts';

export const DISRUPTED: Taint = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' };
const FIRST_RETRY = 100_000;
const LAST_RETRY = 10_000_000;
const POLL = 5_000_000;
/** A pod that has been terminating for longer holds nobody up. */
const STUCK_AFTER = 60_000_000;
/** Pods of this priority and above are evicted last. */
const CRITICAL = 2_000_000_000;
const MIRROR = 'kubernetes.io/config.mirror';
const KEY = 'terminate/';

export interface TerminationNeeds {
  readonly host: ControllerHost;
  readonly cloud: CloudProvider;
  readonly podsOn: (nodeName: string) => readonly Pod[];
  readonly claimOf: (nodeName: string) => NodeClaim | undefined;
  /** The Node is gone, and its machine. */
  readonly isGone: (nodeName: string) => void;
}

/**
 * Lets nodes go in order: tainted, emptied through the eviction API (a refusal is tried again after 100 ms, twice as long
 * each time), the machine terminated, the Node deleted when the machine is gone.
 */
export class Termination {
  readonly #needs: TerminationNeeds;
  readonly #retries = new Map<string, number>();

  constructor(needs: TerminationNeeds) {
    this.#needs = needs;
  }

  nodeOfKey(key: string): string | undefined {
    return key.startsWith(KEY) ? key.slice(KEY.length) : undefined;
  }

  /** Goes on, or begins, with a node that is on its way out. */
  goOn(nodeName: string): void {
    this.#needs.host.enqueue(KEY + nodeName);
  }

  taint(nodeName: string): Steps<boolean> {
    return insistOnTaints(nodeName, { add: [DISRUPTED], remove: [] }, () => this.#needs.host.now());
  }

  untaint(nodeName: string): Steps<boolean> {
    return insistOnTaints(nodeName, { add: [], remove: [DISRUPTED] }, () => this.#needs.host.now());
  }

  *sync(nodeName: string): Steps<void> {
    const { host, cloud, claimOf, isGone } = this.#needs;
    const claim = claimOf(nodeName);
    if (claim?.leavingFor === undefined) return;
    const node = host.lister('Node').get(nodeName);
    const state = cloud.stateOf(nodeName);
    if (state === 'running' && node !== undefined) {
      if (!(node.spec.taints ?? []).some(({ key }) => key === DISRUPTED.key)) yield* this.taint(nodeName);
      if (!(yield* this.#drain(nodeName, claim))) return;
    }
    if (state === 'creating' || state === 'running') cloud.terminate(nodeName);
    if (cloud.stateOf(nodeName) !== 'gone') {
      host.enqueueAfter(KEY + nodeName, POLL);
      return;
    }
    if (node !== undefined) yield* this.#deleteNode(node);
    this.#retries.delete(nodeName);
    isGone(nodeName);
  }

  *#deleteNode({ metadata: { name } }: Node): Steps<void> {
    yield* ask({ verb: 'delete', kind: 'Node', key: name });
  }

  /** True: nothing is left on it that has to go first. */
  *#drain(nodeName: string, claim: NodeClaim): Steps<boolean> {
    const { host, podsOn } = this.#needs;
    const now = host.now();
    const pods = podsOn(nodeName).filter((pod) => mustGo(pod, now));
    if (pods.length === 0) return true;
    const first = Math.min(...pods.map(turnOf));
    const evictable = pods.filter((pod) => turnOf(pod) === first && pod.metadata.deletionTimestamp === undefined);
    const answers = yield* askAll(
      evictable.map((pod) => ({ verb: 'evict' as const, key: keyOf(pod), preconditions: { uid: pod.metadata.uid } })),
    );
    let refused = false;
    evictable.forEach((pod, i) => {
      const answer = answers[i]!;
      if (answer.ok) host.record(pod, 'Normal', 'Evicted', `Evicted pod: ${claim.leavingFor}`);
      else if (answer.reason !== 'NotFound' && answer.reason !== 'Conflict') refused = true;
    });
    const before = this.#retries.get(nodeName) ?? FIRST_RETRY / 2;
    const wait = refused ? Math.min(2 * before, LAST_RETRY) : FIRST_RETRY / 2;
    this.#retries.set(nodeName, wait);
    // What was granted is waited for: the pod's own end comes back to us, and so does the clock.
    host.enqueueAfter(KEY + nodeName, refused ? wait : POLL);
    return false;
  }
}

/** Pods that are not at home on a node that goes; those that tolerate it stay to the end. */
function mustGo(pod: Pod, now: number): boolean {
  const { annotations, deletionTimestamp } = pod.metadata;
  if (isPodTerminal(pod) || annotations[MIRROR] !== undefined) return false;
  if (deletionTimestamp !== undefined && deletionTimestamp + STUCK_AFTER < now) return false;
  return !isTolerated(DISRUPTED, pod.spec.tolerations);
}

/** Ordinary pods first, then daemon pods, then critical ones, then critical daemon pods. */
function turnOf(pod: Pod): number {
  return ((pod.spec.priority ?? 0) >= CRITICAL ? 2 : 0) + (isDaemonSetPod(pod) ? 1 : 0);
}
